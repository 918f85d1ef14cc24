//! The consent page.

use askama::Template;

use super::layout::{ClientFace, Layout, Person};

/// Posts to `{base}/consent`: `interaction`, and `decision` = `allow`, `deny` or `switch`.
#[derive(Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct ConsentView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    /// Where the answer goes: the redirect URI's host, or its scheme where it has none.
    pub redirect_host: &'a str,
    pub person: Person<'a>,
    /// In the order of the request; scopes first, then single claims.
    pub permissions: Vec<Permission<'a>>,
    /// The client runs on the person's own device, where other programs could pass for it (RFC 8252 §8.6).
    pub impersonable: bool,
}

/// One thing the client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission<'a> {
    /// The scope's or claim's name on the wire.
    pub name: &'a str,
    /// What it means, in words for the person.
    pub description: &'a str,
    /// The consent that stands already covers it.
    pub allowed: bool,
}
