//! `signet scope …`: the registry of scopes.

use std::fmt;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    CommandError, operator,
    output::{Output, Table},
    shape::Deleted,
};
use crate::{
    domain::scope::{OPENID_SCOPES, RegisteredScope},
    services::{
        admin::{
            edition::Expected,
            scopes::{self, NewScope},
        },
        core::Core,
    },
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet scope create api:read --description \"Read the API\"
  signet scope create api:write --description \"Change\" --resource https://api.example
  signet scope list
  signet scope delete api:read")]
pub enum ScopeCommand {
    Create(CreateArgs),
    /// Show OpenID's scopes and the registered ones
    List,
    /// Take a scope out of the registry: nobody can ask for it any more
    #[command(after_help = "Example:\n  signet scope delete api:read")]
    Delete {
        /// The scope's name
        name: String,
    },
}

/// Register a scope
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet scope create api:read --description \"Read the API\"
  signet scope create api:write --description \"Change\" --resource https://api.example

A client may ask for the scope once it is among the client's own: signet client update ID --scope \"…\"")]
pub struct CreateArgs {
    /// The scope as requests write it: visible ASCII without spaces
    name: String,
    /// What the consent page says the user allows
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// The registered resource that the scope belongs to; without it the scope fits every audience
    #[arg(long, value_name = "URI")]
    resource: Option<String>,
}

#[derive(Serialize)]
struct ScopeShape {
    name: String,
    description: String,
    resource: Option<String>,
    /// One of OpenID Connect's own: always there.
    built_in: bool,
}

#[derive(Serialize)]
struct ScopeList {
    scopes: Vec<ScopeShape>,
}

impl ScopeCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::Create(CreateArgs { name, description, resource }) => {
                let scope = scopes::create(core, &operator(), NewScope { name, description, resource }).await?.shown;
                output.answer(&ScopeShape::from(&scope))?;
            }
            Self::List => {
                let registered = scopes::list(core, &operator()).await?;
                let scopes = own().chain(registered.iter().map(ScopeShape::from)).collect();
                output.answer(&ScopeList { scopes })?;
            }
            Self::Delete { name } => {
                scopes::delete(core, &operator(), &name, Expected::Any).await?;
                output.answer(&Deleted { what: "scope", deleted: name })?;
            }
        }
        Ok(())
    }
}

fn own() -> impl Iterator<Item = ScopeShape> {
    OPENID_SCOPES.iter().map(|(name, words)| ScopeShape {
        name: (*name).to_owned(),
        description: (*words).to_owned(),
        resource: None,
        built_in: true,
    })
}

impl From<&RegisteredScope> for ScopeShape {
    fn from(scope: &RegisteredScope) -> Self {
        let RegisteredScope { name, description, resource, .. } = scope.clone();
        Self { name, description, resource, built_in: false }
    }
}

impl fmt::Display for ScopeShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registered the scope {}: {}", self.name, self.description)
    }
}

impl fmt::Display for ScopeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["SCOPE", "RESOURCE", "DESCRIPTION"]);
        for scope in &self.scopes {
            let resource = if scope.built_in { "(OpenID)" } else { scope.resource.as_deref().unwrap_or("-") };
            table.row(&[&scope.name, &resource, &scope.description]);
        }
        table.fmt(f)
    }
}
