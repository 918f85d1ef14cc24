//! The page that carries an authorization answer by POST (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use super::layout::Layout;

/// Submits itself by the script `assets::submit`; the button is for browsers without scripts.
#[derive(Debug, Template)]
#[template(path = "pages/form_post.html")]
pub struct FormPostView<'a> {
    pub layout: &'a Layout,
    /// The redirect URI.
    pub action: &'a str,
    pub pairs: &'a [(&'static str, String)],
}
