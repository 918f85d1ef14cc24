//! What has to happen before the code: a pure decision over the request, the session and the consent.

use super::{
    acr::Standing,
    check::{Checked, silent_error},
};
use crate::{
    domain::{
        client::{Client, ClientKind, Party},
        consent::Consent,
        time::{Seconds, Timestamp},
    },
    protocol::{
        authorize::AuthorizeRequest,
        error::{ErrorCode, OAuthError},
        prompt::Prompt,
        redirect_uri,
        scope::Scope,
    },
    services::{
        oauth::interaction::{AccountChoice, Interaction},
        sessions::SignedIn,
    },
};

/// What the browser is shown, or that nothing more is needed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Login(Why),
    ChooseAccount,
    Consent,
    Code,
    Refuse(OAuthError),
}

/// Why somebody is asked to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    NotSignedIn,
    /// `prompt=login` or `max_age`: the application wants a fresh proof.
    Again,
    /// The `id_token_hint` or a claim names somebody else.
    OtherUser,
}

/// Everything the decision looks at.
pub(super) struct Situation<'a> {
    pub(super) checked: &'a Checked,
    pub(super) interaction: &'a Interaction,
    pub(super) signed_in: Option<&'a SignedIn>,
    pub(super) consent: Option<&'a Consent>,
    pub(super) acr: Standing,
    /// The `sub` that the client expects, from the hint or the claims.
    pub(super) expected: Option<&'a str>,
    pub(super) decision: Decided,
    pub(super) now: Timestamp,
}

/// Whether the user has just pressed Allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    NotYet,
    Allowed,
}

/// OpenID Connect Core §3.1.2.3 and §3.1.2.4, in this order: who, then whether they may, then whether they agree.
pub(super) fn decide(at: &Situation<'_>) -> Next {
    let request = &at.checked.request;
    let Some(signed_in) = at.signed_in else {
        return ask_login(request, Why::NotSignedIn);
    };
    if at.expected.is_some_and(|sub| sub != signed_in.user.id.as_str()) {
        return if at.interaction.saw_login(&signed_in.session) {
            Next::Refuse(OAuthError::new(ErrorCode::LoginRequired, "another user signed in"))
        } else {
            ask_login(request, Why::OtherUser)
        };
    }
    if !is_fresh(at, signed_in) {
        return ask_login(request, Why::Again);
    }
    if request.prompts.has(Prompt::SelectAccount)
        && at.interaction.account == AccountChoice::Open
        && !at.interaction.saw_login(&signed_in.session)
    {
        return Next::ChooseAccount;
    }
    if let Some(next) = raise(at, signed_in) {
        return next;
    }
    if at.decision == Decided::NotYet && needs_consent(request, &at.checked.known.client, at.consent) {
        let refused = silent_error(&request.prompts, ErrorCode::ConsentRequired, "the user has to be asked");
        return refused.map_or(Next::Consent, Next::Refuse);
    }
    Next::Code
}

/// A stronger sign-in, where one is asked for and the user can give it. After one that was not stronger there is no
/// other try: a demand is unmet, a wish is a wish.
fn raise(at: &Situation<'_>, signed_in: &SignedIn) -> Option<Next> {
    let request = &at.checked.request;
    let demanded = request.claims.essential_acrs().is_some();
    match at.acr {
        Standing::Enough => None,
        Standing::Reachable if !at.interaction.saw_login(&signed_in.session) => {
            (demanded || !request.prompts.has(Prompt::None)).then(|| ask_login(request, Why::Again))
        }
        Standing::Reachable if !demanded => None,
        Standing::Reachable | Standing::Unmet => Some(Next::Refuse(OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "this user's sign-in does not reach the acr that is asked for",
        ))),
    }
}

fn ask_login(request: &AuthorizeRequest, why: Why) -> Next {
    let refused = silent_error(&request.prompts, ErrorCode::LoginRequired, "the user has to sign in");
    refused.map_or(Next::Login(why), Next::Refuse)
}

/// `prompt=login` and `max_age`: a sign-in since the request came meets both. `max_age=0` is `prompt=login`
/// (OpenID Connect Core §3.1.2.1), within the same second, too.
fn is_fresh(at: &Situation<'_>, signed_in: &SignedIn) -> bool {
    let request = &at.checked.request;
    if at.interaction.saw_login(&signed_in.session) {
        return true;
    }
    let age: Seconds = at.now.since(signed_in.session.auth_time);
    !request.prompts.has(Prompt::Login) && request.max_age.is_none_or(|most| most > 0 && age.0 <= most)
}

/// Asked for what is new, with `prompt=consent`, and always where any local program could pass for
/// the client (RFC 8252 §8.6).
fn needs_consent(request: &AuthorizeRequest, client: &Client, consent: Option<&Consent>) -> bool {
    if request.prompts.has(Prompt::Consent) || is_impersonable(request, client) {
        return true;
    }
    client.party == Party::Third && !consent.is_some_and(|given| covers(given, request))
}

fn covers(consent: &Consent, request: &AuthorizeRequest) -> bool {
    request.scope.is_subset_of(&consent.scope) && consent.claims.covers(&request.claims)
}

pub(super) fn is_impersonable(request: &AuthorizeRequest, client: &Client) -> bool {
    client.kind == ClientKind::Public && redirect_uri::is_impersonable(&request.redirect_uri)
}

/// What the user has not allowed before.
pub(super) fn new_scopes(request: &AuthorizeRequest, consent: Option<&Consent>) -> Scope {
    consent.map_or_else(|| request.scope.clone(), |given| request.scope.without(&given.scope))
}
