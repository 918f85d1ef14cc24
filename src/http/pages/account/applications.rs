//! The applications that may use the account, and taking that back.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Frame, Told, Visit, answered, notice::Notice, when::When};
use crate::{
    domain::client::ClientId,
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::layout::{ClientFace, Layout},
    },
    services::{
        accounts::{self, Application, Refusal},
        oauth::destination::Place,
    },
};

/// Posts to `{base}/account/applications/withdraw`: `form`, `client`.
#[derive(Debug, Template)]
#[template(path = "account/applications.html")]
pub struct ApplicationsView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    pub applications: Vec<ApplicationLine<'a>>,
}

#[derive(Clone, Debug)]
pub struct ApplicationLine<'a> {
    pub id: &'a str,
    pub face: ClientFace<'a>,
    /// What it may, in words.
    pub permissions: Vec<&'a str>,
    pub since: When,
    pub used: Option<When>,
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::Applications);
    answered(show(&visit, visit.told()).await)
}

pub async fn withdraw(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(take_back(&app, &request, form).await)
}

async fn take_back(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::Applications, form)?;
    let withdrawn = match form.get("client").and_then(ClientId::parse) {
        Some(client) => accounts::withdraw(&app.core, visit.caller(), client).await,
        None => Err(Refusal::Malformed("client")),
    };
    match withdrawn {
        Ok(()) => Ok(visit.done(Notice::ApplicationWithdrawn)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into()).await,
    }
}

async fn show(visit: &Visit<'_>, told: Told) -> Answered {
    let person = visit.person().await?;
    let applications = visit.take(accounts::applications(&visit.app.core, visit.caller()).await)?;
    let view = ApplicationsView {
        layout: &visit.app.layout,
        frame: visit.frame(&person, told),
        applications: applications.iter().map(|application| line(visit.app, application)).collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

fn line<'a>(app: &App, application: &'a Application) -> ApplicationLine<'a> {
    let now = app.core.clock.now();
    ApplicationLine {
        id: application.client.id.as_str(),
        face: ClientFace::from(&application.client),
        permissions: application.scopes.iter().map(|(_, words)| words.as_str()).collect(),
        since: When::day(application.consent.created_at),
        used: application.last_used_at.map(|at| When::ago(at, now)),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::{
        domain::time::Timestamp,
        http::pages::layout::examples::{CLIENT, layout},
    };

    fn page(applications: Vec<ApplicationLine<'_>>) -> String {
        let layout = layout();
        ApplicationsView { layout: &layout, frame: frame(&layout, Place::Applications), applications }.render().unwrap()
    }

    #[test]
    fn nothing_there_is_told_in_words() {
        let page = page(Vec::new());
        assert!(page.contains("No application has access to your account."));
        assert!(!page.contains("<form"));
    }

    #[test]
    fn an_application_is_withdrawn_by_a_second_press() {
        let since = When::day(Timestamp::from_unix(1_800_000_000));
        let permissions = vec!["Read project data"];
        let page = page(vec![ApplicationLine { id: "notes", face: CLIENT, permissions, since, used: None }]);
        assert!(page.contains("Fieldnotes &#60;b&#62;"));
        assert!(page.contains("<li>Read project data</li>"));
        assert!(page.contains("15 January 2027"));
        let (before, form) = page.split_once("<details class=\"sure\">").unwrap();
        assert!(!before.contains("<form") && form.contains("action=\"/base/account/applications/withdraw\""));
        assert!(form.contains("name=\"client\" value=\"notes\"") && form.contains("name=\"form\" value=\"ours\""));
    }
}
