//! The account's own pages: what they share. Whoever is not signed in goes to the sign-in and comes back.

pub mod api_keys;
pub mod applications;
mod device;
mod key_lines;
pub(super) mod notice;
pub mod password;
pub mod profile;
pub mod providers;
pub mod second_factor;
pub mod sessions;
pub(super) mod words;

use actix_web::{HttpRequest, HttpResponse};
use notice::Notice;
use words::{Ending, Problem};

use super::{
    error,
    layout::{self, Layout},
    send::{self, Answered, Early, Page, answered},
    step, when,
};
use crate::{
    domain::secret::Secret,
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            origin, query, visitor,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{self, Caller, Credential, Person, Refusal},
        fault::Failure,
        forms::{self, Shown},
        oauth::{browser::Browser, destination::Place},
    },
};

/// The path of one of these pages, below the issuer.
pub(super) fn path(place: Place) -> &'static str {
    match place {
        Place::Profile => "/account",
        Place::Password => "/account/password",
        Place::SecondFactor => "/account/second-factor",
        Place::Sessions => "/account/sessions",
        Place::Applications => "/account/applications",
        Place::ApiKeys => "/account/api-keys",
        Place::Providers => "/account/providers",
    }
}

const fn title(place: Place) -> &'static str {
    match place {
        Place::Profile => "Profile",
        Place::Password => "Password",
        Place::SecondFactor => "Second factor",
        Place::Sessions => "Sessions",
        Place::Applications => "Applications",
        Place::ApiKeys => "API keys",
        Place::Providers => "Sign-in providers",
    }
}

/// The frame of these pages.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    pub layout: &'a Layout,
    pub place: Place,
    pub person: layout::Person<'a>,
    /// That a form is ours, sealed for this session.
    pub form: String,
    pub notice: Option<&'static str>,
    pub problem: Option<Problem>,
}

/// A line of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub title: &'static str,
    pub path: &'static str,
    pub here: bool,
}

impl Frame<'_> {
    fn title(&self) -> &'static str {
        title(self.place)
    }

    fn sections(&self) -> impl Iterator<Item = Section> {
        Place::ALL.into_iter().map(|place| Section {
            title: title(place),
            path: path(place),
            here: place == self.place,
        })
    }
}

/// Somebody at one of these pages, not yet known to be signed in.
struct Visit<'a> {
    app: &'a App,
    request: &'a HttpRequest,
    browser: Browser,
    place: Place,
}

/// What a page says beside what it shows.
#[derive(Default)]
struct Told {
    notice: Option<Notice>,
    problem: Option<Problem>,
}

impl From<Problem> for Told {
    fn from(problem: Problem) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }
}

impl<'a> Visit<'a> {
    fn new(app: &'a App, request: &'a HttpRequest, place: Place) -> Self {
        Self { app, request, browser: cookies::browser(request, app.settings()), place }
    }

    /// A form of ours, from a page of ours that was shown to this session.
    fn with_form(
        app: &'a App,
        request: &'a HttpRequest,
        place: Place,
        form: Result<Form, BadBody>,
    ) -> Result<(Self, Params), Early> {
        let visit = Self::new(app, request, place);
        let Form(params) = form.map_err(|bad| error::bad_body(app, request, &bad))?;
        if !origin::is_ours(request, app.settings()) {
            return Err(error::foreign_form(app, request).into());
        }
        if visit.browser.session.is_none() {
            return Err(visit.to_sign_in().into());
        }
        let token = params.get("form").unwrap_or_default();
        if forms::is_ours(&app.core, Shown::ToSession(&visit.browser), token) {
            Ok((visit, params))
        } else {
            Err(error::stale_account_form(app, request).into())
        }
    }

    fn caller(&self) -> Caller {
        let cookie = self.browser.session.clone();
        let credential = cookie.map_or(Credential::None, |cookie| Credential::Cookie(Secret::new(cookie)));
        Caller { credential, visitor: visitor::of(self.request, self.app.settings()) }
    }

    async fn person(&self) -> Result<Person, Early> {
        self.take(accounts::me(&self.app.core, self.caller()).await)
    }

    /// What a page needs before it can be shown.
    fn take<T>(&self, found: Result<T, Refusal>) -> Result<T, Early> {
        found.map_err(|refusal| match self.problem(refusal) {
            Ok(problem) => error::not_now(self.app, self.request, &problem).into(),
            Err(answer) => answer,
        })
    }

    /// What the page says when it is shown again; the answer where it cannot be.
    fn problem(&self, refusal: Refusal) -> Result<Problem, Early> {
        match words::of_signed_in(refusal) {
            Ending::Problem(problem) => Ok(problem),
            Ending::SignIn => Err(self.to_sign_in().into()),
            Ending::Fault(fault) => Err(error::failed(self.app, self.request, &Failure::Fault(fault)).into()),
        }
    }

    /// To the sign-in, and back to this page. The cookie is of no use any more.
    fn to_sign_in(&self) -> HttpResponse {
        let mut answer = step::see_other(&step::with_query(self.app, "/login", &[("page", self.place.as_str())]));
        if self.browser.session.is_some() {
            answer.cookie(cookies::no_session(self.app.settings()));
        }
        answer.finish()
    }

    /// After a form: on by GET, so that a reload sends nothing again.
    fn done(&self, notice: Notice) -> HttpResponse {
        done(self.app, &self.browser, self.place, notice)
    }

    /// What the page has to tell when it is opened.
    fn told(&self) -> Told {
        let query = query::params(self.request).unwrap_or_default();
        Told { notice: Notice::read(self.app, &self.browser, &query), problem: None }
    }

    fn frame<'v>(&'v self, person: &'v Person, told: Told) -> Frame<'v> {
        Frame {
            layout: &self.app.layout,
            place: self.place,
            person: layout::Person::from(&person.user),
            form: forms::token(&self.app.core, Shown::ToSession(&self.browser)),
            notice: told.notice.map(Notice::words),
            problem: told.problem,
        }
    }

    fn send(&self, view: &impl askama::Template, frame: &Frame<'_>) -> HttpResponse {
        let page: Page = send::page(view).binds(self.app, &self.browser);
        words::send(page, frame.problem.as_ref())
    }
}

fn done(app: &App, browser: &Browser, place: Place, notice: Notice) -> HttpResponse {
    let sealed = notice.seal(app, browser);
    step::see_other(&step::with_query(app, path(place), &[("notice", &sealed)])).finish()
}

/// Values for the tests of these pages.
#[cfg(test)]
mod examples {
    use super::*;
    use crate::http::pages::layout::examples::ALICE;

    pub(super) fn frame(layout: &Layout, place: Place) -> Frame<'_> {
        Frame { layout, place, person: ALICE, form: "ours".to_owned(), notice: None, problem: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_one_address_and_one_name() {
        for place in Place::ALL {
            assert_eq!(Place::parse(place.as_str()), Some(place));
            assert!(place == Place::Profile || path(place).ends_with(place.as_str()));
            assert!(!title(place).is_empty());
        }
    }
}
