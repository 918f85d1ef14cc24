//! The page that asks before it signs somebody out.

use askama::Template;

use super::layout::{Layout, Person};

/// Posts to `{base}/logout`: `token`, `request`, and `decision` = `logout` or `stay`.
#[derive(Debug, Template)]
#[template(path = "pages/logout.html")]
pub struct LogoutView<'a> {
    pub layout: &'a Layout,
    /// The sealed token that binds the form to the session.
    pub token: &'a str,
    /// The sealed logout request: where to go afterwards, with what `state`.
    pub request: &'a str,
    pub person: Person<'a>,
    /// The client that sent the browser here, where it is known.
    pub client: Option<&'a str>,
}
