//! A directory that knows passwords: search for the person, then bind as the person (RFC 4511 §4.2, §4.5).

use std::sync::Arc;

use ldap3::Scope;
use tokio::time::timeout;

use self::{
    connection::{Bound, Connection, Connector},
    entry::Wanted,
    filter::Filter,
    pool::Pool,
    search::Search,
};
use crate::{config::directories::DirectorySettings, domain::secret::Secret};

mod connection;
mod entry;
mod filter;
mod pool;
mod search;

pub use entry::Person;

/// One directory: how it is reached, asked and understood, and the connections that wait for the next question.
pub struct Directory {
    settings: DirectorySettings,
    connector: Connector,
    user_filter: Filter,
    group_filter: Filter,
    pool: Pool,
}

/// The directory did not say yes or no; the reason is for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Away(pub String);

/// A setting that shows its fault only where files and filters are read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the directory {directory}: {reason}")]
pub struct BadDirectory {
    directory: String,
    reason: String,
}

/// More groups than this are no answer.
const MOST_GROUPS: i32 = 2000;

impl Directory {
    /// Reads the files that the settings name; connects to nothing.
    pub fn new(settings: DirectorySettings) -> Result<Arc<Self>, BadDirectory> {
        let bad = |reason| BadDirectory { directory: settings.name.clone(), reason };
        let connector = Connector::new(&settings).map_err(bad)?;
        let user_filter = Filter::parse(&settings.user_filter, &["email", "username"]).map_err(bad)?;
        let group_filter = Filter::parse(&settings.group_filter, &["dn", "email", "username"]).map_err(bad)?;
        let pool = Pool::new(settings.limits.connections);
        Ok(Arc::new(Self { settings, connector, user_filter, group_filter, pool }))
    }

    /// The person, if the password is theirs. `None`: the directory knows no such person, or another password.
    pub async fn sign_in(self: &Arc<Self>, email: &str, password: Secret<String>) -> Result<Option<Person>, Away> {
        // With an empty one the bind would succeed, as nobody in particular (RFC 4513 §5.1.2).
        if password.reveal().is_empty() {
            return Ok(None);
        }
        let (this, email) = (Arc::clone(self), email.to_owned());
        self.within_time(async move { this.converse(&email, &password).await }).await
    }

    /// Whether a search would find its beginning.
    pub async fn probe(self: &Arc<Self>) -> Result<(), Away> {
        let this = Arc::clone(self);
        let look = async move {
            let mut connection = this.connector.open_as_searcher().await?;
            let search =
                Search { base: &this.settings.base_dn, scope: Scope::Base, filter: "(objectClass=*)", most: 1 };
            search.run(&mut connection, &["1.1"]).await.map(drop)
        };
        self.within_time(look).await
    }

    /// In a task of its own: what a broken directory sends can make the library panic, and nobody who stops waiting
    /// leaves a connection half asked.
    async fn within_time<T, F>(&self, work: F) -> Result<T, Away>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Away>> + Send + 'static,
    {
        let limit = self.settings.limits.sign_in();
        match tokio::spawn(timeout(limit, work)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Away(format!("no answer within {} s", limit.as_secs()))),
            Err(_) => Err(Away("an answer that is not LDAP".to_owned())),
        }
    }

    async fn converse(&self, email: &str, password: &Secret<String>) -> Result<Option<Person>, Away> {
        let _turn = self.pool.enter().await;
        let (mut searcher, found) = self.look_up(email).await?;
        // Somebody unknown is bound as nobody, so that the answer takes as long.
        let nobody = format!("cn=nobody of signet,{}", self.settings.base_dn);
        let dn = found.as_ref().map_or(nobody.as_str(), |person| person.dn.as_str());
        let bound = self.connector.open().await?.bind(dn, password).await?;
        let person = found.filter(|_| bound == Bound::Yes);
        let person = match person {
            Some(person) => Some(self.with_groups(person, email, &mut searcher).await?),
            None => None,
        };
        self.pool.give_back(searcher);
        Ok(person)
    }

    /// On a connection that waited, if there is one: it may have died meanwhile, so one that fails is replaced once.
    async fn look_up(&self, email: &str) -> Result<(Connection, Option<Person>), Away> {
        if let Some(mut waited) = self.pool.take() {
            match self.find(&mut waited, email).await {
                Ok(found) => return Ok((waited, found)),
                Err(away) => {
                    tracing::debug!(directory = self.settings.name, reason = %away, "a connection that waited is dead");
                    self.pool.clear();
                }
            }
        }
        let mut fresh = self.connector.open_as_searcher().await?;
        let found = self.find(&mut fresh, email).await?;
        Ok((fresh, found))
    }

    async fn find(&self, searcher: &mut Connection, email: &str) -> Result<Option<Person>, Away> {
        let filter = self.user_filter.fill(&[("email", email), ("username", username(email))]);
        // Two, to notice that it is not exactly one.
        let search = Search { base: &self.settings.base_dn, scope: Scope::Subtree, filter: &filter, most: 2 };
        let wanted = Wanted(&self.settings.attributes);
        let mut found = search.run(searcher, &wanted.names()).await?;
        if found.len() > 1 {
            tracing::warn!(directory = self.settings.name, filter, "more than one entry fits: nobody is signed in");
            return Ok(None);
        }
        found.pop().map(|entry| wanted.person(&entry)).transpose()
    }

    async fn with_groups(&self, person: Person, email: &str, searcher: &mut Connection) -> Result<Person, Away> {
        if self.settings.group_base_dn.is_empty() {
            return Ok(person);
        }
        let values = [("dn", person.dn.as_str()), ("email", email), ("username", username(email))];
        let filter = self.group_filter.fill(&values);
        let base = &self.settings.group_base_dn;
        let search = Search { base, scope: Scope::Subtree, filter: &filter, most: MOST_GROUPS };
        let groups = search.run(searcher, &["1.1"]).await?;
        Ok(Person { groups: groups.into_iter().map(|group| group.dn).collect(), ..person })
    }
}

fn username(email: &str) -> &str {
    email.rsplit_once('@').map_or(email, |(local, _)| local)
}
