//! What several pages show: their frame, the client that asks, the person who is signed in.

use url::Url;

use super::assets;
use crate::{
    config::Issuer,
    domain::{client::Client, user::User},
    services::oauth::destination::{Destination, Onward},
};

/// The frame of every page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The issuer's path, without a slash at its end; stands before every path of ours.
    pub base: String,
    /// The issuer's host, and its port where it has one: people can compare it with the address bar.
    pub host: String,
}

/// How a client presents itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientFace<'a> {
    pub name: &'a str,
    /// This and the other addresses only where they are https.
    pub logo_uri: Option<&'a str>,
    pub policy_uri: Option<&'a str>,
    pub tos_uri: Option<&'a str>,
}

/// How a person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'a> {
    pub name: &'a str,
    /// What tells two people of one name apart: the address, else the username.
    pub login: &'a str,
}

impl Layout {
    pub fn new(issuer: &Issuer) -> Self {
        Url::parse(issuer.as_str()).map_or(Self { base: String::new(), host: String::new() }, |url| Self::of(&url))
    }

    fn of(issuer: &Url) -> Self {
        let host = issuer.host_str().unwrap_or_default();
        let host = issuer.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self { base: issuer.path().trim_end_matches('/').to_owned(), host }
    }

    pub fn stylesheet(&self) -> String {
        format!("{}{}", self.base, assets::stylesheet().path)
    }

    pub fn console_stylesheet(&self) -> String {
        format!("{}{}", self.base, assets::console_stylesheet().path)
    }

    pub fn copy_script(&self) -> String {
        format!("{}{}", self.base, assets::copy().path)
    }

    pub fn seal(&self) -> String {
        format!("{}{}", self.base, assets::seal().path)
    }

    pub fn submit(&self) -> String {
        format!("{}{}", self.base, assets::submit().path)
    }
}

impl<'a> From<&'a Client> for ClientFace<'a> {
    fn from(client: &'a Client) -> Self {
        Self {
            name: &client.name,
            logo_uri: https(client.logo_uri.as_deref()),
            policy_uri: https(client.policy_uri.as_deref()),
            tos_uri: https(client.tos_uri.as_deref()),
        }
    }
}

impl<'a> ClientFace<'a> {
    /// The application that a sign-in leads to, if it leads to one.
    pub fn of(onward: &'a Onward) -> Option<Self> {
        match &onward.to {
            Destination::Application { known, .. } => Some(Self::from(&known.client)),
            Destination::Account(_) | Destination::Console(_) => None,
        }
    }
}

impl<'a> From<&'a User> for Person<'a> {
    fn from(user: &'a User) -> Self {
        Self { name: user.display_name(), login: user.email.as_deref().unwrap_or(&user.username) }
    }
}

impl Person<'_> {
    /// The letter in the person's badge.
    pub fn initial(&self) -> String {
        initial(self.name)
    }
}

fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

/// Anything else in a link or an image of ours would be the client's way to run a script or to watch people.
fn https(uri: Option<&str>) -> Option<&str> {
    uri.filter(|uri| uri.starts_with("https://"))
}

/// Values for the tests of the pages.
#[cfg(test)]
pub(super) mod examples {
    use super::*;

    pub(in super::super) fn layout() -> Layout {
        Layout::of(&Url::parse("https://id.example/base/").unwrap())
    }

    pub(in super::super) const CLIENT: ClientFace<'static> =
        ClientFace { name: "Fieldnotes <b>", logo_uri: None, policy_uri: None, tos_uri: None };

    pub(in super::super) const ALICE: Person<'static> = Person { name: "Alice Moreau", login: "alice@example.com" };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_issuers_path() {
        let at_root = Layout::of(&Url::parse("http://127.0.0.1:8080").unwrap());
        assert_eq!((at_root.base.as_str(), at_root.host.as_str()), ("", "127.0.0.1:8080"));
        assert_eq!(examples::layout().base, "/base");
        assert!(examples::layout().stylesheet().starts_with("/base/assets/signet-"));
    }

    #[test]
    fn a_client_cannot_bring_a_script_as_its_link() {
        assert_eq!(https(Some("javascript:alert(1)")), None);
        assert_eq!(https(Some("https://app.example/logo.png")), Some("https://app.example/logo.png"));
    }

    #[test]
    fn a_name_without_letters_still_has_a_badge() {
        assert_eq!(initial("  élan"), "É");
        assert_eq!(initial("…"), "·");
    }
}
