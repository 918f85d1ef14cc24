//! One search: bounded, and without following referrals to other servers.

use ldap3::{LdapError, Scope, SearchEntry, SearchOptions};

use super::{
    Away,
    connection::{Connection, in_time},
};

/// What is looked for, and how many entries are an answer.
pub(super) struct Search<'a> {
    pub(super) base: &'a str,
    pub(super) scope: Scope,
    pub(super) filter: &'a str,
    pub(super) most: i32,
}

const SUCCESS: u32 = 0;
const SIZE_LIMIT_EXCEEDED: u32 = 4;

impl Search<'_> {
    /// At most `most` entries. Where there are more the first two are an answer, for whoever wants exactly one; of a
    /// longer list a part would be taken for the whole.
    pub(super) async fn run(&self, connection: &mut Connection, names: &[&str]) -> Result<Vec<SearchEntry>, Away> {
        let limit = connection.patience();
        in_time(limit, self.ask(connection, names)).await?
    }

    async fn ask(
        &self,
        connection: &mut Connection,
        names: &[&str],
    ) -> Result<Result<Vec<SearchEntry>, Away>, LdapError> {
        let most = usize::try_from(self.most).unwrap_or(1);
        let options = SearchOptions::new().sizelimit(self.most);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let ldap = connection.ldap.with_search_options(options);
        let mut stream = ldap.streaming_search(self.base, self.scope, self.filter, names).await?;
        let mut found = Vec::new();
        while let Some(item) = stream.next().await? {
            // A reference says that another server may know more: nobody is sent there with our questions.
            if item.is_ref() || item.is_intermediate() {
                continue;
            }
            if found.len() == most {
                return Ok(Err(Away(format!("more than the {most} entries asked for"))));
            }
            found.push(SearchEntry::construct(item));
        }
        let end = stream.finish().await;
        Ok(match end.rc {
            SUCCESS => Ok(found),
            SIZE_LIMIT_EXCEEDED if most <= 2 && found.len() == most => Ok(found),
            _ => Err(Away(end.to_string())),
        })
    }
}
