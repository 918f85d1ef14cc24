//! A short word about what has just been done, for the page that follows: sealed, so that nobody else can put it there.

use crate::{
    http::app::App,
    protocol::params::Params,
    services::{
        forms::{self, Kind, Shown},
        oauth::browser::Browser,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Notice {
    AddressConfirmed,
    LetterSent,
    PasswordReset,
    TookTooLong,
    ProfileSaved,
    AddressPending,
    PasswordChanged,
    SecondFactorOff,
    SessionEnded,
    SessionsEnded,
    ApplicationWithdrawn,
    KeyRevoked,
    ProviderLinked,
    ProviderUnlinked,
    InvitationAccepted,
    AdministratorMade,
}

impl Notice {
    const ALL: [Self; 16] = [
        Self::AddressConfirmed,
        Self::LetterSent,
        Self::PasswordReset,
        Self::TookTooLong,
        Self::ProfileSaved,
        Self::AddressPending,
        Self::PasswordChanged,
        Self::SecondFactorOff,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::ApplicationWithdrawn,
        Self::KeyRevoked,
        Self::ProviderLinked,
        Self::ProviderUnlinked,
        Self::InvitationAccepted,
        Self::AdministratorMade,
    ];

    pub(in super::super) const fn words(self) -> &'static str {
        match self {
            Self::AddressConfirmed => "Your e-mail address is confirmed.",
            Self::LetterSent => "We have sent a new letter. The codes of earlier ones are good no more.",
            Self::PasswordReset => "Your password is changed, and every session has ended. Sign in with the new one.",
            Self::TookTooLong => "That took too long. Please sign in again.",
            Self::ProfileSaved => "Your profile is saved.",
            Self::AddressPending => "We have sent a letter to the new address. It counts once you confirm it.",
            Self::PasswordChanged => "Your password is changed. Every other session has ended.",
            Self::SecondFactorOff => "The second factor is off.",
            Self::SessionEnded => "The session has ended.",
            Self::SessionsEnded => "All other sessions have ended.",
            Self::ApplicationWithdrawn => "The application has no access any more.",
            Self::KeyRevoked => "The key is revoked.",
            Self::ProviderLinked => "The account is linked: you can sign in with it.",
            Self::InvitationAccepted => "The account is yours. Sign in with your new password.",
            Self::AdministratorMade => "The administrator is made. Sign in to begin.",
            Self::ProviderUnlinked => "The account is not linked any more.",
        }
    }

    /// For the query of the page that follows.
    pub(in super::super) fn seal(self, app: &App, browser: &Browser) -> String {
        forms::seal(&app.core, Kind::Notice, Shown::ToBrowser(browser), &self.words())
    }

    /// What the query brings, for a moment and on this browser.
    pub(in super::super) fn read(app: &App, browser: &Browser, query: &Params) -> Option<Self> {
        let sealed = query.get("notice")?;
        let words = forms::open::<String>(&app.core, Kind::Notice, Shown::ToBrowser(browser), sealed)?;
        Self::ALL.into_iter().find(|notice| notice.words() == words)
    }
}
