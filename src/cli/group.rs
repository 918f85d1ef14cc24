//! `signet group …`: named sets of users.

use std::fmt;

use clap::Subcommand;
use serde::Serialize;

use super::{
    CommandError,
    list::{ListArgs, PageArgs, more},
    member::MemberShape,
    operator,
    output::{Output, Sheet, Table},
    shape::Deleted,
};
use crate::{
    domain::organisation::Group,
    services::{
        admin::{
            edition::Expected,
            groups::{self, Member, ShownGroup},
        },
        core::Core,
    },
    store::page::Page,
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet group create editors
  signet group add grp_0069216f00… --user alice@example.com
  signet group show grp_0069216f00…

Applications that ask for groups find their names in tokens; at this server they give no right.")]
pub enum GroupCommand {
    /// Make a group, without members
    #[command(after_help = "Example:\n  signet group create editors")]
    Create {
        /// What it is called; names are unique
        name: String,
    },
    /// Show the groups, the oldest first
    #[command(after_help = "Examples:\n  signet group list\n  signet group list --search edi --json")]
    List(ListArgs),
    /// Show a group with its members
    #[command(after_help = "Example:\n  signet group show grp_0069216f00…")]
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Give a group another name
    #[command(after_help = "Example:\n  signet group rename grp_0069216f00… authors")]
    Rename {
        /// Its id
        id: String,
        /// What it is called from now on
        name: String,
    },
    /// Delete a group; its members stay, and are in it no longer
    #[command(after_help = "Example:\n  signet group delete grp_0069216f00…")]
    Delete {
        /// Its id
        id: String,
    },
    /// Put a user into a group
    #[command(after_help = "Example:\n  signet group add grp_0069216f00… --user alice")]
    Add {
        /// The group's id
        id: String,
        /// Who: id, e-mail address or username
        #[arg(long, value_name = "WHO")]
        user: String,
    },
    /// Take a user out of a group
    #[command(after_help = "Example:\n  signet group remove grp_0069216f00… --user alice")]
    Remove {
        /// The group's id
        id: String,
        /// Whose: id, e-mail address or username
        #[arg(long, value_name = "WHO")]
        user: String,
    },
}

#[derive(Serialize)]
struct GroupShape {
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
}

#[derive(Serialize)]
struct GroupList {
    groups: Vec<GroupShape>,
    next: Option<String>,
}

/// A group and one page of its members.
#[derive(Serialize)]
struct RollShape {
    #[serde(flatten)]
    group: GroupShape,
    member_list: Vec<MemberShape>,
    next: Option<String>,
}

impl GroupCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        let admin = operator();
        match self {
            Self::Create { name } => {
                let made = groups::create(core, &admin, &name).await?.shown;
                output.answer(&GroupShape::told("Made the group.\n\n", &made))?;
            }
            Self::List(args) => {
                let page = groups::list(core, &admin, args.page()).await?;
                output.answer(&GroupList::from(&page))?;
            }
            Self::Show { id, page } => {
                let shown = groups::show(core, &admin, &id).await?.shown;
                let members = groups::list_members(core, &admin, &id, page.page()).await?;
                output.answer(&RollShape::new(&shown, &members))?;
            }
            Self::Rename { id, name } => {
                let renamed = groups::rename(core, &admin, &id, Expected::Any, &name).await?.shown;
                output.answer(&GroupShape::told("Renamed the group.\n\n", &renamed))?;
            }
            Self::Delete { id } => {
                let gone = groups::delete(core, &admin, &id, Expected::Any).await?;
                output.answer(&Deleted { what: "group", deleted: gone.id.to_string() })?;
            }
            Self::Add { id, user } => {
                let member = groups::add(core, &admin, &id, &user).await?;
                output.answer(&MemberShape::from(&member))?;
            }
            Self::Remove { id, user } => {
                groups::remove(core, &admin, &id, &user).await?;
                output.answer(&Deleted { what: "membership of", deleted: user })?;
            }
        }
        Ok(())
    }
}

impl GroupShape {
    fn told(sentence: &'static str, shown: &ShownGroup) -> Self {
        Self { sentence, ..Self::from(shown) }
    }
}

impl RollShape {
    fn new(shown: &ShownGroup, members: &Page<Member>) -> Self {
        let member_list = members.items.iter().map(MemberShape::from).collect();
        Self { group: GroupShape::from(shown), member_list, next: members.next.clone() }
    }
}

impl From<&Group> for GroupShape {
    fn from(group: &Group) -> Self {
        Self {
            sentence: "",
            id: group.id.to_string(),
            name: group.name.clone(),
            created_at: group.created_at.rfc3339(),
            more: None,
        }
    }
}

impl From<&ShownGroup> for GroupShape {
    fn from(shown: &ShownGroup) -> Self {
        let more = MoreShape { members: shown.members, directory: shown.directory.clone() };
        Self { more: Some(more), ..Self::from(&shown.group) }
    }
}

impl From<&Page<Group>> for GroupList {
    fn from(page: &Page<Group>) -> Self {
        Self { groups: page.items.iter().map(GroupShape::from).collect(), next: page.next.clone() }
    }
}

impl fmt::Display for GroupShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sheet = Sheet::default().with("id", &self.id).with("name", &self.name);
        if let Some(more) = &self.more {
            sheet =
                sheet.with("members", more.members).with("directory", more.directory.as_deref().unwrap_or_default());
        }
        write!(f, "{}{}", self.sentence, sheet.with("created", &self.created_at))
    }
}

impl fmt::Display for GroupList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["GROUP", "NAME", "CREATED"]);
        for one in &self.groups {
            table.row(&[&one.id, &one.name, &one.created_at]);
        }
        write!(f, "{table}{}", more(self.next.as_deref()))
    }
}

impl fmt::Display for RollShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.group)?;
        if !self.member_list.is_empty() {
            write!(f, "\n{}", MemberShape::table(&self.member_list))?;
        }
        f.write_str(&more(self.next.as_deref()))
    }
}
