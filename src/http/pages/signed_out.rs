//! The page after signing out.

use actix_web::HttpResponse;
use askama::Template;

use super::{layout::Layout, send};
use crate::http::{app::App, extract::cookies};

#[derive(Debug, Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOutView<'a> {
    pub layout: &'a Layout,
}

pub fn show(app: &App) -> HttpResponse {
    send::page(&SignedOutView { layout: &app.layout }).cookie(cookies::no_session(app.settings())).ok()
}
