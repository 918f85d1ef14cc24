//! The code itself: sealed, stored nowhere. And the consent that led to it.

use super::check::Checked;
use crate::{
    crypto::{code, random},
    domain::{code::Code, consent::Consent, grant::FamilyId},
    protocol::{authorize::AuthorizeAnswer, claims::ClaimsRequest, error::OAuthError},
    services::{core::Core, sessions::SignedIn},
    store::{StoreError, consents},
};

/// Makes the code and the answer that carries it. RFC 6749 §4.1.2, RFC 9207 §2.
pub(super) fn issue(core: &Core, checked: &Checked, signed_in: &SignedIn) -> Result<AuthorizeAnswer, OAuthError> {
    let request = &checked.request;
    let sealed = code::seal(
        &core.ring,
        &Code {
            family: FamilyId(random::bytes()),
            expires_at: core.clock.now().plus(core.settings.tokens.code_seconds),
            client_id: checked.known.client.id.clone(),
            user_id: signed_in.user.id.clone(),
            session_id: signed_in.session.id.clone(),
            scope: request.scope.clone(),
            resources: request.resources.clone(),
            claims: request.claims.clone(),
            redirect_uri: request.redirect_uri_sent.clone(),
            challenge: request.challenge.clone(),
            nonce: request.nonce.clone(),
        },
    );
    let sealed = sealed.ok_or_else(|| OAuthError::invalid_request("the request is too long for a code"))?;
    Ok(AuthorizeAnswer::code(request, core.settings.issuer.as_str(), sealed.reveal()))
}

/// Adds what was allowed to what was allowed before.
pub(super) fn remember(
    core: &Core,
    checked: &Checked,
    signed_in: &SignedIn,
    before: Option<Consent>,
) -> Result<(), StoreError> {
    let now = core.clock.now();
    let request = &checked.request;
    let consent = match before {
        Some(before) => Consent {
            scope: before.scope.union(&request.scope),
            claims: both(before.claims, &request.claims),
            updated_at: now,
            ..before
        },
        None => Consent {
            user_id: signed_in.user.id.clone(),
            client_id: checked.known.client.id.clone(),
            scope: request.scope.clone(),
            claims: request.claims.clone(),
            created_at: now,
            updated_at: now,
        },
    };
    core.store.write(|db| consents::upsert(db, &consent))
}

fn both(mut before: ClaimsRequest, asked: &ClaimsRequest) -> ClaimsRequest {
    before.userinfo.extend(asked.userinfo.clone());
    before.id_token.extend(asked.id_token.clone());
    before
}
