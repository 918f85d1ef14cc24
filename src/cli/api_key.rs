//! `signet api-key …`: the keys that users' programs carry.

use std::fmt;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    CommandError,
    client::{scopes, word},
    list::{ListArgs, more},
    operator,
    output::{Output, Sheet, Table},
    shape::Deleted,
};
use crate::{
    domain::{
        api_key::{ApiKey, Environment},
        time::Timestamp,
    },
    services::{
        admin::api_keys::{self, OwnedKey},
        api_keys::{Made, NewKey},
        core::Core,
    },
    store::page::Page,
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet api-key create --user alice@example.com --name Nightly --scope \"read:org read:projects\"
  signet api-key list --user alice
  signet api-key revoke key_0069216f00…

A key is shown once, when it is made. It is good at every mount of the account API, at /userinfo and at /introspect.")]
pub enum ApiKeyCommand {
    Create(CreateArgs),
    /// Show keys, the oldest first; never the keys themselves
    #[command(after_help = "Examples:\n  signet api-key list\n  signet api-key list --user alice --json")]
    List {
        /// Only this user's: id, e-mail address or username
        #[arg(long, value_name = "WHO")]
        user: Option<String>,
        #[command(flatten)]
        page: ListArgs,
    },
    /// Refuse a key from now on, on every node at once; there is no way back
    #[command(after_help = "Example:\n  signet api-key revoke key_0069216f00…")]
    Revoke {
        /// The key's id
        id: String,
    },
}

/// Make a key for a user
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet api-key create --user alice --name Nightly --expires-in-days 90
  signet api-key create --user robot@example.com --name Provisioning --scope admin:users --prefix svc

Without --scope the key has openid, profile, email and every registered scope that acts on nobody else's account \
(none of admin:… and auth:sso). With it, an operator may give every scope that is registered: signet scope list.")]
pub struct CreateArgs {
    /// Whose key it is: id, e-mail address or username
    #[arg(long, value_name = "WHO")]
    user: String,
    /// What people call it, on one line of at most 100 characters
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// What it is for, on one line of at most 500 characters
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The scopes it has (repeatable, or in one text)
    #[arg(long, value_name = "SCOPE")]
    scope: Option<Vec<String>>,
    /// Whose data it is meant for
    #[arg(long, default_value = "live", value_parser = word(&["live", "test"], Environment::parse))]
    environment: Environment,
    /// When it ends (1 to 3650) [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=3650))]
    expires_in_days: Option<i64>,
    #[arg(long, help = "What it begins with (2 to 12 of a-z) [default: api_keys.prefix]", value_name = "LETTERS")]
    prefix: Option<String>,
}

#[derive(Serialize)]
struct ApiKeyShape {
    id: String,
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    name: String,
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    key_prefix: String,
    scope: String,
    environment: &'static str,
    made_by: &'static str,
    created_at: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
}

#[derive(Serialize)]
struct ApiKeyList {
    api_keys: Vec<ApiKeyShape>,
    next: Option<String>,
}

impl ApiKeyCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::Create(args) => {
                let user = args.user.clone();
                let made = api_keys::create(core, &operator(), &user, args.new_key(core)?).await?;
                output.answer(&ApiKeyShape::made(&made))?;
            }
            Self::List { user, page } => {
                let page = api_keys::list(core, &operator(), user.as_deref(), page.page()).await?;
                output.answer(&ApiKeyList::from(&page))?;
            }
            Self::Revoke { id } => {
                let owned = api_keys::revoke(core, &operator(), &id).await?;
                output.answer(&Deleted { what: "API key", deleted: owned.key.id.to_string() })?;
            }
        }
        Ok(())
    }
}

impl CreateArgs {
    fn new_key(self, core: &Core) -> Result<NewKey, CommandError> {
        Ok(NewKey {
            name: self.name,
            description: self.description,
            scope: self.scope.map(scopes).transpose()?,
            environment: self.environment,
            expires_in_days: self.expires_in_days,
            prefix: self.prefix.unwrap_or_else(|| core.settings.api_keys.prefix.clone()),
        })
    }
}

impl ApiKeyShape {
    fn made(made: &Made) -> Self {
        Self { key: Some(made.secret.reveal().clone()), ..Self::from(&made.key) }
    }
}

impl From<&ApiKey> for ApiKeyShape {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            user_id: key.user_id.to_string(),
            owner: None,
            name: key.name.clone(),
            description: key.description.clone(),
            key: None,
            key_prefix: key.prefix.clone(),
            scope: key.scope.to_string(),
            environment: key.environment.as_str(),
            made_by: key.maker.as_str(),
            created_at: key.created_at.rfc3339(),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            last_used_at: key.last_used_at.map(Timestamp::rfc3339),
        }
    }
}

impl From<&Page<OwnedKey>> for ApiKeyList {
    fn from(page: &Page<OwnedKey>) -> Self {
        let shape = |owned: &OwnedKey| ApiKeyShape {
            owner: Some(owned.owner.display_name().to_owned()),
            ..ApiKeyShape::from(&owned.key)
        };
        Self { api_keys: page.items.iter().map(shape).collect(), next: page.next.clone() }
    }
}

impl fmt::Display for ApiKeyShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sheet = Sheet::default()
            .with("id", &self.id)
            .with("key", self.key.as_deref().unwrap_or_default())
            .with("user", &self.user_id)
            .with("name", &self.name)
            .with("description", self.description.as_deref().unwrap_or_default())
            .with("scope", &self.scope)
            .with("environment", self.environment)
            .with("expires", self.expires_at.as_deref().unwrap_or("never"));
        write!(f, "Made the key. It is shown only now:\n\n{sheet}")
    }
}

impl fmt::Display for ApiKeyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["KEY", "BEGINS", "NAME", "OWNER", "LAST USED", "EXPIRES"]);
        for key in &self.api_keys {
            let begins = format!("{}…", key.key_prefix);
            let said = |at: &Option<String>, else_: &str| at.clone().unwrap_or_else(|| else_.to_owned());
            let owner = key.owner.as_deref().unwrap_or(&key.user_id);
            let (used, end) = (said(&key.last_used_at, "-"), said(&key.expires_at, "never"));
            table.row(&[&key.id, &begins, &key.name, &owner, &used, &end]);
        }
        write!(f, "{table}{}", more(self.next.as_deref()))
    }
}
