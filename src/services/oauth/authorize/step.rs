//! What the browser is shown on the way to the code, as values for the pages.

use std::sync::Arc;

use super::{
    check::{Checked, Refusal},
    next::{Why, is_impersonable, new_scopes},
};
use crate::{
    domain::{consent::Consent, user::User},
    protocol::authorize::AuthorizeAnswer,
    services::{
        clients::KnownClient,
        core::Core,
        oauth::destination::{Destination, Onward},
        registry,
        sessions::SignedIn,
    },
};

/// The next thing that the browser gets.
#[derive(Debug)]
pub enum Step {
    /// Back to the client.
    Answer(AuthorizeAnswer),
    Login(LoginStep),
    ChooseAccount(Box<ChooseAccountStep>),
    Consent(Box<ConsentStep>),
}

/// The login page.
#[derive(Debug)]
pub struct LoginStep {
    pub onward: Onward,
    pub hint: Option<String>,
    pub why: Why,
}

/// The page of `prompt=select_account`.
#[derive(Debug)]
pub struct ChooseAccountStep {
    pub interaction: String,
    pub known: Arc<KnownClient>,
    pub user: User,
    pub redirect_uri: String,
}

/// The consent page.
#[derive(Debug)]
pub struct ConsentStep {
    pub interaction: String,
    pub known: Arc<KnownClient>,
    pub user: User,
    pub scopes: Vec<ScopeLine>,
    /// Single claims that are asked for beside the scopes.
    pub claims: Vec<ClaimLine>,
    pub redirect_uri: String,
    /// Any program on the user's device could pass for this client (RFC 8252 §8.6).
    pub impersonable: bool,
}

/// One line of the consent page.
#[derive(Debug)]
pub struct ScopeLine {
    pub name: String,
    pub description: String,
    /// Not allowed before.
    pub new: bool,
}

/// One claim of the `claims` parameter on the consent page; the page has the words.
#[derive(Debug)]
pub struct ClaimLine {
    pub name: String,
    /// Not allowed before.
    pub new: bool,
}

pub(super) fn login(checked: &Checked, why: Why, interaction: String) -> LoginStep {
    let (known, redirect_uri) = (Arc::clone(&checked.known), checked.request.redirect_uri.clone());
    LoginStep {
        onward: Onward { sealed: interaction, to: Destination::Application { known, redirect_uri } },
        hint: checked.request.login_hint.clone(),
        why,
    }
}

pub(super) fn choose_account(checked: &Checked, user: User, interaction: String) -> Step {
    Step::ChooseAccount(Box::new(ChooseAccountStep {
        interaction,
        known: Arc::clone(&checked.known),
        user,
        redirect_uri: checked.request.redirect_uri.clone(),
    }))
}

pub(super) fn consent(
    core: &Core,
    checked: &Checked,
    signed_in: SignedIn,
    given: Option<&Consent>,
    interaction: String,
) -> Result<Step, Refusal> {
    let registered = registry::registered(core)?;
    let request = &checked.request;
    let new = new_scopes(request, given);
    let allowed = given.map(|given| given.claims.names()).unwrap_or_default();
    let line = |name: &str| ScopeLine {
        name: name.to_owned(),
        description: registered.description(name).to_owned(),
        new: new.contains(name),
    };
    Ok(Step::Consent(Box::new(ConsentStep {
        interaction,
        known: Arc::clone(&checked.known),
        user: signed_in.user,
        scopes: request.scope.iter().map(line).collect(),
        claims: request
            .claims
            .names()
            .into_iter()
            .map(|name| ClaimLine { new: !allowed.contains(&name), name })
            .collect(),
        redirect_uri: request.redirect_uri.clone(),
        impersonable: is_impersonable(request, &checked.known.client),
    })))
}
