//! `/authorize`: from the request to the code, by way of login and consent. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.

mod check;
mod code;
mod next;
mod pkce;
mod redirect_uri;
mod resource;
mod response_type;
mod scope;
mod step;

use next::{Decided, Next, Situation};

pub use check::{Checked, Refusal, check};
pub use next::Why;
pub use step::{ChooseAccountStep, ConsentStep, LoginStep, ScopeLine, Step};

use super::{
    browser::Browser,
    interaction::{AccountChoice, Interaction},
    logout,
};
use crate::{
    domain::consent::Consent,
    protocol::{authorize::AuthorizeAnswer, error::OAuthError, params::Params},
    services::{
        core::Core,
        fault::Fault,
        sessions::{self, SignedIn},
    },
    store::consents,
};

/// What the user pressed on the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny,
    /// "Not you?": signs this user out and asks for another.
    Switch,
}

/// What the user pressed on the page of `prompt=select_account`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Continue,
    Other,
}

/// How a form of ours can fail beside the refusals of the request that it carries.
#[derive(Debug)]
pub enum FormRefusal {
    /// Too old, altered, or from another browser.
    Stale,
    Refusal(Refusal),
}

impl<E: Into<Fault>> From<E> for FormRefusal {
    fn from(error: E) -> Self {
        Self::Refusal(error.into().into())
    }
}

impl From<Refusal> for FormRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// A request that has just come in.
pub async fn begin(core: &Core, browser: Browser, params: Params) -> Result<Step, Refusal> {
    core.run(move |core| {
        let checked = check(core, &params)?;
        let signed_in = sessions::find(core, browser.session.as_deref())?;
        let interaction = Interaction::new(params, core.clock.now(), signed_in.as_ref());
        go_on(core, &browser, interaction, &checked, signed_in, Decided::NotYet)
    })
    .await
}

/// The same request again, after a form of ours.
pub async fn resume(core: &Core, browser: Browser, sealed: String) -> Result<Step, FormRefusal> {
    core.run(move |core| {
        let (interaction, checked) = open(core, &browser, &sealed)?;
        let signed_in = sessions::find(core, browser.session.as_deref())?;
        Ok(go_on(core, &browser, interaction, &checked, signed_in, Decided::NotYet)?)
    })
    .await
}

/// The user's answer to the consent page; good only for the session it was shown to.
pub async fn decide(core: &Core, browser: Browser, sealed: String, decision: Decision) -> Result<Step, FormRefusal> {
    core.run(move |core| {
        let (interaction, checked) = open(core, &browser, &sealed)?;
        let signed_in = sessions::find(core, browser.session.as_deref())?;
        let shown = signed_in.as_ref().is_some_and(|now| interaction.shown_to.as_ref() == Some(&now.session.id));
        let (decided, signed_in) = match (decision, signed_in) {
            (Decision::Deny, _) => return Ok(Step::Answer(denied(core, &checked))),
            (Decision::Switch, Some(signed_in)) => {
                sessions::end(core, &signed_in.session.id)?;
                (Decided::NotYet, None)
            }
            (Decision::Allow, Some(signed_in)) if shown => (Decided::Allowed, Some(signed_in)),
            (_, signed_in) => (Decided::NotYet, signed_in),
        };
        Ok(go_on(core, &browser, interaction, &checked, signed_in, decided)?)
    })
    .await
}

/// The user's answer to the choice of an account.
pub async fn choose(core: &Core, browser: Browser, sealed: String, account: Account) -> Result<Step, FormRefusal> {
    core.run(move |core| {
        let (mut interaction, checked) = open(core, &browser, &sealed)?;
        let mut signed_in = sessions::find(core, browser.session.as_deref())?;
        interaction.account = AccountChoice::Made;
        if account == Account::Other {
            if let Some(left) = signed_in.take() {
                sessions::end(core, &left.session.id)?;
            }
        }
        Ok(go_on(core, &browser, interaction, &checked, signed_in, Decided::NotYet)?)
    })
    .await
}

/// What the login page shows, for a form that could not go on.
pub async fn login_page(core: &Core, browser: Browser, sealed: String) -> Result<LoginStep, FormRefusal> {
    core.run(move |core| {
        let (_, checked) = open(core, &browser, &sealed)?;
        Ok(step::login_step(&checked, Why::NotSignedIn, sealed))
    })
    .await
}

/// The user does not want to sign in: `access_denied`.
pub async fn cancel(core: &Core, browser: Browser, sealed: String) -> Result<AuthorizeAnswer, FormRefusal> {
    core.run(move |core| {
        let (_, checked) = open(core, &browser, &sealed)?;
        Ok(denied(core, &checked))
    })
    .await
}

fn open(core: &Core, browser: &Browser, sealed: &str) -> Result<(Interaction, Checked), FormRefusal> {
    let interaction = Interaction::open(core, browser, sealed).ok_or(FormRefusal::Stale)?;
    let checked = check(core, &interaction.params)?;
    Ok((interaction, checked))
}

fn denied(core: &Core, checked: &Checked) -> AuthorizeAnswer {
    refused(core, checked, &OAuthError::access_denied("the user did not allow it"))
}

fn refused(core: &Core, checked: &Checked, error: &OAuthError) -> AuthorizeAnswer {
    let request = &checked.request;
    let issuer = core.settings.issuer.as_str();
    AuthorizeAnswer::error(&request.redirect_uri, request.response_mode, request.state.as_deref(), issuer, error)
}

fn go_on(
    core: &Core,
    browser: &Browser,
    mut interaction: Interaction,
    checked: &Checked,
    signed_in: Option<SignedIn>,
    decision: Decided,
) -> Result<Step, Refusal> {
    let consent = consent_of(core, checked, signed_in.as_ref())?;
    let expected = match expected_user(core, checked) {
        Ok(expected) => expected,
        Err(error) => return Err(Refusal::Redirect(Box::new(refused(core, checked, &error)))),
    };
    let next = next::decide(&Situation {
        checked,
        interaction: &interaction,
        signed_in: signed_in.as_ref(),
        consent: consent.as_ref(),
        expected: expected.as_deref(),
        decision,
        now: core.clock.now(),
    });
    match (next, signed_in) {
        (Next::Refuse(error), _) => Err(Refusal::Redirect(Box::new(refused(core, checked, &error)))),
        (Next::Code, Some(signed_in)) => {
            if decision == Decided::Allowed {
                code::remember(core, checked, &signed_in, consent)?;
            }
            let answer = code::issue(core, checked, &signed_in);
            Ok(Step::Answer(answer.unwrap_or_else(|error| refused(core, checked, &error))))
        }
        (Next::Consent, Some(signed_in)) => {
            interaction.shown_to = Some(signed_in.session.id.clone());
            let sealed = interaction.seal(core, browser);
            step::consent(core, checked, signed_in, consent.as_ref(), sealed)
        }
        (Next::ChooseAccount, Some(signed_in)) => {
            Ok(step::choose_account(checked, signed_in.user, interaction.seal(core, browser)))
        }
        (Next::Login(why), _) => Ok(step::login(checked, why, interaction.seal(core, browser))),
        (_, None) => Ok(step::login(checked, Why::NotSignedIn, interaction.seal(core, browser))),
    }
}

fn consent_of(core: &Core, checked: &Checked, signed_in: Option<&SignedIn>) -> Result<Option<Consent>, Fault> {
    let Some(signed_in) = signed_in else {
        return Ok(None);
    };
    Ok(core.store.read(|db| consents::find(db, &signed_in.user.id, &checked.known.client.id))?)
}

/// The user that `id_token_hint` or a `sub` claim names (OpenID Connect Core §3.1.2.1, §5.5.1).
fn expected_user(core: &Core, checked: &Checked) -> Result<Option<String>, OAuthError> {
    let request = &checked.request;
    let Some(hint) = &request.id_token_hint else {
        return Ok(request.claims.required_sub().map(str::to_owned));
    };
    let hint = logout::hint(core, hint).ok_or_else(|| OAuthError::invalid_request("id_token_hint is not ours"))?;
    if !hint.aud.contains(&request.client_id) {
        return Err(OAuthError::invalid_request("id_token_hint was issued to another client"));
    }
    Ok(Some(hint.sub))
}
