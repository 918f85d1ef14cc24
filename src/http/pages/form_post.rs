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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    fn page(action: &str, state: &str) -> String {
        let layout = layout();
        let pairs = [("code", "abc".to_owned()), ("state", state.to_owned())];
        FormPostView { layout: &layout, action, pairs: &pairs }.render().unwrap()
    }

    #[test]
    fn the_answer_is_the_forms_only_content() {
        let page = page("https://app.example/cb?a=1&b=2", "xyz");
        assert!(page.contains("<form method=\"post\" action=\"https://app.example/cb?a=1&#38;b=2\">"));
        assert_eq!(page.matches("<input").count(), 2);
        assert!(page.contains("name=\"code\" value=\"abc\""));
        assert!(page.contains("<button class=\"primary\">Continue</button>"));
        assert!(page.contains("<script src=\"/base/assets/submit-"));
    }

    /// authentik CVE-2026-42849: a `state` that became markup.
    #[test]
    fn a_state_is_inert() {
        let page = page("https://app.example/cb", "\"><script>alert('1')</script>&quot;");
        assert_eq!(page.matches("<script").count(), 1);
        assert!(
            page.contains("value=\"&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;quot;\""),
            "{page}"
        );
    }
}
