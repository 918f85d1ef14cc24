//! The page after signing out.

use askama::Template;

use super::layout::Layout;

#[derive(Debug, Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOutView<'a> {
    pub layout: &'a Layout,
}
