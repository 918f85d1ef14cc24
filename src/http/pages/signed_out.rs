//! The page after signing out.

use askama::Template;

use super::layout::Layout;

#[derive(Debug, Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOutView<'a> {
    pub layout: &'a Layout,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    #[test]
    fn it_says_so_and_asks_for_nothing() {
        let layout = layout();
        let page = SignedOutView { layout: &layout }.render().unwrap();
        assert!(page.contains("<h1>You are signed out</h1>"));
        assert!(!page.contains("<form"));
    }
}
