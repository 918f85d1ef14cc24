//! Sends a page: its headers, its policy, its cookies.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    cookie::Cookie,
    http::{StatusCode, header},
};
use askama::Template;

use crate::{
    http::{app::App, extract::cookies},
    protocol::redirect_uri,
    services::oauth::{
        browser::Browser,
        destination::{Destination, Onward},
    },
};

/// An answer that is ready before its page is.
pub(in crate::http) struct Early(Box<HttpResponse>);

/// What a handler of a page comes to: `?` takes the early way out.
pub(in crate::http) type Answered = Result<HttpResponse, Early>;

impl From<HttpResponse> for Early {
    fn from(answer: HttpResponse) -> Self {
        Self(Box::new(answer))
    }
}

impl From<Early> for HttpResponse {
    fn from(early: Early) -> Self {
        *early.0
    }
}

pub(in crate::http) fn answered(answer: Answered) -> HttpResponse {
    answer.unwrap_or_else(HttpResponse::from)
}

/// A page on its way out.
pub(in crate::http) struct Page {
    html: Result<String, askama::Error>,
    answer: HttpResponseBuilder,
    form_action: String,
    script: Script,
}

enum Script {
    None,
    OurOwn,
}

pub(in crate::http) fn page(view: &impl Template) -> Page {
    Page { html: view.render(), answer: HttpResponse::Ok(), form_action: "'self'".to_owned(), script: Script::None }
}

impl Page {
    /// The form of this page ends at `uri`, by redirects: Chromium asks the policy at each of them.
    pub(super) fn leads_to(mut self, uri: &str) -> Self {
        if let Some(source) = source(uri) {
            self.form_action = format!("{} {source}", self.form_action);
        }
        self
    }

    /// The same of a page on the way of a sign-in.
    pub(super) fn leads_on(self, onward: &Onward) -> Self {
        match &onward.to {
            Destination::Application { redirect_uri, .. } => self.leads_to(redirect_uri),
            Destination::Account(_) | Destination::Console(_) => self,
        }
    }

    pub(in crate::http) fn with_script(self) -> Self {
        Self { script: Script::OurOwn, ..self }
    }

    /// What this page carries is good on this browser only.
    pub(in crate::http) fn binds(self, app: &App, browser: &Browser) -> Self {
        match browser.new_binding() {
            Some(binding) => self.cookie(cookies::binding(app.settings(), binding)),
            None => self,
        }
    }

    pub(in crate::http) fn cookie(mut self, cookie: Cookie<'_>) -> Self {
        self.answer.cookie(cookie);
        self
    }

    pub(in crate::http) fn ok(self) -> HttpResponse {
        self.status(StatusCode::OK)
    }

    pub(in crate::http) fn status(mut self, status: StatusCode) -> HttpResponse {
        let script = match self.script {
            Script::None => "'none'",
            Script::OurOwn => "'self'",
        };
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self' https: data:; script-src {script}; \
             form-action {}; frame-ancestors 'none'; base-uri 'none'",
            self.form_action
        );
        match self.html {
            Ok(html) => self
                .answer
                .status(status)
                .content_type("text/html; charset=utf-8")
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header((header::CONTENT_SECURITY_POLICY, policy))
                .insert_header((header::X_FRAME_OPTIONS, "DENY"))
                .body(html),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                HttpResponse::InternalServerError().finish()
            }
        }
    }
}

/// The URI as a source of the policy: its origin; its scheme where it has none, or where the policy's grammar
/// has no word for it (IPv6 literals).
fn source(uri: &str) -> Option<String> {
    let scheme = uri.split_once(':').map(|(scheme, _)| format!("{scheme}:"));
    match redirect_uri::origin(uri) {
        Some(origin) if !origin.contains('[') => Some(origin),
        _ => scheme,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_where_the_form_ends() {
        assert_eq!(source("https://app.example/cb?x=;y").as_deref(), Some("https://app.example"));
        assert_eq!(source("http://127.0.0.1:3000/cb").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(source("http://[::1]:3000/cb").as_deref(), Some("http:"));
        assert_eq!(source("com.example.app:/cb").as_deref(), Some("com.example.app:"));
    }
}
