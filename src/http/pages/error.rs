//! The page for whatever cannot go on.

use askama::Template;

use super::layout::Layout;

#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorView<'a> {
    pub layout: &'a Layout,
    /// The heading, such as “This request cannot go on”.
    pub title: &'a str,
    /// One calm sentence for the person: what happened, or what to do.
    pub message: &'a str,
    /// The RFC's word, such as `invalid_request`, or the status' own, such as `not_found`.
    pub code: &'a str,
    /// What it is called in the log.
    pub request_id: &'a str,
    /// What the client's developer should know.
    pub description: Option<&'a str>,
}
