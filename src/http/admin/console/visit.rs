//! Somebody at the console: let in, shown a page, told what became of a form.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};

use super::{Frame, Link, Place};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        user::Role,
    },
    http::{
        app::App,
        extract::{
            address, cookies,
            form::{BadBody, Form},
            origin, query,
        },
        pages::{
            error,
            layout::Person,
            send::{self, Early},
            step,
        },
    },
    protocol::params::Params,
    services::{
        admin::{
            AdminError,
            admit::{self, NotAdmitted, Seat},
            edition::Expected,
        },
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::{browser::Browser, destination::ConsolePath},
    },
};

/// An administrator at one of these pages.
pub(super) struct Visit<'a> {
    pub(super) app: &'a App,
    request: &'a HttpRequest,
    browser: Browser,
    seat: Seat,
}

/// A sentence for the administrator, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) text: String,
    /// What does not fit, in the service's words: `redirect URI` is the field `redirect_uri`.
    what: &'static str,
    status: StatusCode,
}

/// The edition that a form was made of.
pub(super) fn expected(params: &Params) -> Expected {
    Expected::one(params.get("edition").unwrap_or_default())
}

impl Problem {
    pub(super) fn new(what: &'static str, text: impl Into<String>) -> Self {
        Self { text: text.into(), what, status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// Whether it is about the field of this name.
    pub(super) fn names(&self, field: &str) -> bool {
        !field.is_empty() && self.what.replace(' ', "_").eq_ignore_ascii_case(field)
    }
}

impl<'a> Visit<'a> {
    /// Whoever has no business here, or has not signed in lately, gets another answer.
    pub(super) async fn begin(app: &'a App, request: &'a HttpRequest) -> Result<Self, Early> {
        let browser = cookies::browser(request, app.settings());
        let address = address::of(request, app.settings());
        match admit::at_console(&app.core, browser.session.clone(), address).await {
            Ok(seat) => Ok(Self { app, request, browser, seat }),
            Err(NotAdmitted::NoRights) => Err(error::not_an_administrator(app, request).into()),
            Err(NotAdmitted::Fault(fault)) => Err(error::failed(app, request, &Failure::Fault(fault)).into()),
            Err(NotAdmitted::Unknown | NotAdmitted::NotFresh | NotAdmitted::InvalidToken) => {
                Err(to_sign_in(app, request).into())
            }
        }
    }

    /// The same at a page that only changes something.
    pub(super) async fn to_change(app: &'a App, request: &'a HttpRequest, area: Area) -> Result<Self, Early> {
        let visit = Self::begin(app, request).await?;
        let may = visit.admin().may(area, Access::Write);
        visit.allowed(may)
    }

    /// The same at a page of the registries of scopes and resources: they are everybody's.
    pub(super) async fn to_register(app: &'a App, request: &'a HttpRequest) -> Result<Self, Early> {
        let visit = Self::to_change(app, request, Area::Clients).await?;
        let may = visit.admin().reaches(None);
        visit.allowed(may)
    }

    fn allowed(self, allowed: bool) -> Result<Self, Early> {
        if allowed {
            return Ok(self);
        }
        let words = "Your role sees this, and does not change it.";
        Err(error::not_administered(self.app, self.request, StatusCode::FORBIDDEN, words).into())
    }

    /// The same with a form of ours, from a page of ours that was shown to this session.
    pub(super) async fn with_form(
        app: &'a App,
        request: &'a HttpRequest,
        form: Result<Form, BadBody>,
    ) -> Result<(Self, Params), Early> {
        let Form(params) = form.map_err(|bad| error::bad_body(app, request, &bad))?;
        if !origin::is_ours(request, app.settings()) {
            return Err(error::foreign_form(app, request).into());
        }
        let visit = Self::begin(app, request).await?;
        let token = params.get("form").unwrap_or_default();
        if forms::is_ours(&app.core, Shown::ToSession(&visit.browser), token) {
            Ok((visit, params))
        } else {
            Err(error::stale_account_form(app, request).into())
        }
    }

    pub(super) fn admin(&self) -> &Administrator {
        &self.seat.administrator
    }

    pub(super) fn browser(&self) -> &Browser {
        &self.browser
    }

    /// The query of this page; what is malformed counts for nothing.
    pub(super) fn query(&self) -> Params {
        query::params(self.request).unwrap_or_default()
    }

    /// What a page needs before it can be shown.
    pub(super) fn take<T>(&self, found: Result<T, AdminError>) -> Result<T, Early> {
        found.map_err(|error| match self.problem(error) {
            Ok(problem) => error::not_administered(self.app, self.request, problem.status, &problem.text).into(),
            Err(answer) => answer,
        })
    }

    /// What the page says when it is shown again; the answer where it cannot be.
    pub(super) fn problem(&self, error: AdminError) -> Result<Problem, Early> {
        let text = error.to_string();
        let (what, status, text) = match error {
            AdminError::Unfit { what, reason } => {
                (what, StatusCode::UNPROCESSABLE_ENTITY, format!("{what}: {reason}."))
            }
            AdminError::Taken { what, .. } => (what, StatusCode::CONFLICT, format!("{text}.")),
            AdminError::Absent { .. } => ("", StatusCode::NOT_FOUND, format!("{text}.")),
            AdminError::Forbidden(reason) => ("", StatusCode::FORBIDDEN, format!("{reason}.")),
            AdminError::ChangedMeanwhile => {
                let words = "Somebody else has changed it since this page was opened. Look at it as it is now.";
                ("", StatusCode::PRECONDITION_FAILED, words.to_owned())
            }
            AdminError::Fault(fault) => {
                return Err(error::failed(self.app, self.request, &Failure::Fault(fault)).into());
            }
        };
        Ok(Problem { text: capital(&text), what, status })
    }

    pub(super) fn frame(&self, place: Place, title: impl Into<String>, trail: &[(&str, &str)]) -> Frame<'_> {
        let link = |(title, path): &(&str, &str)| Link { title: (*title).into(), path: (*path).into(), here: false };
        Frame {
            place,
            title: title.into(),
            trail: trail.iter().map(link).collect(),
            person: Person::from(&self.seat.user),
            role: role(self.seat.user.role),
            form: forms::token(&self.app.core, Shown::ToSession(&self.browser)),
            notice: self.notice(),
            problem: None,
            admin: &self.seat.administrator,
        }
    }

    pub(super) fn send(&self, view: &impl askama::Template, frame: &Frame<'_>) -> HttpResponse {
        let page = send::page(view).with_script().binds(self.app, &self.browser);
        page.status(frame.problem.as_ref().map_or(StatusCode::OK, |problem| problem.status))
    }

    /// After a form: on by GET with a word about what was done, so that a reload sends nothing again.
    pub(super) fn done(&self, path: &str, words: &str) -> HttpResponse {
        let sealed = forms::seal(&self.app.core, Kind::Notice, Shown::ToBrowser(&self.browser), &words);
        step::see_other(&step::with_query(self.app, path, &[("notice", &sealed)])).finish()
    }

    fn notice(&self) -> Option<String> {
        let query = self.query();
        forms::open(&self.app.core, Kind::Notice, Shown::ToBrowser(&self.browser), query.get("notice")?)
    }
}

/// To the sign-in, and back to this page where it is one that can be opened.
fn to_sign_in(app: &App, request: &HttpRequest) -> HttpResponse {
    let here = request.path().strip_prefix(&app.layout.base).and_then(ConsolePath::parse);
    let here = here.filter(|_| request.method() == actix_web::http::Method::GET);
    let page = here.as_ref().map_or("/admin", ConsolePath::as_str);
    step::see_other(&step::with_query(app, "/login", &[("page", page)])).finish()
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Admin => "Administrator",
        Role::Auditor => "Auditor",
        Role::ClientManager => "Client manager",
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
