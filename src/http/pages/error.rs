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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    fn page(description: Option<&str>) -> String {
        let layout = layout();
        let view = ErrorView {
            layout: &layout,
            title: "This request cannot go on",
            message: "Go back to the application and try again.",
            code: "invalid_request",
            request_id: "7f3a9c2e",
            description,
        };
        view.render().unwrap()
    }

    #[test]
    fn it_says_what_to_quote_to_an_operator() {
        let page = page(None);
        assert!(page.contains("<code>invalid_request</code>"));
        assert!(page.contains("<code>7f3a9c2e</code>"));
        assert!(!page.contains("<dt>Detail</dt>"));
    }

    #[test]
    fn a_description_is_text() {
        let page = page(Some("<img src=x>"));
        assert!(page.contains("<dt>Detail</dt><dd>&#60;img src=x&#62;</dd>"));
    }
}
