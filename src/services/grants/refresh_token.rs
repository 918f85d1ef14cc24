//! Refreshing: rotation by compare-and-set, an idempotent grace, and reuse detection. RFC 6749 §6, RFC 9700 §4.14.

use std::{borrow::Cow, sync::Arc};

use oxide_auth::code_grant::refresh::{Input, Output, Refresh};

use super::{
    Refreshing,
    kernel::{self, KernelRequest, NO_REDIRECT},
    tokens::{self, Issuance, Kind},
};
use crate::{
    crypto::{digest, refresh},
    domain::{
        client::{Client, RefreshPolicy},
        grant::{Grant, GrantId, Presented, RefreshToken},
        refused::{Declined, Difference},
        time::{Seconds, Timestamp},
    },
    protocol::{
        error::OAuthError,
        scope::Scope,
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
        standing::{Standing, find_standing},
    },
};

/// A revoked family's row stays this long, for whoever looks at what happened.
const KEPT: Seconds = Seconds::minutes(11);

/// Answers a refresh. A refusal that revokes the family commits like a success.
pub(super) fn refresh(
    core: &Core,
    client: &Client,
    request: &Refreshing,
    kind: Kind,
) -> Result<TokenResponse, Failure> {
    let foreign = "the refresh token is not one of ours: malformed, forged, or made with a key that is gone";
    let token = refresh::parse(&core.ring, &request.refresh_token).ok_or_else(|| no_longer_valid(foreign))?;
    let id = digest::grant_id(&token.family);
    // Before anything is rotated: a client that is told to come again would come with the old token.
    let press = tokens::press(core)?;
    let registered = Arc::clone(&press.registered);
    let refreshing = Rotating { core, client, registered, request, token, id, now: core.clock.now(), kind };
    let issuance = core.store.write(|db| refreshing.decide(db)).map_err(Fault::from)??;
    tokens::sign(core, client, &issuance, &press)
}

fn no_longer_valid(reason: impl Into<Cow<'static, str>>) -> Declined {
    let error = OAuthError::invalid_grant("the refresh token is not valid, has expired, or was revoked");
    Declined::from(error).because(reason)
}

/// One refresh under way.
struct Rotating<'a> {
    core: &'a Core,
    client: &'a Client,
    registered: Arc<Registered>,
    request: &'a Refreshing,
    token: RefreshToken,
    id: GrantId,
    now: Timestamp,
    kind: Kind,
}

impl Rotating<'_> {
    fn decide(&self, db: &mut Db) -> Result<Result<Issuance, Declined>, StoreError> {
        let Some(standing) = find_standing(db, &self.id, self.now)? else {
            return Ok(Err(no_longer_valid("its grant is gone: ended long ago, or its user was deleted")));
        };
        // Another client's token changes nothing, so this stands before everything that writes.
        if standing.grant.client_id != self.client.id {
            let other = &standing.grant.client_id;
            return Ok(Err(no_longer_valid(format!("the refresh token was issued to another client: {other}"))));
        }
        if let Err(missing) = standing::live(&standing, self.now) {
            return Ok(Err(no_longer_valid(missing.as_str())));
        }
        if self.judge(&standing.grant) == Presented::Reused {
            return self.reused(db);
        }
        let (scope, resources) = match self.extent(&standing.grant) {
            Ok(extent) => extent,
            Err(declined) => return Ok(Err(declined)),
        };
        let Some(generation) = self.rotate(db, &standing.grant)? else {
            return self.reused(db);
        };
        let Standing { grant, user, .. } = standing;
        let end = self.end(&grant);
        Ok(Ok(Issuance {
            grant: Grant { expires_at: end, ..grant },
            user,
            scope,
            resources,
            nonce: None,
            refresh: Some(RefreshToken { generation, ..self.token }),
            kind: self.kind,
        }))
    }

    /// Scope and resources of this answer: within the grant, and within what the client is registered for by now.
    fn extent(&self, grant: &Grant) -> Result<(Scope, Vec<String>), Declined> {
        let (client, registered) = (self.client, &self.registered);
        let scope = registered.known(&grant.scope.intersection(&client.scope));
        if scope.is_empty() && !grant.scope.is_empty() {
            let granted = grant.scope.to_string();
            let difference = Difference::new("scope", Some(&granted), client.scope.iter());
            let error = OAuthError::invalid_scope("the client is no longer registered for these scopes");
            return Err(Declined::from(error).differs(difference));
        }
        let resources = tokens::still_allowed(&grant.resources, client, registered)?;
        let default = registered.default_resources(client, &scope);
        let asked = &self.request.resources;
        let scope = self.run_machine(&Grant { scope, ..grant.clone() })?;
        Ok((scope, tokens::narrow(&resources, asked, &default)?))
    }

    /// The machine checks that the token is this client's and that the scope lies within the grant.
    fn run_machine(&self, grant: &Grant) -> Result<Scope, Declined> {
        let request = KernelRequest {
            grant_type: GrantType::RefreshToken.as_str(),
            client_id: self.client.id.as_str(),
            code: None,
            redirect_uri: None,
            refresh_token: Some(&self.request.refresh_token),
            scope: self.request.scope.as_ref(),
        };
        let mut machine = Refresh::new(&request);
        let mut input = Input::None;
        let mut narrowed = grant.scope.clone();
        loop {
            input = match machine.advance(input) {
                Output::Unauthenticated { .. } => Input::Authenticated { scope: None },
                Output::RecoverRefresh { .. } => {
                    let (client, owner) = (grant.client_id.as_str(), grant.user_id.as_str());
                    let recovered = kernel::grant(client, owner, &grant.scope, NO_REDIRECT);
                    let scope = self.request.scope.as_ref().map(|scope| scope.to_string().into());
                    Input::Recovered { scope, grant: recovered.map(Box::new) }
                }
                Output::Refresh { grant: allowed, .. } => {
                    narrowed = kernel::in_order(&allowed.scope, &grant.scope);
                    Input::Refreshed(kernel::refreshed())
                }
                Output::Ok(_) => return Ok(narrowed),
                Output::Err(_) => return Err(self.refusal(grant)),
            }
        }
    }

    fn refusal(&self, grant: &Grant) -> Declined {
        match &self.request.scope {
            Some(scope) if !scope.is_subset_of(&grant.scope) => {
                let sent = scope.to_string();
                Declined::from(OAuthError::invalid_scope("the scope goes beyond what was granted"))
                    .differs(Difference::new("scope", Some(&sent), grant.scope.iter()))
            }
            _ => no_longer_valid("the refresh token cannot be used"),
        }
    }

    fn judge(&self, grant: &Grant) -> Presented {
        match self.client.refresh {
            RefreshPolicy::Static if self.token.generation == grant.generation => Presented::Current,
            _ => grant.judge(self.token.generation, self.now, self.core.settings.tokens.refresh_grace_seconds),
        }
    }

    /// The generation of the successor; `None` where the token turned out to be reused.
    fn rotate(&self, db: &mut Db, grant: &Grant) -> Result<Option<i64>, StoreError> {
        let end = self.end(grant);
        if self.client.refresh == RefreshPolicy::Static {
            if end.since(grant.expires_at) > Seconds(self.core.settings.tokens.refresh_idle_seconds.0 / 10) {
                grants::extend(db, &self.id, end)?;
            }
            return Ok(Some(grant.generation));
        }
        if self.judge(grant) == Presented::Ahead {
            grants::forward(db, &self.id, self.token.generation, self.now, end)?;
        }
        if self.judge(grant) != Presented::Grace && grants::rotate(db, &self.id, self.token.generation, self.now, end)?
        {
            return Ok(Some(self.token.generation.saturating_add(1)));
        }
        // Somebody else rotated: read what they left, in a new statement, and decide by it.
        let left = grants::find(db, &self.id)?.filter(|left| left.is_live(self.now));
        let grace = |left: &Grant| self.judge(left) == Presented::Grace;
        Ok(left.filter(grace).map(|left| left.generation))
    }

    fn end(&self, grant: &Grant) -> Timestamp {
        let tokens = &self.core.settings.tokens;
        tokens.grant_lifetime().end(grant.created_at, self.now).max(grant.expires_at.min(self.now))
    }

    fn reused(&self, db: &mut Db) -> Result<Result<Issuance, Declined>, StoreError> {
        if grants::revoke(db, &self.id, self.now, self.now.plus(KEPT))? {
            tracing::warn!(client_id = %self.client.id, "a refresh token was used again: its grant is revoked");
        }
        Ok(Err(no_longer_valid("the refresh token was used before, and its successor too: its grant is revoked")))
    }
}
