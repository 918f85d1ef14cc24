//! `signet user update`: what the account API's contracts show of a person, set by an operator.

use std::collections::BTreeMap;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::CommandError;
use crate::{
    domain::{
        organisation::OrganisationRole,
        user::{Role, UserStatus},
    },
    services::admin::users::change::{Belonging, UserChanges},
};

/// Change an account; what is not named stays
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet user update alice --privilege admin --privilege auditView --group engineering --group admins
  signet user update alice@example.com --organisation \"Acme Engineering:admin\"
  signet user update alice --attribute 'assigned_agents=[\"agent_1\"]' --picture https://example.com/alice.png
  signet user update alice --privilege '' --organisation ''

A repeatable option names all there shall be; an empty value takes away what was there.")]
pub struct UpdateArgs {
    /// Id, e-mail address or username
    who: String,
    /// Full name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Address of a picture (https)
    #[arg(long, value_name = "URL")]
    picture: Option<String>,
    /// Username, the other way to sign in (a-z 0-9 . _ -)
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// E-mail address; it counts as verified
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Whether the user may come in
    #[arg(long, value_name = "STATUS", value_parser = status())]
    status: Option<UserStatus>,
    /// Whether the user administers this server
    #[arg(long, value_name = "ROLE", value_parser = role())]
    role: Option<Role>,
    /// What products let the user do, in their own words (repeatable)
    #[arg(long, value_name = "NAME")]
    privilege: Option<Vec<String>>,
    /// A group that the user is in; made if there is none of this name (repeatable)
    #[arg(long, value_name = "NAME")]
    group: Option<Vec<String>>,
    /// An attribute of your own as NAME=JSON; the others stay, and NAME= takes this one away (repeatable)
    #[arg(long, value_name = "NAME=JSON", value_parser = attribute)]
    attribute: Vec<(String, Option<String>)>,
    /// The organisation, and the role there (member or admin); made if there is none of this name
    #[arg(long, value_name = "NAME:ROLE", value_parser = organisation)]
    organisation: Option<Belonging>,
}

impl UpdateArgs {
    pub(super) fn change(self) -> Result<(String, UserChanges), CommandError> {
        let changes = UserChanges {
            name: self.name,
            picture: self.picture,
            username: self.username,
            email: self.email,
            status: self.status,
            role: self.role,
            privileges: self.privilege.map(entries),
            groups: self.group.map(entries),
            attributes: self.attribute.into_iter().collect::<BTreeMap<_, _>>(),
            organisation: self.organisation,
            ..UserChanges::default()
        };
        if changes == UserChanges::default() {
            return Err(CommandError::Usage("nothing to change was named".to_owned()));
        }
        Ok((self.who, changes))
    }
}

/// An empty value is how a list is cleared, and no entry of it.
fn entries(given: Vec<String>) -> Vec<String> {
    given.into_iter().filter(|entry| !entry.is_empty()).fold(Vec::new(), |mut kept, entry| {
        if !kept.contains(&entry) {
            kept.push(entry);
        }
        kept
    })
}

fn status() -> impl TypedValueParser<Value = UserStatus> {
    PossibleValuesParser::new(["active", "suspended", "disabled"])
        .try_map(|text| UserStatus::parse(&text).ok_or("is not possible"))
}

pub(super) fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(["member", "admin", "auditor", "client_manager"])
        .try_map(|text| Role::parse(&text).ok_or("is not possible"))
}

fn attribute(text: &str) -> Result<(String, Option<String>), String> {
    let (name, json) = text.split_once('=').ok_or("must be NAME=JSON")?;
    Ok((name.to_owned(), Some(json.to_owned()).filter(|json| !json.is_empty())))
}

/// A name may hold a colon, too: the role is behind the last one.
fn organisation(text: &str) -> Result<Belonging, String> {
    if text.is_empty() {
        return Ok(Belonging::Nowhere);
    }
    let (name, role) = match text.rsplit_once(':') {
        Some((name, role)) => (name, OrganisationRole::parse(role).ok_or("the role is member or admin")?),
        None => (text, OrganisationRole::Member),
    };
    Ok(Belonging::To { name: name.trim().to_owned(), role })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_has_a_name_and_a_role() {
        let to = |name: &str, role| Ok(Belonging::To { name: name.to_owned(), role });
        assert_eq!(organisation("Acme:admin"), to("Acme", OrganisationRole::Admin));
        assert_eq!(organisation("Acme"), to("Acme", OrganisationRole::Member));
        assert_eq!(organisation("A: B:member"), to("A: B", OrganisationRole::Member));
        assert_eq!(organisation(""), Ok(Belonging::Nowhere));
        assert!(organisation("Acme:owner").is_err());
    }

    #[test]
    fn an_attribute_is_set_or_taken_away() {
        assert_eq!(attribute(r#"a=["b=c"]"#), Ok(("a".to_owned(), Some(r#"["b=c"]"#.to_owned()))));
        assert_eq!(attribute("a="), Ok(("a".to_owned(), None)));
        assert!(attribute("a").is_err());
    }
}
