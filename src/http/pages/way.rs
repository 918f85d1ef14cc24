//! Somebody at a page of the sign-in or beside it: what the browser brings, and where the page leads.

use actix_web::{HttpRequest, HttpResponse};

use super::{error, login, step};
use crate::{
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            query,
        },
    },
    protocol::params::Params,
    services::oauth::{
        browser::Browser,
        destination::{self, Onward},
    },
};

/// Whoever cannot be taken has an answer already.
pub(super) struct Way {
    pub(super) browser: Browser,
    pub(super) onward: Onward,
    /// In the address, or in the form.
    pub(super) carried: Params,
}

impl Way {
    /// A page beside the sign-in is opened.
    pub(super) async fn opened(app: &App, request: &HttpRequest) -> Result<Self, HttpResponse> {
        let carried = query::params(request).map_err(|error| error::refused(app, request, &error))?;
        Self::beside(app, request, cookies::browser(request, app.settings()), carried).await
    }

    /// The form of a page beside the sign-in: it carries a token for this browser.
    pub(super) async fn posted(
        app: &App,
        request: &HttpRequest,
        form: Result<Form, BadBody>,
    ) -> Result<Self, HttpResponse> {
        let taken = step::open_form(app, request, form);
        let (browser, form) = taken.map_err(|why| step::refuse_taking(app, request, &why))?;
        Self::beside(app, request, browser, form).await
    }

    /// The form of a step of the sign-in. Before any secret is looked at, it must be ours, for this browser, and in time.
    pub(super) async fn signing_in(
        app: &App,
        request: &HttpRequest,
        form: Result<Form, BadBody>,
    ) -> Result<Self, HttpResponse> {
        let (browser, carried) =
            step::form(app, request, form).map_err(|why| step::refuse_taking(app, request, &why))?;
        let sealed = carried.get("interaction").unwrap_or_default().to_owned();
        match destination::open(&app.core, browser.clone(), sealed).await {
            Ok(onward) => Ok(Self { browser, onward, carried }),
            Err(refusal) => Err(step::refuse_form(app, request, refusal)),
        }
    }

    async fn beside(app: &App, request: &HttpRequest, browser: Browser, carried: Params) -> Result<Self, HttpResponse> {
        match login::onward_or_account(app, &browser, &carried).await {
            Ok(onward) => Ok(Self { browser, onward, carried }),
            Err(refusal) => Err(step::refuse_form(app, request, refusal)),
        }
    }
}
