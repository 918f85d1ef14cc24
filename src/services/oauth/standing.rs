//! Whether what a token rests on still stands: one join read, judged here. Liveness is never cascaded.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    domain::{
        client::{Client, ClientStatus, Party},
        code::Code,
        consent::Consent,
        grant::{Binding, GrantId},
        time::Timestamp,
        user::User,
    },
    protocol::{jwt::AccessTokenClaims, scope::Scope, token::GrantType},
    services::{clients, core::Core, registry},
    store::{
        StoreError, revoked_tokens,
        standing::{Standing, Subject, find_standing},
    },
};

/// Whose token it is, once everything behind it was found alive, and what it is still good for: what was taken from the
/// client since does not stay good until the token's end.
#[derive(Debug)]
pub enum Holder {
    User(Box<Standing>, Scope),
    /// `client_credentials`: the client itself.
    Client(Scope),
}

/// What a token or a code rests on, and has lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Revoked,
    Expired,
    Session,
    User,
    Client,
    Scope,
    Consent,
}

impl Missing {
    /// For the administrator; a client learns less.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "its grant was revoked",
            Self::Expired => "it has expired",
            Self::Session => "the session has ended: signed out or expired",
            Self::User => "the user is suspended or disabled",
            Self::Client => "the client is disabled",
            Self::Scope => "the client is no longer registered for the scope",
            Self::Consent => "the user's consent was withdrawn, or does not cover the scope",
        }
    }
}

/// Everything at once: grant unrevoked and unexpired, session (if bound) live, user active, client enabled,
/// consent standing.
pub fn live(standing: &Standing, now: Timestamp) -> Result<(), Missing> {
    let grant = &standing.grant;
    let session = match grant.binding {
        Binding::Offline => true,
        Binding::Session => standing.session.as_ref().is_some_and(|session| session.is_live(now)),
    };
    let consent = || consents(standing.client.party, standing.consent.as_ref(), &grant.scope);
    if grant.revoked_at.is_some() {
        Err(Missing::Revoked)
    } else if !grant.is_live(now) {
        Err(Missing::Expired)
    } else if !session {
        Err(Missing::Session)
    } else if !standing.user.is_active() {
        Err(Missing::User)
    } else if standing.client.status != ClientStatus::Enabled {
        Err(Missing::Client)
    } else if !consent() {
        Err(Missing::Consent)
    } else {
        Ok(())
    }
}

/// The same, where the reason is nobody's business.
pub fn is_live(standing: &Standing, now: Timestamp) -> bool {
    live(standing, now).is_ok()
}

/// What a code asserts, against the rows of now: a leaked sealing key alone mints nothing.
pub fn may_redeem(subject: &Subject, client: &Client, code: &Code, now: Timestamp) -> Result<(), Missing> {
    let session = &subject.session;
    if !session.is_live(now) || session.user_id != code.user_id {
        Err(Missing::Session)
    } else if !subject.user.is_active() {
        Err(Missing::User)
    } else if !code.scope.is_subset_of(&client.scope) {
        Err(Missing::Scope)
    } else if !consents(client.party, subject.consent.as_ref(), &code.scope) {
        Err(Missing::Consent)
    } else {
        Ok(())
    }
}

fn consents(party: Party, consent: Option<&Consent>, scope: &Scope) -> bool {
    party == Party::First || consent.is_some_and(|given| scope.is_subset_of(&given.scope))
}

/// The holder of an access token whose signature was verified; `None`: it is good no more.
pub fn holder(core: &Core, claims: &AccessTokenClaims) -> Result<Option<Holder>, StoreError> {
    let now = core.clock.now();
    let Some(known) = clients::find(core, &claims.client_id)? else {
        return Ok(None);
    };
    let scope = registry::registered(core)?.known(&claims.scope().intersection(&known.client.scope));
    let Some(gid) = &claims.gid else {
        // Another client may have had this id before.
        let same = known.client.created_at <= Timestamp::from_unix(claims.iat);
        let may = same && known.client.may_use(GrantType::ClientCredentials);
        let stands = may && !core.store.read(|db| revoked_tokens::contains(db, &claims.jti))?;
        return Ok(stands.then_some(Holder::Client(scope)));
    };
    let Some(id) = grant_id(gid) else {
        return Ok(None);
    };
    let standing = core
        .store
        .read(|db| if revoked_tokens::contains(db, &claims.jti)? { Ok(None) } else { find_standing(db, &id, now) })?;
    Ok(standing.filter(|standing| is_live(standing, now)).map(|standing| Holder::User(Box::new(standing), scope)))
}

/// The same where the token is meant for this server as a whole, or for `here`.
pub fn holder_at(core: &Core, claims: &AccessTokenClaims, here: &str) -> Result<Option<Holder>, StoreError> {
    let meant = claims.aud.contains(core.settings.issuer.as_str()) || claims.aud.contains(here);
    if meant { holder(core, claims) } else { Ok(None) }
}

/// The grant that an access token names.
pub fn grant_id(text: &str) -> Option<GrantId> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(GrantId(bytes.try_into().ok()?))
}

impl Holder {
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::User(standing, _) => Some(&standing.user),
            Self::Client(_) => None,
        }
    }

    pub const fn scope(&self) -> &Scope {
        match self {
            Self::User(_, scope) | Self::Client(scope) => scope,
        }
    }
}
