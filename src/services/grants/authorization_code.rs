//! Redeeming a code: once, by the client it was made for. RFC 6749 §4.1.3.

use std::{borrow::Cow, sync::Arc};

use oxide_auth::code_grant::accesstoken::{AccessToken, Input, Output};

use super::{
    Redemption,
    kernel::{self, KernelRequest, NO_REDIRECT},
    tokens::{self, Issuance, Kind},
};
use crate::{
    crypto::{code, digest},
    domain::{
        client::Client,
        code::Code,
        grant::{Binding, Grant, RefreshToken},
        refused::{Declined, Difference},
        session::Methods,
        time::{Seconds, Timestamp},
    },
    protocol::{
        error::OAuthError,
        pkce::Verifier,
        scope::OFFLINE_ACCESS,
        token::{GrantType, TokenResponse},
    },
    services::{
        core::Core,
        fault::{Failure, Fault},
        oauth::standing,
        registry::Registered,
    },
    store::{
        Db, StoreError, grants,
        standing::{Subject, find_subject},
    },
};

/// A code that was spent is remembered this long after its expiry, so that a replay revokes its grant. After
/// that an old code is only invalid: an old URL is no kill switch.
const REPLAY_WINDOW: Seconds = Seconds::minutes(10);

/// Redeems a code. A refusal that spends the code commits like a success.
pub(super) fn redeem(core: &Core, client: &Client, request: &Redemption) -> Result<TokenResponse, Failure> {
    let now = core.clock.now();
    let sealed = opened(core, client, &request.code, now)?;
    // Before anything is spent: a code must not be lost because nothing can sign.
    let press = tokens::press(core)?;
    let registered = Arc::clone(&press.registered);
    let redeeming = Redeeming { core, client, registered, request, code: &sealed, now };
    let issuance = core.store.write(|db| redeeming.decide(db)).map_err(Fault::from)??;
    tokens::sign(core, client, &issuance, &press)
}

fn opened(core: &Core, client: &Client, sent: &str, now: Timestamp) -> Result<Code, Declined> {
    let foreign = "the code is not one of ours: malformed, or sealed with a key that is gone";
    let opened = code::open(&core.ring, sent).ok_or_else(|| no_longer_valid(foreign))?;
    if opened.client_id != client.id {
        return Err(no_longer_valid(format!("the code was made for another client: {}", opened.client_id)));
    }
    if now >= opened.expires_at.plus(REPLAY_WINDOW) {
        return Err(no_longer_valid(EXPIRED));
    }
    Ok(opened)
}

const EXPIRED: &str = "the code has expired";

fn no_longer_valid(reason: impl Into<Cow<'static, str>>) -> Declined {
    let error = OAuthError::invalid_grant("the code is not valid, has expired, or was redeemed before");
    Declined::from(error).because(reason)
}

fn ended(reason: &'static str) -> Declined {
    let error = OAuthError::invalid_grant("the sign-in or the consent behind this code has ended");
    Declined::from(error).because(reason)
}

/// One redemption under way: what the machine's questions are answered from.
struct Redeeming<'a> {
    core: &'a Core,
    client: &'a Client,
    registered: Arc<Registered>,
    request: &'a Redemption,
    code: &'a Code,
    now: Timestamp,
}

impl Redeeming<'_> {
    /// The whole decision, in one transaction.
    fn decide(&self, db: &mut Db) -> Result<Result<Issuance, Declined>, StoreError> {
        if self.now >= self.code.expires_at {
            // A replay is looked up before the expiry is judged: the thief may be late, too.
            self.revoke(db)?;
            return Ok(Err(no_longer_valid(EXPIRED)));
        }
        let code = self.code;
        let Some(subject) = find_subject(db, &code.session_id, &code.user_id, &code.client_id, self.now)? else {
            // A session that has ended never comes back, so this code needs no row to stay spent;
            // and a row could not name a user who was deleted.
            self.revoke(db)?;
            return Ok(Err(ended("the session has ended: signed out, expired, or its user deleted")));
        };
        let granted = match standing::may_redeem(&subject, self.client, code, self.now) {
            Ok(()) => self.run_machine(&subject).map(|()| subject),
            Err(missing) => Err(ended(missing.as_str())),
        };
        self.settle(db, granted)
    }

    /// Writes the grant: as issued, or revoked where the right client failed. Either way the code is spent,
    /// and of N parallel redemptions one inserts the row; the others find it and revoke it.
    fn settle(
        &self,
        db: &mut Db,
        granted: Result<Subject, Declined>,
    ) -> Result<Result<Issuance, Declined>, StoreError> {
        let grant = self.grant(granted.as_ref().ok());
        if !grants::insert(db, &grant)? {
            self.revoke(db)?;
            return Ok(Err(no_longer_valid("the code was redeemed before: all that it brought is revoked")));
        }
        let subject = match granted {
            Ok(subject) => subject,
            Err(declined) => return Ok(Err(declined)),
        };
        let cap = self.core.settings.tokens.grants_per_user_and_client;
        grants::revoke_beyond(db, &grant, cap, self.now, self.kept())?;
        Ok(self.issuance(grant, subject))
    }

    fn issuance(&self, grant: Grant, subject: Subject) -> Result<Issuance, Declined> {
        let token = RefreshToken { family: self.code.family, generation: 0 };
        Ok(Issuance {
            resources: self.resources()?,
            scope: grant.scope.clone(),
            grant,
            user: subject.user,
            nonce: self.code.nonce.clone(),
            refresh: tokens::first_refresh_token(self.client, token),
            kind: Kind::Application,
        })
    }

    /// Drives the machine through its questions; it issues nothing that the row does not say.
    fn run_machine(&self, subject: &Subject) -> Result<(), Declined> {
        let asked_redirect = self.redirect_uri()?;
        self.resources()?;
        let request = KernelRequest {
            grant_type: GrantType::AuthorizationCode.as_str(),
            client_id: self.client.id.as_str(),
            code: Some(&self.request.code),
            redirect_uri: Some(asked_redirect),
            refresh_token: None,
            scope: None,
        };
        let mut machine = AccessToken::new(&request);
        let mut input = Input::None;
        loop {
            input = match machine.advance(input) {
                Output::Authenticate { .. } => Input::Authenticated,
                Output::Recover { .. } => {
                    let (client, owner) = (self.code.client_id.as_str(), subject.user.id.as_str());
                    let recovered = kernel::grant(client, owner, &self.code.scope, asked_redirect);
                    Input::Recovered(recovered.map(Box::new))
                }
                Output::Extend { extensions } => {
                    let access_extensions = std::mem::take(extensions);
                    self.pkce()?;
                    Input::Extended { access_extensions }
                }
                Output::Issue { .. } => Input::Issued(kernel::issued()),
                Output::Ok(_) => return Ok(()),
                // The machine answers invalid_request to an unknown code; RFC 6749 §5.2 wants invalid_grant.
                Output::Err(_) => return Err(no_longer_valid("the code cannot be redeemed")),
            }
        }
    }

    /// Those of this answer.
    fn resources(&self) -> Result<Vec<String>, Declined> {
        let (client, code) = (self.client, self.code);
        let granted = tokens::still_allowed(&code.resources, client, &self.registered)?;
        tokens::narrow(&granted, &self.request.resources, &self.registered.default_resources(client, &code.scope))
    }

    /// Compared as text: normalising here is how open redirects begin (RFC 9700 §4.1).
    fn redirect_uri(&self) -> Result<&str, Declined> {
        let other = || {
            let error = OAuthError::invalid_grant("redirect_uri is not the one of the authorization request");
            let (sent, before) = (self.request.redirect_uri.as_deref(), &self.code.redirect_uri);
            Declined::from(error).differs(Difference::new("redirect_uri", sent, before))
        };
        match (&self.code.redirect_uri, &self.request.redirect_uri) {
            (Some(sent), Some(again)) if sent == again => Ok(sent),
            (None, None) => Ok(NO_REDIRECT),
            (None, Some(only)) if self.client.redirect_uris == [only.as_str()] => Ok(only),
            (_, _) => Err(other()),
        }
    }

    /// RFC 7636 §4.6; a verifier without a challenge is the mark of a downgrade (RFC 9700 §4.8.2).
    fn pkce(&self) -> Result<(), Declined> {
        match (&self.code.challenge, &self.request.verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) => Verifier::parse(verifier)
                .filter(|verifier| challenge.answered_by(verifier))
                .map(drop)
                .ok_or_else(|| OAuthError::invalid_grant("code_verifier does not answer the challenge").into()),
            (Some(_), None) => Err(OAuthError::invalid_grant("code_verifier is missing").into()),
            (None, Some(_)) => {
                Err(OAuthError::invalid_grant("there was no code_challenge for this code_verifier").into())
            }
        }
    }

    fn grant(&self, subject: Option<&Subject>) -> Grant {
        let code = self.code;
        let offline = code.scope.contains(OFFLINE_ACCESS);
        Grant {
            id: digest::grant_id(&code.family),
            client_id: code.client_id.clone(),
            user_id: code.user_id.clone(),
            session_id: code.session_id.clone(),
            binding: if offline { Binding::Offline } else { Binding::Session },
            scope: code.scope.clone(),
            resources: code.resources.clone(),
            claims: code.claims.clone(),
            auth_time: subject.map_or(self.now, |subject| subject.session.auth_time),
            methods: subject.map_or(Methods::PASSWORD, |subject| subject.session.methods),
            generation: 0,
            rotated_at: self.now,
            created_at: self.now,
            expires_at: if subject.is_some() { self.end() } else { self.now.plus(self.kept()) },
            revoked_at: if subject.is_some() { None } else { Some(self.now) },
        }
    }

    /// A grant without a refresh token lives as long as its access token; and never less than a replay is watched for.
    fn end(&self) -> Timestamp {
        let tokens = &self.core.settings.tokens;
        let refreshed = tokens.grant_lifetime().end(self.now, self.now);
        let access = self.now.plus(Seconds(tokens::access_seconds(self.core, self.client)));
        let end = if self.client.may_use(GrantType::RefreshToken) { refreshed.max(access) } else { access };
        end.max(self.now.plus(self.kept()))
    }

    /// How long a revoked row stays.
    fn kept(&self) -> Seconds {
        Seconds(self.core.settings.tokens.code_seconds.0 + REPLAY_WINDOW.0)
    }

    fn revoke(&self, db: &mut Db) -> Result<(), StoreError> {
        let id = digest::grant_id(&self.code.family);
        if grants::revoke(db, &id, self.now, self.now.plus(self.kept()))? {
            tracing::warn!(client_id = %self.client.id, "a code was presented again: its grant is revoked");
        }
        Ok(())
    }
}
