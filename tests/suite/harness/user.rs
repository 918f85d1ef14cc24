//! A person with an account and a browser.

use crate::harness::operator;
use signet::{
    domain::{
        client::ClientId,
        ids::UserId,
        secret::Secret,
        user::{Profile, Role, User, UserStatus},
    },
    services::admin::users::{self, EmailStanding, NewUser},
    store::consents,
};

use super::{Answer, Asked, Authorization, Browser, Code, Site, TestClient};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct TestUser {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) browser: Browser,
    pub(crate) site: Site,
}

impl TestUser {
    pub(super) async fn create(site: Site, name: &str) -> Self {
        let profile = Profile { name: Some(format!("{name} Example")), ..Profile::default() };
        Self::with_profile(site, name, profile).await
    }

    pub(crate) async fn with_profile(site: Site, name: &str, profile: Profile) -> Self {
        let new = NewUser {
            email: format!("{name}@example.com"),
            email_standing: EmailStanding::Verified,
            username: Some(name.to_owned()),
            password: Secret::new(PASSWORD.to_owned()),
            role: Role::Member,
            profile,
        };
        let User { id, email, .. } = users::create(&site.core, &operator(), new).await.unwrap();
        let browser = Browser::new(site.clone());
        Self { id: id.as_str().to_owned(), email: email.unwrap(), browser, site }
    }

    /// What is typed into the login form.
    pub(crate) fn credentials(&self) -> [(&str, &str); 2] {
        [("email", &self.email), ("password", PASSWORD)]
    }

    /// Signs in and allows whatever the application is registered for.
    pub(crate) async fn approves(&self, app: &TestClient) -> Code {
        self.allows(self.asked_by(app)).await
    }

    /// The application's request, in this user's browser.
    pub(crate) fn asked_by(&self, app: &TestClient) -> Authorization {
        app.authorize(&self.browser)
    }

    /// Answers every page that the request brings, as somebody who agrees.
    pub(crate) async fn allows(&self, request: Authorization) -> Code {
        let asked = request.await;
        let answer = self.answers_pages(&asked).await;
        asked.code(&answer)
    }

    /// The same up to the answer for the client, whatever it says.
    pub(crate) async fn answers_pages(&self, asked: &Asked) -> Answer {
        let mut answer = asked.answer.clone();
        for _ in 0..5 {
            let action = answer.forms().first().map(|form| form.action.clone());
            answer = match action.as_deref().and_then(|action| action.rsplit('/').next()) {
                Some("login") => self.browser.submit(&self.credentials()).await,
                Some("choose-account") => self.browser.submit(&[("account", "continue")]).await,
                Some("consent") => self.browser.submit(&[("decision", "allow")]).await,
                _ => return answer,
            };
        }
        panic!("asked without end: {answer:?}")
    }

    /// Ends the browser session.
    pub(crate) async fn signs_out(&self) {
        self.browser.get("/logout").await.expect_status(200);
        self.browser.submit(&[("decision", "logout")]).await.expect_status(200);
    }

    /// Takes back what the application was allowed.
    pub(crate) async fn withdraws(&self, app: &TestClient) {
        let (user, client) = (UserId::parse(&self.id).unwrap(), ClientId::parse(&app.id).unwrap());
        let core = self.site.core.clone();
        let work = move || core.store.write(|db| consents::delete(db, &user, &client)).unwrap();
        assert!(tokio::task::spawn_blocking(work).await.unwrap());
    }

    pub(crate) async fn is_suspended(&self) {
        users::set_status(&self.site.core, &operator(), &self.id, UserStatus::Suspended).await.unwrap();
    }

    pub(crate) async fn is_active_again(&self) {
        users::set_status(&self.site.core, &operator(), &self.id, UserStatus::Active).await.unwrap();
    }
}
