//! The page that carries an authorization answer by POST (OAuth 2.0 Form Post Response Mode).

use actix_web::HttpResponse;
use askama::Template;

use super::{layout::Layout, send};
use crate::{http::app::App, protocol::authorize::AuthorizeAnswer};

/// Submits itself by the script `assets::submit`; the button is for browsers without scripts.
#[derive(Debug, Template)]
#[template(path = "pages/form_post.html")]
pub struct FormPostView<'a> {
    pub layout: &'a Layout,
    /// The redirect URI.
    pub action: &'a str,
    pub pairs: &'a [(&'static str, String)],
}

pub(super) fn show(app: &App, answer: &AuthorizeAnswer) -> HttpResponse {
    let view = FormPostView { layout: &app.layout, action: &answer.redirect_uri, pairs: &answer.pairs };
    send::page(&view).leads_to(&answer.redirect_uri).with_script().ok()
}
