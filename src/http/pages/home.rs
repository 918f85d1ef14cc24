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
    /// A development server, which has the playground.
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
