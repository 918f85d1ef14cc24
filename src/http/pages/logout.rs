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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{ALICE, layout};

    fn page(client: Option<&str>) -> String {
        let layout = layout();
        LogoutView { layout: &layout, token: "bound", request: "sealed", person: ALICE, client }.render().unwrap()
    }

    #[test]
    fn the_form_carries_its_token_and_the_request() {
        let page = page(None);
        assert!(page.contains("action=\"/base/logout\""));
        assert!(page.contains("name=\"token\" value=\"bound\""));
        assert!(page.contains("name=\"request\" value=\"sealed\""));
        assert!(page.contains("name=\"decision\" value=\"logout\">Sign out</button>"));
        assert!(page.contains("name=\"decision\" value=\"stay\">Stay signed in</button>"));
    }

    #[test]
    fn a_client_is_named_where_it_is_known() {
        assert!(page(Some("Fieldnotes")).contains("<strong>Fieldnotes</strong> asks"));
        assert!(!page(None).contains("asks to sign you out"));
    }
}
