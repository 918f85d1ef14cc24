//! The page that asks before it signs somebody out.

use actix_web::HttpResponse;
use askama::Template;

use super::{
    layout::{Layout, Person},
    send,
};
use crate::{
    http::app::App,
    services::oauth::{browser::Browser, logout::LogoutAsked},
};

/// Posts to `{base}/logout/confirm`: `confirmation`, and `decision` = `logout` or `stay`.
#[derive(Debug, Template)]
#[template(path = "pages/logout.html")]
pub struct LogoutView<'a> {
    pub layout: &'a Layout,
    /// Binds the form to the session, and says where to go afterwards; sealed.
    pub confirmation: &'a str,
    pub person: Person<'a>,
    /// The client that sent the browser here, where it is known.
    pub client: Option<&'a str>,
}

pub fn show(app: &App, browser: &Browser, asked: &LogoutAsked) -> HttpResponse {
    let view = LogoutView {
        layout: &app.layout,
        confirmation: &asked.confirmation,
        person: Person::from(&asked.user),
        client: asked.client.as_deref(),
    };
    let page = send::page(&view).binds(app, browser);
    asked.back.iter().fold(page, |page, back| page.leads_to(back)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{ALICE, layout};

    fn page(client: Option<&str>) -> String {
        let layout = layout();
        LogoutView { layout: &layout, confirmation: "sealed", person: ALICE, client }.render().unwrap()
    }

    #[test]
    fn the_form_carries_its_token_and_the_request() {
        let page = page(None);
        assert!(page.contains("action=\"/base/logout/confirm\""));
        assert!(page.contains("name=\"confirmation\" value=\"sealed\""));
        assert!(page.contains("name=\"decision\" value=\"logout\">Sign out</button>"));
        assert!(page.contains("name=\"decision\" value=\"stay\">Stay signed in</button>"));
    }

    #[test]
    fn a_client_is_named_where_it_is_known() {
        assert!(page(Some("Fieldnotes")).contains("<strong>Fieldnotes</strong> asks"));
        assert!(!page(None).contains("asks to sign you out"));
    }
}
