//! Makes the tokens of a grant: RFC 9068 access tokens, OpenID Connect ID tokens, and the refresh token beside them.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    crypto::{
        digest,
        jwt::{self, TokenType},
        keyring::Signer,
        random, refresh,
    },
    domain::{
        client::Client,
        grant::{Grant, RefreshToken},
        refused::{Declined, Difference},
        time::Timestamp,
        user::User,
    },
    protocol::{
        error::OAuthError,
        jwt::{AccessTokenClaims, Audience, IdTokenClaims},
        scope::{OPENID, Scope},
        token::{GrantType, TokenResponse},
    },
    services::{
        core::Core,
        fault::{Failure, Fault},
        keys,
        oauth::claims,
        registry::{self, Registered},
    },
};

/// What a transaction decided to issue; signed after it.
pub(super) struct Issuance {
    pub(super) grant: Grant,
    pub(super) user: User,
    /// Of this answer: a refresh may ask for less than the grant has.
    pub(super) scope: Scope,
    pub(super) resources: Vec<String>,
    /// Only the ID token of the code's redemption has one (OpenID Connect Core §12.2).
    pub(super) nonce: Option<String>,
    pub(super) refresh: Option<RefreshToken>,
    pub(super) kind: Kind,
}

/// Whom the tokens are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An OAuth client; with `openid` it gets an ID token.
    Application,
    /// The account API: access tokens carry the user's version, and there is nobody to read an ID token.
    Account,
}

/// What making a token needs besides its grant.
pub(super) struct Press {
    signer: Arc<Signer>,
    pub(super) registered: Arc<Registered>,
}

/// Everything that may be missing, asked for before a transaction writes.
pub(super) fn press(core: &Core) -> Result<Press, Fault> {
    Ok(Press { signer: keys::signer(core)?, registered: registry::registered(core)? })
}

/// Signs everything that one answer holds.
pub(super) fn sign(core: &Core, client: &Client, issuance: &Issuance, press: &Press) -> Result<TokenResponse, Failure> {
    let Press { signer, registered } = press;
    let now = core.clock.now();
    let audience = Audiences { core, client, registered }.of(&issuance.resources, &issuance.scope);
    let scope = registered.meant_for(&issuance.scope, &audience);
    let life = access_seconds(core, client).min(issuance.grant.expires_at.since(now).0);
    let grant = &issuance.grant;
    let access_token = sign_access_token(
        signer,
        &AccessTokenClaims {
            sub: grant.user_id.as_str().to_owned(),
            aud: Audience::from(audience),
            exp: now.unix() + life,
            scope: Some(scope.to_string()).filter(|scope| !scope.is_empty()),
            auth_time: Some(grant.auth_time.unix()),
            acr: Some(grant.methods.acr().to_owned()),
            gid: Some(URL_SAFE_NO_PAD.encode(grant.id.0)),
            ver: (issuance.kind == Kind::Account).then_some(issuance.user.version),
            ..bare(core, client, now)
        },
    )?;
    let id_token = if issuance.kind == Kind::Application && scope.contains(OPENID) {
        Some(id_token(core, signer, client, issuance, &access_token)?)
    } else {
        None
    };
    let refresh_token = issuance.refresh.map(|token| refresh::mint(&core.ring, &token).reveal().clone());
    core.usage.note(&client.id, now);
    Ok(TokenResponse::new(access_token, life, &scope).with_id_token(id_token).with_refresh_token(refresh_token))
}

/// The token of a client that acts for itself. RFC 6749 §4.4.
pub(super) fn for_client(
    core: &Core,
    client: &Client,
    scope: &Scope,
    resources: &[String],
) -> Result<TokenResponse, Failure> {
    let Press { signer, registered } = press(core)?;
    let now = core.clock.now();
    let audience = Audiences { core, client, registered: &registered }.of(resources, scope);
    let scope = registered.meant_for(scope, &audience);
    let life = access_seconds(core, client);
    let access_token = sign_access_token(
        &signer,
        &AccessTokenClaims {
            sub: client.id.as_str().to_owned(),
            aud: Audience::from(audience),
            exp: now.unix() + life,
            scope: Some(scope.to_string()).filter(|scope| !scope.is_empty()),
            ..bare(core, client, now)
        },
    )?;
    core.usage.note(&client.id, now);
    Ok(TokenResponse::new(access_token, life, &scope))
}

/// The resources of this answer: those asked for, within those granted (RFC 8707 §2.2). Where the authorization named
/// none, the default ones were granted.
pub(super) fn narrow(granted: &[String], asked: &[String], default: &[String]) -> Result<Vec<String>, Declined> {
    let within = if granted.is_empty() { default } else { granted };
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    let Some(beyond) = asked.iter().find(|one| !within.contains(one)) else {
        return Ok(asked.to_vec());
    };
    Err(Declined::from(OAuthError::invalid_target("this resource was not part of the authorization"))
        .differs(Difference::new("resource", Some(beyond), within)))
}

/// What is left of the resources granted, now that the client may be registered for fewer. None at all would mean the
/// default ones, which nobody granted.
pub(super) fn still_allowed(
    granted: &[String],
    client: &Client,
    registered: &Registered,
) -> Result<Vec<String>, Declined> {
    let left: Vec<_> = granted.iter().filter(|one| registered.allows_resource(client, one)).cloned().collect();
    if left.is_empty() && !granted.is_empty() {
        let error = OAuthError::invalid_target("the client is no longer registered for these resources");
        let sent = granted.first().map(String::as_str);
        return Err(Declined::from(error).differs(Difference::new("resource", sent, &client.resources)));
    }
    Ok(left)
}

/// Every code redemption of a client that has the `refresh_token` grant brings one.
pub(super) fn first_refresh_token(client: &Client, token: RefreshToken) -> Option<RefreshToken> {
    client.may_use(GrantType::RefreshToken).then_some(token)
}

pub(super) fn access_seconds(core: &Core, client: &Client) -> i64 {
    // Retired keys are kept for the setting's time: a client's own can only be shorter.
    let longest = core.settings.tokens.access_seconds.0;
    client.access_seconds.map_or(longest, |own| own.min(longest))
}

/// What an audience is chosen from.
struct Audiences<'a> {
    core: &'a Core,
    client: &'a Client,
    registered: &'a Registered,
}

impl Audiences<'_> {
    /// The resources asked for, else the default ones, else ourselves (RFC 9068 §3). `openid` adds ourselves, for userinfo.
    fn of(&self, resources: &[String], scope: &Scope) -> Vec<String> {
        let issuer = self.core.settings.issuer.as_str();
        let mut audience = resources.to_vec();
        if audience.is_empty() {
            audience = self.registered.default_resources(self.client, scope);
        }
        if (audience.is_empty() || scope.contains(OPENID)) && !audience.iter().any(|one| one == issuer) {
            audience.push(issuer.to_owned());
        }
        audience
    }
}

/// The members that every access token has, with nothing in the others.
fn bare(core: &Core, client: &Client, now: Timestamp) -> AccessTokenClaims {
    AccessTokenClaims {
        iss: core.settings.issuer.as_str().to_owned(),
        sub: String::new(),
        aud: Audience::default(),
        exp: 0,
        iat: now.unix(),
        jti: URL_SAFE_NO_PAD.encode(random::bytes::<16>()),
        client_id: client.id.as_str().to_owned(),
        scope: None,
        auth_time: None,
        acr: None,
        gid: None,
        ver: None,
    }
}

fn sign_access_token(signer: &Signer, claims: &AccessTokenClaims) -> Result<String, Fault> {
    Ok(jwt::sign(signer, TokenType::AccessToken, claims)?)
}

/// OpenID Connect Core §2, §12.2: a refreshed one keeps `auth_time` and `sid` and has no nonce.
fn id_token(
    core: &Core,
    signer: &Signer,
    client: &Client,
    issuance: &Issuance,
    access_token: &str,
) -> Result<String, Fault> {
    let now = core.clock.now();
    let grant = &issuance.grant;
    let asked: Vec<_> = grant.claims.id_token.keys().map(String::as_str).collect();
    let claims = IdTokenClaims {
        iss: core.settings.issuer.as_str().to_owned(),
        sub: grant.user_id.as_str().to_owned(),
        aud: Audience::from(vec![client.id.as_str().to_owned()]),
        exp: now.plus(core.settings.tokens.id_seconds).unix(),
        iat: now.unix(),
        auth_time: grant.auth_time.unix(),
        nonce: issuance.nonce.clone(),
        at_hash: Some(digest::left_half(access_token)),
        acr: grant.methods.acr().to_owned(),
        amr: grant.methods.amr().iter().map(|&method| method.to_owned()).collect(),
        sid: grant.session_id.as_str().to_owned(),
        extra: claims::of_user(&issuance.user, &asked),
    };
    Ok(jwt::sign(signer, TokenType::IdToken, &claims)?)
}
