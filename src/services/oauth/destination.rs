//! Where a sign-in leads: on to the application that asks, or to the account's own pages.

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
}

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

/// A sign-in that nobody but the person asked for.
pub fn to_account(core: &Core, browser: &Browser, place: Place) -> Onward {
    let sealed = forms::seal(core, Kind::Destination, Shown::ToBrowser(browser), &place.as_str());
    Onward { sealed, to: Destination::Account(place) }
}

/// What a page carried. An application's request is checked again.
pub async fn open(core: &Core, browser: Browser, sealed: String) -> Result<Onward, FormRefusal> {
    core.run(move |core| {
        let opened = forms::open::<String>(core, Kind::Destination, Shown::ToBrowser(&browser), &sealed);
        if let Some(place) = opened.and_then(|name| Place::parse(&name)) {
            return Ok(Onward { sealed, to: Destination::Account(place) });
        }
        let interaction = Interaction::open(core, &browser, &sealed).ok_or(FormRefusal::Stale)?;
        let checked = check(core, &interaction.params)?;
        let to = Destination::Application { known: checked.known, redirect_uri: checked.request.redirect_uri };
        Ok(Onward { sealed, to })
    })
    .await
}
