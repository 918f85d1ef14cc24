//! The page at the issuer's own address.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    error,
    layout::{Layout, Person},
    send,
};
use crate::{
    http::{
        app::{App, Mode},
        extract::cookies,
    },
    services::{fault::Failure, sessions},
};

#[derive(Debug, Template)]
#[template(path = "pages/home.html")]
pub struct HomeView<'a> {
    pub layout: &'a Layout,
    pub issuer: &'a str,
    /// Who is signed in.
    pub person: Option<Person<'a>>,
    /// A development server, which has the playground and the outbox.
    pub playground: bool,
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let browser = cookies::browser(&request, app.settings());
    let found = app.core.run(move |core| Ok::<_, Failure>(sessions::find(core, browser.session.as_deref())?)).await;
    let signed_in = match found {
        Ok(signed_in) => signed_in,
        Err(failure) => return error::failed(&app, &request, &failure),
    };
    let view = HomeView {
        layout: &app.layout,
        issuer: app.settings().issuer.as_str(),
        person: signed_in.as_ref().map(|signed_in| Person::from(&signed_in.user)),
        playground: matches!(app.mode, Mode::Dev(_)),
    };
    send::page(&view).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{ALICE, layout};

    fn page(person: Option<Person<'_>>, playground: bool) -> String {
        let layout = layout();
        HomeView { layout: &layout, issuer: "https://id.example/base", person, playground }.render().unwrap()
    }

    #[test]
    fn who_is_signed_in_can_sign_out() {
        let page = page(Some(ALICE), false);
        assert!(page.contains("alice@example.com"));
        assert!(page.contains("href=\"/base/logout\">Sign out</a>"));
    }

    #[test]
    fn a_stranger_is_offered_nothing_that_does_not_work() {
        let page = page(None, false);
        assert!(page.contains("https://id.example/base"));
        assert!(!page.contains("class=\"actions\""));
    }

    #[test]
    fn the_playground_and_the_outbox_are_linked_in_development_only() {
        for path in ["/base/playground", "/base/outbox"] {
            assert!(page(None, true).contains(&format!("href=\"{path}\"")));
            assert!(!page(Some(ALICE), false).contains(path));
        }
    }
}
