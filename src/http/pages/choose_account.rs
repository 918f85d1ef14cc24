//! The page for `prompt=select_account`.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    layout::{ClientFace, Layout, Person},
    send, step,
};
use crate::{
    http::{
        app::App,
        extract::{
            address,
            form::{BadBody, Form},
        },
    },
    protocol::error::OAuthError,
    services::oauth::{
        authorize::{self, Account, ChooseAccountStep},
        browser::Browser,
    },
};

/// Posts to `{base}/choose-account`: `interaction`, and `account` = `continue` or `other`.
#[derive(Debug, Template)]
#[template(path = "pages/choose_account.html")]
pub struct ChooseAccountView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    pub person: Person<'a>,
}

pub(super) fn show(app: &App, browser: &Browser, step: &ChooseAccountStep) -> HttpResponse {
    let view = ChooseAccountView {
        layout: &app.layout,
        interaction: &step.interaction,
        client: ClientFace::from(&step.known.client),
        person: Person::from(&step.user),
    };
    send::page(&view).leads_to(&step.redirect_uri).binds(app, browser).ok()
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let account = match form.get("account") {
        Some("continue") => Account::Continue,
        Some("other") => Account::Other,
        _ => return super::error::refused(&app, &request, &OAuthError::invalid_request("account is missing")),
    };
    let sealed = form.get("interaction").unwrap_or_default().to_owned();
    let address = address::of(&request, app.settings());
    match authorize::choose(&app.core, browser.clone(), sealed, account, address).await {
        Ok(next) => step::show(&app, &browser, next),
        Err(refusal) => step::refuse_form(&app, &request, refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{ALICE, CLIENT, layout};

    #[test]
    fn the_two_answers_are_buttons_of_one_form() {
        let layout = layout();
        let view = ChooseAccountView { layout: &layout, interaction: "sealed", client: CLIENT, person: ALICE };
        let page = view.render().unwrap();
        assert!(page.contains("action=\"/base/choose-account\""));
        assert!(page.contains("name=\"interaction\" value=\"sealed\""));
        assert!(page.contains("name=\"account\" value=\"continue\">Continue as Alice Moreau</button>"));
        assert!(page.contains("name=\"account\" value=\"other\">Use another account</button>"));
    }
}
