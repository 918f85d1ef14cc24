//! `signet resource …`: the registry of protected resources.

use std::fmt;

use clap::Subcommand;
use serde::Serialize;

use super::{
    CommandError, operator,
    output::{Output, Table},
    shape::Deleted,
};
use crate::{
    domain::scope::Resource,
    services::{
        admin::{edition::Expected, resources},
        core::Core,
    },
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet resource create https://api.example --name \"The API\"
  signet resource list
  signet resource delete https://api.example

A client names the resource in `resource` (RFC 8707), and the token's `aud` is the resource.")]
pub enum ResourceCommand {
    /// Register an API that tokens can be meant for
    #[command(after_help = "Example:
  signet resource create https://api.example --name \"The API\"

Then let a client ask tokens for it (signet client update ID --resource https://api.example), and let the API \
introspect them (signet client create --resource-server https://api.example …).")]
    Create {
        /// Its identifier: an absolute URI without fragment
        identifier: String,
        /// What people call it
        #[arg(long, value_name = "TEXT")]
        name: String,
    },
    /// Show the registered resources
    List,
    /// Take a resource out of the registry; its scopes have to go first
    #[command(after_help = "Example:\n  signet resource delete https://api.example")]
    Delete {
        /// Its identifier
        identifier: String,
    },
}

#[derive(Serialize)]
struct ResourceShape {
    identifier: String,
    name: String,
}

#[derive(Serialize)]
struct ResourceList {
    resources: Vec<ResourceShape>,
}

impl ResourceCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::Create { identifier, name } => {
                let resource = resources::create(core, &operator(), &identifier, &name).await?.shown;
                output.answer(&ResourceShape::from(resource))?;
            }
            Self::List => {
                let resources = resources::list(core, &operator()).await?;
                output.answer(&ResourceList { resources: resources.into_iter().map(ResourceShape::from).collect() })?;
            }
            Self::Delete { identifier } => {
                resources::delete(core, &operator(), &identifier, Expected::Any).await?;
                output.answer(&Deleted { what: "resource", deleted: identifier })?;
            }
        }
        Ok(())
    }
}

impl From<Resource> for ResourceShape {
    fn from(resource: Resource) -> Self {
        Self { identifier: resource.identifier, name: resource.name }
    }
}

impl fmt::Display for ResourceShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registered the resource {} ({})", self.identifier, self.name)
    }
}

impl fmt::Display for ResourceList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["RESOURCE", "NAME"]);
        for resource in &self.resources {
            table.row(&[&resource.identifier, &resource.name]);
        }
        table.fmt(f)
    }
}
