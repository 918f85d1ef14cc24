//! The page at the issuer's own address.

use askama::Template;

use super::layout::{Layout, Person};

#[derive(Debug, Template)]
#[template(path = "pages/home.html")]
pub struct HomeView<'a> {
    pub layout: &'a Layout,
    pub issuer: &'a str,
    /// Who is signed in.
    pub person: Option<Person<'a>>,
    /// A development server, which has the playground.
    pub playground: bool,
}
