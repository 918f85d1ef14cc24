//! The sign-in page.

use askama::Template;

use super::layout::{ClientFace, Layout};

/// Posts to `{base}/login`: `interaction`, `email`, `password`; `cancel=1` from its second button.
#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    /// Prefills the first field: the `login_hint`, or what was typed before.
    pub email: &'a str,
    pub reason: Option<Reason>,
    pub failure: Option<Failure>,
}

/// Why somebody who has a session is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `prompt=login` or `max_age`.
    FreshSignIn,
    /// The session ended while the page was open.
    SessionEnded,
}

/// Why the last attempt did not go on. Never says which of the two was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    NotRight,
    TooMany { seconds: u64 },
}
