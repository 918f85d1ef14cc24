//! The page for `prompt=select_account`.

use askama::Template;

use super::layout::{ClientFace, Layout, Person};

/// Posts to `{base}/choose-account`: `interaction`, and `account` = `continue` or `other`.
#[derive(Debug, Template)]
#[template(path = "pages/choose_account.html")]
pub struct ChooseAccountView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    pub person: Person<'a>,
}
