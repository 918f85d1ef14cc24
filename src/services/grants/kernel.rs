//! Our requests and grants in the form that oxide-auth's machines read.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use oxide_auth::{
    code_grant::{accesstoken, client_credentials, refresh},
    primitives::{
        grant::{Extensions, Grant},
        issuer::{IssuedToken, RefreshedToken, TokenType},
        registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl},
    },
};

use crate::protocol::scope::Scope;

/// A token request of an authenticated client, as all three machines read it.
pub(super) struct KernelRequest<'a> {
    pub(super) grant_type: &'static str,
    pub(super) client_id: &'a str,
    pub(super) code: Option<&'a str>,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) refresh_token: Option<&'a str>,
    pub(super) scope: Option<&'a Scope>,
}

/// Stands for a redirect URI where the protocol has none: the machines want one.
pub(super) const NO_REDIRECT: &str = "about:blank";

/// The client was authenticated before the machine runs, so it is named without a secret.
impl accesstoken::Request for KernelRequest<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        self.code.map(Cow::Borrowed)
    }
    fn authorization(&self) -> accesstoken::Authorization<'_> {
        accesstoken::Authorization::Username(self.client_id.into())
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::Borrowed)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(self.grant_type.into())
    }
    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl refresh::Request for KernelRequest<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.refresh_token.map(Cow::Borrowed)
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(|scope| scope.to_string().into())
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(self.grant_type.into())
    }
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client_id.into(), Cow::Borrowed(&[])))
    }
    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl client_credentials::Request for KernelRequest<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client_id.into(), Cow::Borrowed(&[])))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(|scope| scope.to_string().into())
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(self.grant_type.into())
    }
    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// A grant for a machine. Time is judged by our own clock before, so this one does not end.
pub(super) fn grant(client_id: &str, owner_id: &str, scope: &Scope, redirect_uri: &str) -> Option<Grant> {
    Some(Grant {
        owner_id: owner_id.to_owned(),
        client_id: client_id.to_owned(),
        scope: kernel_scope(scope)?,
        redirect_uri: redirect_uri.parse().ok()?,
        until: DateTime::<Utc>::MAX_UTC,
        extensions: Extensions::new(),
    })
}

/// The client that a `client_credentials` machine asks about; it has no redirect URI.
pub(super) fn bound_client(client_id: &str) -> Option<BoundClient<'static>> {
    Some(BoundClient { client_id: client_id.to_owned().into(), redirect_uri: Cow::Owned(no_redirect()?) })
}

/// What the client of a `client_credentials` machine may have.
pub(super) fn pre_grant(client_id: &str, scope: &Scope) -> Option<PreGrant> {
    Some(PreGrant { client_id: client_id.to_owned(), redirect_uri: no_redirect()?, scope: kernel_scope(scope)? })
}

fn no_redirect() -> Option<RegisteredUrl> {
    NO_REDIRECT.parse::<ExactUrl>().ok().map(RegisteredUrl::Exact)
}

fn kernel_scope(scope: &Scope) -> Option<oxide_auth::primitives::scope::Scope> {
    scope.to_string().parse().ok()
}

/// Scopes come back from a machine in any order: ours keeps the one of `like`.
pub(super) fn in_order(machine: &oxide_auth::primitives::scope::Scope, like: &Scope) -> Scope {
    like.iter().filter(|name| machine.iter().any(|one| one == *name)).collect()
}

/// Closes a machine: the tokens themselves are signed after the transaction.
pub(super) fn issued() -> IssuedToken {
    IssuedToken { token: String::new(), refresh: None, until: DateTime::<Utc>::MAX_UTC, token_type: TokenType::Bearer }
}

pub(super) fn refreshed() -> RefreshedToken {
    RefreshedToken {
        token: String::new(),
        refresh: None,
        until: DateTime::<Utc>::MAX_UTC,
        token_type: TokenType::Bearer,
    }
}
