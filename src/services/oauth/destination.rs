//! Where a sign-in leads: on to the application that asks, to the account's own pages, or to the console.

use std::sync::Arc;

use super::{
    authorize::{FormRefusal, check},
    browser::Browser,
    interaction::Interaction,
};
use crate::services::{
    clients::KnownClient,
    core::Core,
    forms::{self, Kind, Shown},
};

/// What the pages of a sign-in carry from one to the next.
#[derive(Clone, Debug)]
pub struct Onward {
    /// For their hidden field: good on this browser, and in time.
    pub sealed: String,
    pub to: Destination,
}

#[derive(Clone, Debug)]
pub enum Destination {
    /// A request at `/authorize`.
    Application {
        known: Arc<KnownClient>,
        redirect_uri: String,
    },
    Account(Place),
    /// A page of the console: its path below the issuer. The sign-in must be a fresh one.
    Console(ConsolePath),
}

/// The path of a page below `/admin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsolePath(String);

/// A page below `/account`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Profile,
    Password,
    SecondFactor,
    Sessions,
    Applications,
    ApiKeys,
    Providers,
}

impl Place {
    pub const ALL: [Self; 7] = [
        Self::Profile,
        Self::Password,
        Self::SecondFactor,
        Self::Sessions,
        Self::Applications,
        Self::ApiKeys,
        Self::Providers,
    ];

    /// As it stands in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Password => "password",
            Self::SecondFactor => "second-factor",
            Self::Sessions => "sessions",
            Self::Applications => "applications",
            Self::ApiKeys => "api-keys",
            Self::Providers => "providers",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == text)
    }
}

impl ConsolePath {
    /// Nothing but a path below `/admin`: it becomes an address that browsers follow.
    pub fn parse(text: &str) -> Option<Self> {
        let below = text.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%:".contains(&byte);
        // Browsers take %2e for a dot. A slash that is escaped stays one of a resource's name.
        let lower = text.to_ascii_lowercase();
        let leaves = ["//", "..", "%2e", "%5c"].iter().any(|part| lower.contains(part));
        let fits = below && text.len() <= 512 && text.bytes().all(plain) && !leaves;
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Destination {
    /// A page of ours by how it stands in addresses: the name of one of the account's, the path of one of the console's.
    pub fn parse(page: &str) -> Option<Self> {
        Place::parse(page).map(Self::Account).or_else(|| ConsolePath::parse(page).map(Self::Console))
    }
}

/// A sign-in that nobody but the person asked for.
pub fn to_account(core: &Core, browser: &Browser, place: Place) -> Onward {
    Onward { sealed: seal(core, browser, place.as_str()), to: Destination::Account(place) }
}

/// A sign-in on the way to a page of the console.
pub fn to_console(core: &Core, browser: &Browser, path: ConsolePath) -> Onward {
    Onward { sealed: seal(core, browser, path.as_str()), to: Destination::Console(path) }
}

fn seal(core: &Core, browser: &Browser, page: &str) -> String {
    forms::seal(core, Kind::Destination, Shown::ToBrowser(browser), &page)
}

/// What a page carried. An application's request is checked again.
pub async fn open(core: &Core, browser: Browser, sealed: String) -> Result<Onward, FormRefusal> {
    core.run(move |core| {
        let opened = forms::open::<String>(core, Kind::Destination, Shown::ToBrowser(&browser), &sealed);
        if let Some(to) = opened.and_then(|page| Destination::parse(&page)) {
            return Ok(Onward { sealed, to });
        }
        let interaction = Interaction::open(core, &browser, &sealed).ok_or(FormRefusal::Stale)?;
        let checked = check(core, &interaction.params)?;
        let to = Destination::Application { known: checked.known, redirect_uri: checked.request.redirect_uri };
        Ok(Onward { sealed, to })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_to_the_console_leads_nowhere_else() {
        for path in ["/admin", "/admin/clients/my-app", "/admin/scopes/api%3Aread"] {
            assert!(ConsolePath::parse(path).is_some(), "{path}");
        }
        for path in [
            "",
            "/",
            "/administrator",
            "//evil.example",
            "/admin//evil.example",
            "/admin/../logout",
            "/admin/%2E%2e/logout",
            "/admin/%5cevil.example",
            "https://evil.example/admin",
            "/admin?x=1",
            "/admin\\evil",
        ] {
            assert!(ConsolePath::parse(path).is_none(), "{path}");
        }
    }
}
