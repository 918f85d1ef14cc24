//! `signet organisation …`: who belongs where, and as what.

use std::fmt;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    CommandError,
    client::word,
    list::{ListArgs, PageArgs, more},
    member::MemberShape,
    operator,
    output::{Output, Sheet, Table},
    shape::Deleted,
};
use crate::{
    domain::organisation::{Organisation, OrganisationRole},
    services::{
        admin::{
            edition::Expected,
            organisations::{self, Keeper, Member, ShownOrganisation},
        },
        core::Core,
    },
    store::page::Page,
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet organisation create \"Acme Trading\"
  signet organisation add org_0069216f00… --user alice@example.com --role admin
  signet organisation show org_0069216f00…

Applications learn of organisations and roles in them; at this server they give no right.")]
pub enum OrganisationCommand {
    /// Make an organisation, without members
    #[command(after_help = "Example:\n  signet organisation create \"Acme Trading\"")]
    Create {
        /// What it is called; names need not be unique
        name: String,
    },
    /// Show the organisations, the oldest first
    #[command(after_help = "Examples:\n  signet organisation list\n  signet organisation list --search acme --json")]
    List(ListArgs),
    /// Show an organisation with its members
    #[command(after_help = "Example:\n  signet organisation show org_0069216f00…")]
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Give an organisation another name
    #[command(after_help = "Example:\n  signet organisation rename org_0069216f00… \"Acme & Sons\"")]
    Rename {
        /// Its id
        id: String,
        /// What it is called from now on
        name: String,
    },
    /// Delete an organisation; its members stay, and belong to it no longer
    #[command(after_help = "Example:\n  signet organisation delete org_0069216f00…")]
    Delete {
        /// Its id
        id: String,
    },
    Add(AddArgs),
    /// End a membership
    #[command(after_help = "Example:\n  signet organisation remove org_0069216f00… --user alice")]
    Remove {
        /// The organisation's id
        id: String,
        /// Whose: id, e-mail address or username
        #[arg(long, value_name = "WHO")]
        user: String,
    },
}

/// Add a member, or change what a member is
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet organisation add org_0069216f00… --user alice@example.com
  signet organisation add org_0069216f00… --user alice --role admin --change")]
pub struct AddArgs {
    /// The organisation's id
    id: String,
    /// Who: id, e-mail address or username
    #[arg(long, value_name = "WHO")]
    user: String,
    /// What they are in it
    #[arg(long, default_value = "member", value_parser = word(&["member", "admin"], OrganisationRole::parse))]
    role: OrganisationRole,
    #[arg(long, help = "Change the role of somebody who is a member already")]
    change: bool,
}

#[derive(Serialize)]
struct OrganisationShape {
    #[serde(skip)]
    sentence: &'static str,
    id: String,
    name: String,
    created_at: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    more: Option<MoreShape>,
}

/// What stands in other places.
#[derive(Serialize)]
struct MoreShape {
    members: i64,
    directory: Option<String>,
    takes_newcomers: bool,
}

#[derive(Serialize)]
struct OrganisationList {
    organisations: Vec<OrganisationShape>,
    next: Option<String>,
}

/// An organisation and one page of its members.
#[derive(Serialize)]
struct RollShape {
    #[serde(flatten)]
    organisation: OrganisationShape,
    member_list: Vec<MemberShape>,
    next: Option<String>,
}

impl OrganisationCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        let admin = operator();
        match self {
            Self::Create { name } => {
                let made = organisations::create(core, &admin, &name).await?.shown;
                output.answer(&OrganisationShape::told("Made the organisation.\n\n", &made))?;
            }
            Self::List(args) => {
                let page = organisations::list(core, &admin, args.page()).await?;
                output.answer(&OrganisationList::from(&page))?;
            }
            Self::Show { id, page } => {
                let shown = organisations::show(core, &admin, &id).await?.shown;
                let members = organisations::list_members(core, &admin, &id, page.page()).await?;
                output.answer(&RollShape::new(&shown, &members))?;
            }
            Self::Rename { id, name } => {
                let renamed = organisations::rename(core, &admin, &id, Expected::Any, &name).await?.shown;
                output.answer(&OrganisationShape::told("Renamed the organisation.\n\n", &renamed))?;
            }
            Self::Delete { id } => {
                let gone = organisations::delete(core, &admin, &id, Expected::Any).await?;
                output.answer(&Deleted { what: "organisation", deleted: gone.id.to_string() })?;
            }
            Self::Add(AddArgs { id, user, role, change }) => {
                let member = if change {
                    organisations::change_role(core, &admin, &id, &user, role).await?
                } else {
                    organisations::add(core, &admin, &id, &user, role).await?
                };
                output.answer(&MemberShape::from(&member))?;
            }
            Self::Remove { id, user } => {
                organisations::remove(core, &admin, &id, &user).await?;
                output.answer(&Deleted { what: "membership of", deleted: user })?;
            }
        }
        Ok(())
    }
}

impl OrganisationShape {
    fn told(sentence: &'static str, shown: &ShownOrganisation) -> Self {
        Self { sentence, ..Self::from(shown) }
    }
}

impl RollShape {
    fn new(shown: &ShownOrganisation, members: &Page<Member>) -> Self {
        let member_list = members.items.iter().map(MemberShape::from).collect();
        Self { organisation: OrganisationShape::from(shown), member_list, next: members.next.clone() }
    }
}

impl From<&Organisation> for OrganisationShape {
    fn from(organisation: &Organisation) -> Self {
        Self {
            sentence: "",
            id: organisation.id.to_string(),
            name: organisation.name.clone(),
            created_at: organisation.created_at.rfc3339(),
            more: None,
        }
    }
}

impl From<&ShownOrganisation> for OrganisationShape {
    fn from(shown: &ShownOrganisation) -> Self {
        let directory = match &shown.keeper {
            Some(Keeper::Directory(name)) => Some(name.clone()),
            Some(Keeper::Newcomers) | None => None,
        };
        let takes_newcomers = shown.keeper == Some(Keeper::Newcomers);
        let more = MoreShape { members: shown.members, directory, takes_newcomers };
        Self { more: Some(more), ..Self::from(&shown.organisation) }
    }
}

impl From<&Page<Organisation>> for OrganisationList {
    fn from(page: &Page<Organisation>) -> Self {
        Self { organisations: page.items.iter().map(OrganisationShape::from).collect(), next: page.next.clone() }
    }
}

impl fmt::Display for OrganisationShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sheet = Sheet::default().with("id", &self.id).with("name", &self.name);
        if let Some(more) = &self.more {
            sheet = sheet
                .with("members", more.members)
                .with("directory", more.directory.as_deref().unwrap_or_default())
                .with("newcomers", if more.takes_newcomers { "join it" } else { "" });
        }
        write!(f, "{}{}", self.sentence, sheet.with("created", &self.created_at))
    }
}

impl fmt::Display for OrganisationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["ORGANISATION", "NAME", "CREATED"]);
        for one in &self.organisations {
            table.row(&[&one.id, &one.name, &one.created_at]);
        }
        write!(f, "{table}{}", more(self.next.as_deref()))
    }
}

impl fmt::Display for RollShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.organisation)?;
        if !self.member_list.is_empty() {
            write!(f, "\n{}", MemberShape::table(&self.member_list))?;
        }
        f.write_str(&more(self.next.as_deref()))
    }
}
