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
