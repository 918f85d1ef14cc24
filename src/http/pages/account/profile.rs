//! The profile: what applications may learn of the person, and the address.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Frame, Told, Visit, answered, notice::Notice};
use crate::{
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::layout::Layout,
    },
    protocol::params::Params,
    services::{
        accounts::{self, Changes, Person},
        oauth::destination::Place,
    },
};

/// Posts to `{base}/account/profile`: `form` and the fields; to `…/email`: `form`, `email`; to `…/resend`: `form`.
#[derive(Debug, Template)]
#[template(path = "account/profile.html")]
pub struct ProfileView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    pub fields: Fields,
    pub email: Option<&'a str>,
    pub is_confirmed: bool,
    /// The new address that waits for its confirmation.
    pub pending: Option<&'a str>,
    /// What was typed as the new address.
    pub new_email: &'a str,
}

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub name: String,
    pub given_name: String,
    pub family_name: String,
    pub username: String,
    pub picture: String,
    pub locale: String,
    pub zoneinfo: String,
}

impl From<&Person> for Fields {
    fn from(person: &Person) -> Self {
        let profile = &person.user.profile;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: text(&profile.name),
            given_name: text(&profile.given_name),
            family_name: text(&profile.family_name),
            username: person.user.username.clone(),
            picture: text(&profile.picture),
            locale: text(&profile.locale),
            zoneinfo: text(&profile.zoneinfo),
        }
    }
}

impl From<&Params> for Fields {
    fn from(form: &Params) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
        Self {
            name: text("name"),
            given_name: text("given_name"),
            family_name: text("family_name"),
            username: text("username"),
            picture: text("picture"),
            locale: text("locale"),
            zoneinfo: text("zoneinfo"),
        }
    }
}

impl Fields {
    /// What differs from what is kept: a field that nobody touched changes nothing.
    fn changes(&self, kept: &Self) -> Changes {
        let changed = |new: &String, old: &String| (new != old).then(|| new.clone());
        Changes {
            name: changed(&self.name, &kept.name),
            email: None,
            username: changed(&self.username, &kept.username),
            picture: changed(&self.picture, &kept.picture),
            given_name: changed(&self.given_name, &kept.given_name),
            family_name: changed(&self.family_name, &kept.family_name),
            locale: changed(&self.locale, &kept.locale),
            zoneinfo: changed(&self.zoneinfo, &kept.zoneinfo),
        }
    }
}

type Sent = Result<Form, BadBody>;

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::Profile);
    answered(show(&visit, visit.told(), None).await)
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(save(&app, &request, form).await)
}

pub async fn change_email(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(ask_for_email(&app, &request, form).await)
}

pub async fn resend(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(send_again(&app, &request, form).await)
}

async fn save(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::Profile, form)?;
    let kept = Fields::from(&visit.person().await?);
    let changes = Fields::from(&form).changes(&kept);
    match accounts::update(&app.core, visit.caller(), changes).await {
        Ok(_) => Ok(visit.done(Notice::ProfileSaved)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), Some(&form)).await,
    }
}

async fn ask_for_email(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::Profile, form)?;
    let email = form.get("email").unwrap_or_default().trim().to_owned();
    let changes = Changes { email: Some(email), ..Changes::default() };
    match accounts::update(&app.core, visit.caller(), changes).await {
        Ok(_) => Ok(visit.done(Notice::AddressPending)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), Some(&form)).await,
    }
}

/// To the address that waits, else to the one that is not confirmed.
async fn send_again(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, _) = Visit::with_form(app, request, Place::Profile, form)?;
    let person = visit.person().await?;
    let caller = visit.caller();
    let unconfirmed = person.user.email.filter(|_| !person.user.email_verified);
    let sent = match person.pending_email.or(unconfirmed) {
        Some(email) => accounts::request_confirmation(&app.core, email, caller.visitor).await,
        None => Ok(()),
    };
    match sent {
        Ok(()) => Ok(visit.done(Notice::LetterSent)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), None).await,
    }
}

/// `typed` is one of the two forms; the fields of the other show what is kept.
async fn show(visit: &Visit<'_>, told: Told, typed: Option<&Params>) -> Answered {
    let person = visit.person().await?;
    let new_email = typed.and_then(|form| form.get("email"));
    let typed = typed.filter(|_| new_email.is_none());
    let view = ProfileView {
        layout: &visit.app.layout,
        frame: visit.frame(&person, told),
        fields: typed.map_or_else(|| Fields::from(&person), Fields::from),
        email: person.user.email.as_deref(),
        is_confirmed: person.user.email_verified,
        pending: person.pending_email.as_deref(),
        new_email: new_email.unwrap_or_default(),
    };
    Ok(visit.send(&view, &view.frame))
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::http::pages::{account::words::Problem, layout::examples::layout};

    fn page(pending: Option<&str>, is_confirmed: bool, problem: Option<Problem>) -> String {
        let layout = layout();
        let fields = Fields { name: "Alice \"Ace\"".to_owned(), username: "alice".to_owned(), ..Fields::default() };
        let view = ProfileView {
            layout: &layout,
            frame: Frame { problem, ..frame(&layout, Place::Profile) },
            fields,
            email: Some("alice@example.com"),
            is_confirmed,
            pending,
            new_email: "",
        };
        view.render().unwrap()
    }

    #[test]
    fn fields_are_named_for_the_browser() {
        let page = page(None, true, None);
        for part in [
            "name=\"name\" type=\"text\" value=\"Alice &#34;Ace&#34;\" autocomplete=\"name\"",
            "autocomplete=\"given-name\"",
            "autocomplete=\"family-name\"",
            "autocomplete=\"username\"",
            "name=\"picture\" type=\"url\"",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(page.contains("confirmed") && !page.contains("/account/profile/resend"));
    }

    #[test]
    fn a_new_address_waits_and_its_letter_can_be_sent_again() {
        let page = page(Some("new@example.com"), true, None);
        assert!(page.contains("<strong>new@example.com</strong> waits"));
        assert!(page.contains("action=\"/base/account/profile/resend\""));
    }

    #[test]
    fn an_address_that_is_not_confirmed_says_so() {
        assert!(page(None, false, None).contains("not confirmed"));
    }

    #[test]
    fn what_nobody_touched_changes_nothing() {
        let kept = Fields { name: "Alice".to_owned(), picture: "https://a.example/p".to_owned(), ..Fields::default() };
        let same = kept.changes(&kept);
        assert!(same.name.is_none() && same.picture.is_none() && same.username.is_none());
        let typed = Fields { picture: String::new(), ..kept.clone() };
        assert_eq!(typed.changes(&kept).picture.as_deref(), Some(""));
    }

    #[test]
    fn a_problem_stands_at_its_field() {
        let page = page(None, true, Some(Problem::new("Taken.", &["username"])));
        assert_eq!(page.matches("aria-invalid=\"true\"").count(), 1);
        assert!(page.contains("aria-describedby=\"problem username-hint\""));
    }
}
