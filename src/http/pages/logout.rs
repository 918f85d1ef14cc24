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
