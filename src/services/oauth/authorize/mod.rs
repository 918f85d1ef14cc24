//! `/authorize`: from the request to the code, by way of login and consent. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.

mod acr;
mod check;
mod code;
mod next;
mod pkce;
mod redirect_uri;
mod resource;
mod response_type;
mod scope;
mod step;

use std::net::IpAddr;

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
    domain::{
        consent::Consent,
        refused::{Declined, Endpoint},
    },
    protocol::{
        authorize::AuthorizeAnswer,
        error::{ErrorCode, OAuthError},
        params::Params,
        prompt::Prompt,
    },
    services::{
        core::Core,
        factors,
        fault::Fault,
        refused,
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
        Underway { core, browser: &browser, interaction, checked }.go_on(signed_in, Decided::NotYet)
    })
    .await
}

/// The same request again, after a form of ours.
pub async fn resume(core: &Core, browser: Browser, sealed: String) -> Result<Step, FormRefusal> {
    core.run(move |core| {
        let underway = Underway::open(core, &browser, &sealed)?;
        let signed_in = sessions::find(core, browser.session.as_deref())?;
        Ok(underway.go_on(signed_in, Decided::NotYet)?)
    })
    .await
}

/// The user's answer to the consent page; good only for the session it was shown to.
pub async fn decide(
    core: &Core,
    browser: Browser,
    sealed: String,
    decision: Decision,
    address: Option<IpAddr>,
) -> Result<Step, FormRefusal> {
    core.run(move |core| {
        let underway = Underway::open(core, &browser, &sealed)?;
        let signed_in = sessions::find(core, browser.session.as_deref())?;
        let (decided, signed_in) = match (decision, signed_in) {
            (Decision::Deny, _) => return Ok(Step::Answer(underway.denied())),
            (Decision::Switch, Some(left)) => {
                core.store.write(|db| sessions::end(core, db, &left.session, address))?;
                (Decided::NotYet, None)
            }
            (Decision::Allow, Some(signed_in)) if underway.was_shown_to(&signed_in) => {
                (Decided::Allowed, Some(signed_in))
            }
            (Decision::Allow | Decision::Switch, signed_in) => (Decided::NotYet, signed_in),
        };
        Ok(underway.go_on(signed_in, decided)?)
    })
    .await
}

/// The user's answer to the choice of an account.
pub async fn choose(
    core: &Core,
    browser: Browser,
    sealed: String,
    account: Account,
    address: Option<IpAddr>,
) -> Result<Step, FormRefusal> {
    core.run(move |core| {
        let mut underway = Underway::open(core, &browser, &sealed)?;
        underway.interaction.account = AccountChoice::Made;
        let mut signed_in = sessions::find(core, browser.session.as_deref())?;
        if account == Account::Other
            && let Some(left) = signed_in.take()
        {
            core.store.write(|db| sessions::end(core, db, &left.session, address))?;
        }
        Ok(underway.go_on(signed_in, Decided::NotYet)?)
    })
    .await
}

/// The user does not want to sign in: `access_denied`.
pub async fn cancel(core: &Core, browser: Browser, sealed: String) -> Result<AuthorizeAnswer, FormRefusal> {
    core.run(move |core| Ok(Underway::open(core, &browser, &sealed)?.denied())).await
}

/// One request on its way to the code, on one browser.
struct Underway<'a> {
    core: &'a Core,
    browser: &'a Browser,
    interaction: Interaction,
    checked: Checked,
}

impl<'a> Underway<'a> {
    /// What a form of ours carried; everything is checked again.
    fn open(core: &'a Core, browser: &'a Browser, sealed: &str) -> Result<Self, FormRefusal> {
        let interaction = Interaction::open(core, browser, sealed).ok_or(FormRefusal::Stale)?;
        let checked = check(core, &interaction.params)?;
        Ok(Self { core, browser, interaction, checked })
    }

    /// The next step: a page, or the code.
    fn go_on(mut self, signed_in: Option<SignedIn>, decision: Decided) -> Result<Step, Refusal> {
        let consent = self.consent(signed_in.as_ref())?;
        let acr = self.acr(signed_in.as_ref())?;
        let expected = self.expected_user().map_err(|error| self.refusal(&error))?;
        let next = next::decide(&Situation {
            checked: &self.checked,
            interaction: &self.interaction,
            signed_in: signed_in.as_ref(),
            consent: consent.as_ref(),
            acr,
            expected: expected.as_deref(),
            decision,
            now: self.core.clock.now(),
        });
        match (next, signed_in) {
            (Next::Refuse(error), _) => Err(self.refusal(&error)),
            (Next::Code, Some(signed_in)) => {
                if decision == Decided::Allowed {
                    code::remember(self.core, &self.checked, &signed_in, consent)?;
                }
                let answer = code::issue(self.core, &self.checked, &signed_in);
                answer.map(Step::Answer).map_err(|error| self.refusal(&error))
            }
            (Next::Consent, Some(signed_in)) => {
                self.interaction.shown = Some((signed_in.session.id.clone(), self.checked.request.scope.clone()));
                step::consent(self.core, &self.checked, signed_in, consent.as_ref(), self.seal())
            }
            (Next::ChooseAccount, Some(signed_in)) => {
                Ok(step::choose_account(&self.checked, signed_in.user, self.seal()))
            }
            (Next::Login(why), _) => Ok(Step::Login(step::login(&self.checked, why, self.seal()))),
            (Next::Code | Next::Consent | Next::ChooseAccount, None) => {
                Ok(Step::Login(step::login(&self.checked, Why::NotSignedIn, self.seal())))
            }
        }
    }

    fn seal(&self) -> String {
        self.interaction.seal(self.core, self.browser)
    }

    /// What a registration was given since the page was made is not allowed by pressing its button.
    fn was_shown_to(&self, signed_in: &SignedIn) -> bool {
        let scope = &self.checked.request.scope;
        let shown = self.interaction.shown.as_ref();
        shown.is_some_and(|(to, shown)| *to == signed_in.session.id && scope.is_subset_of(shown))
    }

    fn denied(&self) -> AuthorizeAnswer {
        let error = OAuthError::access_denied("the user did not allow it");
        self.note(&error);
        self.answer(&error)
    }

    fn refusal(&self, error: &OAuthError) -> Refusal {
        // To ask whether it can be silent, and to hear that it cannot, is how prompt=none is used.
        let is_usual = matches!(error.code, ErrorCode::LoginRequired | ErrorCode::ConsentRequired);
        if !(is_usual && self.checked.request.prompts.has(Prompt::None)) {
            self.note(error);
        }
        Refusal::Redirect(Box::new(self.answer(error)))
    }

    fn note(&self, error: &OAuthError) {
        let declined = Declined::from(error.clone()).of(&self.checked.known.client.id);
        refused::note(self.core, Endpoint::Authorize, &declined);
    }

    fn answer(&self, error: &OAuthError) -> AuthorizeAnswer {
        let request = &self.checked.request;
        let issuer = self.core.settings.issuer.as_str();
        AuthorizeAnswer::error(&request.redirect_uri, request.response_mode, request.state.as_deref(), issuer, error)
    }

    /// How this session stands to the `acr` that was asked for.
    fn acr(&self, signed_in: Option<&SignedIn>) -> Result<acr::Standing, Fault> {
        let (claims, params) = (&self.checked.request.claims, &self.interaction.params);
        let Some(SignedIn { session, user }) = signed_in.filter(|_| acr::asks(claims, params)) else {
            return Ok(acr::Standing::Enough);
        };
        let demand = self.core.store.read(|db| factors::demanded(&self.core.settings, db, user))?;
        Ok(acr::judge(claims, params, session.methods.acr(), demand))
    }

    fn consent(&self, signed_in: Option<&SignedIn>) -> Result<Option<Consent>, Fault> {
        let Some(signed_in) = signed_in else {
            return Ok(None);
        };
        let client = &self.checked.known.client.id;
        Ok(self.core.store.read(|db| consents::find(db, &signed_in.user.id, client))?)
    }

    /// The user that `id_token_hint` or a `sub` claim names (OpenID Connect Core §3.1.2.1, §5.5.1).
    fn expected_user(&self) -> Result<Option<String>, OAuthError> {
        let request = &self.checked.request;
        let required = request.claims.required_sub();
        let Some(hint) = &request.id_token_hint else {
            return Ok(required.map(str::to_owned));
        };
        let not_ours = || OAuthError::invalid_request("id_token_hint is not ours");
        let hint = logout::hint(self.core, hint).ok_or_else(not_ours)?;
        if !hint.aud.contains(&request.client_id) {
            return Err(OAuthError::invalid_request("id_token_hint was issued to another client"));
        }
        match required {
            Some(sub) if sub != hint.sub => {
                Err(OAuthError::invalid_request("id_token_hint and claims name different users"))
            }
            _ => Ok(Some(hint.sub)),
        }
    }
}
