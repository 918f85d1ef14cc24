//! Where else people sign in: the providers and directories of the settings, as administrators see and try them.

use std::{collections::HashMap, time::Duration};

use tokio::time::timeout;

use super::{AdminError, absent, require};
use crate::{
    config::{directories::DirectorySettings, providers::ProviderSettings},
    domain::{
        administrator::{Access, Administrator, Area},
        met::Met,
    },
    outbound::oidc::Upstream,
    services::core::Core,
    store::identities,
};

/// One of them; what it is called in addresses is `name`, a directory's with `ldap:` before it.
#[derive(Clone, Debug)]
pub struct Provider {
    pub name: String,
    /// What people read.
    pub label: String,
    pub kind: Kind,
    /// The issuer, or the directory's address; empty where it has left the settings.
    pub address: String,
    /// Whose addresses it is the authority for.
    pub domains: Vec<String>,
    /// Accounts elsewhere that open accounts here through it.
    pub identities: i64,
    /// By this node.
    pub met: Met,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Oidc,
    Directory,
    /// It has left the settings, and accounts are still linked to it.
    Gone,
}

/// What a test found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    pub label: String,
    /// Why it did not answer as it should.
    pub problem: Option<String>,
}

/// A page waits for it.
const LONGEST: Duration = Duration::from_secs(10);

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Directory => "directory",
            Self::Gone => "gone",
        }
    }
}

/// In the order of the settings; behind them those that are gone.
pub async fn list(core: &Core, admin: &Administrator) -> Result<Vec<Provider>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    core.run(|core| {
        let mut linked: HashMap<String, i64> = core.store.read(identities::count_by_provider)?.into_iter().collect();
        let mut found = Vec::new();
        for upstream in &core.upstreams {
            let identities = linked.remove(&upstream.settings.key()).unwrap_or_default();
            found.push(provider(&upstream.settings, identities, upstream.met()));
        }
        for (settings, met) in core.directories.met() {
            let identities = linked.remove(&directory_name(&settings.name)).unwrap_or_default();
            found.push(directory(settings, identities, met));
        }
        let mut gone: Vec<_> = linked.into_iter().map(|(key, identities)| gone(key, identities)).collect();
        gone.sort_by(|one, other| one.name.cmp(&other.name));
        found.append(&mut gone);
        Ok(found)
    })
    .await
}

/// How many there are, and the labels of those that did not answer last; asks neither them nor the database.
pub(super) fn failing(core: &Core) -> (usize, Vec<String>) {
    let ours = core.upstreams.iter().map(|one| (one.settings.label.clone(), one.met()));
    let theirs = core.directories.met().map(|(settings, met)| (settings.name.clone(), met));
    let all: Vec<_> = ours.chain(theirs).collect();
    let failing = all.iter().filter(|(_, met)| met.is_away()).map(|(label, _)| label.clone());
    (all.len(), failing.collect())
}

/// Connects to it as a sign-in would. Whoever may only read does not send this server anywhere.
pub async fn test(core: &Core, admin: &Administrator, name: &str) -> Result<Tested, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let now = core.clock.now();
    let asking = async {
        match (name.strip_prefix("ldap:"), upstream(core, name)) {
            (Some(directory), _) => {
                let answer = core.directories.probe_one(directory, now).await;
                answer.map(|answer| (directory.to_owned(), answer))
            }
            (None, Some(found)) => {
                let answer = found.probe(now).await.map_err(|reason| reason.to_string());
                Some((found.settings.label.clone(), answer))
            }
            (None, None) => None,
        }
    };
    let Ok(found) = timeout(LONGEST, asking).await else {
        let problem = format!("no answer within {} s", LONGEST.as_secs());
        return Ok(Tested { label: name.to_owned(), problem: Some(problem) });
    };
    let (label, answer) = found.ok_or_else(|| absent("provider", name))?;
    Ok(Tested { label, problem: answer.err() })
}

fn upstream<'a>(core: &'a Core, name: &str) -> Option<&'a Upstream> {
    core.upstreams.iter().find(|upstream| upstream.settings.name == name)
}

/// What the links of its people carry.
fn directory_name(name: &str) -> String {
    format!("ldap:{name}")
}

fn provider(settings: &ProviderSettings, identities: i64, met: Met) -> Provider {
    Provider {
        name: settings.name.clone(),
        label: settings.label.clone(),
        kind: Kind::Oidc,
        address: settings.issuer(),
        domains: Vec::new(),
        identities,
        met,
    }
}

fn directory(settings: &DirectorySettings, identities: i64, met: Met) -> Provider {
    Provider {
        name: directory_name(&settings.name),
        label: settings.name.clone(),
        kind: Kind::Directory,
        address: settings.url.clone(),
        domains: settings.domains.clone(),
        identities,
        met,
    }
}

fn gone(key: String, identities: i64) -> Provider {
    Provider {
        label: key.clone(),
        name: key,
        kind: Kind::Gone,
        address: String::new(),
        domains: Vec::new(),
        identities,
        met: Met::default(),
    }
}
