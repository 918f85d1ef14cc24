//! The password: the old one, then a new one.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Frame, Told, Visit, answered, notice::Notice};
use crate::{
    domain::secret::Secret,
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::layout::Layout,
    },
    protocol::params::Params,
    services::{
        accounts::{self},
        oauth::destination::Place,
    },
};

/// Posts to `{base}/account/password`: `form`, `current_password`, `new_password`.
#[derive(Debug, Template)]
#[template(path = "account/password.html")]
pub struct PasswordView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    /// For the browser's own store of passwords.
    pub username: &'a str,
    pub minimum_length: usize,
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::Password);
    answered(show(&visit, visit.told()).await)
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(change(&app, &request, form).await)
}

async fn change(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::Password, form)?;
    let (current, new) = (secret(&form, "current_password"), secret(&form, "new_password"));
    match accounts::change_password(&app.core, visit.caller(), current, new).await {
        Ok(()) => Ok(visit.done(Notice::PasswordChanged)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into()).await,
    }
}

pub(super) fn secret(form: &Params, name: &str) -> Secret<String> {
    Secret::new(form.get(name).unwrap_or_default().to_owned())
}

async fn show(visit: &Visit<'_>, told: Told) -> Answered {
    let person = visit.person().await?;
    let view = PasswordView {
        layout: &visit.app.layout,
        frame: visit.frame(&person, told),
        username: person.user.email.as_deref().unwrap_or(&person.user.username),
        minimum_length: visit.app.settings().passwords.minimum_length,
    };
    Ok(visit.send(&view, &view.frame))
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::http::pages::{account::words::Problem, layout::examples::layout};

    fn page(problem: Option<Problem>) -> String {
        let layout = layout();
        let frame = Frame { problem, ..frame(&layout, Place::Password) };
        PasswordView { layout: &layout, frame, username: "alice@example.com", minimum_length: 10 }.render().unwrap()
    }

    #[test]
    fn both_passwords_are_named_for_the_browsers_store() {
        let page = page(None);
        assert!(page.contains("action=\"/base/account/password\""));
        assert!(page.contains("name=\"form\" value=\"ours\""));
        assert!(page.contains("autocomplete=\"current-password\"") && page.contains("autocomplete=\"new-password\""));
        assert!(page.contains("value=\"alice@example.com\" autocomplete=\"username\""));
        assert!(page.contains("<title>Password · Signet</title>"));
        assert!(page.contains("aria-current=\"page\">Password</a>"));
    }

    #[test]
    fn what_was_wrong_is_told_once_and_at_its_field() {
        let page = page(Some(Problem::new("Not right.", &["current_password"])));
        assert_eq!(page.matches("role=\"alert\"").count(), 1);
        assert_eq!(page.matches("aria-invalid=\"true\"").count(), 1);
        assert!(page.contains("<title>Error: Password"));
    }
}
