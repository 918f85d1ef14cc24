//! An application: how it is registered, and what it asks of the server.

use crate::harness::operator;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use signet::services::admin::edition::Expected;
use signet::{
    domain::{
        client::{ClientKind, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        scope::OPENID_SCOPES,
        secret::Secret,
        time::Seconds,
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::admin::{
        AdminError,
        clients::{self, ClientMembers, NewClient},
        resources,
        scopes::{self, NewScope},
    },
};
use url::form_urlencoded::byte_serialize;

use super::{Authorization, Browser, Code, Request, Site};

pub(crate) const CALLBACK: &str = "https://app.example/cb";

/// How a client says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    Basic,
    Post,
    /// It only names itself.
    None,
}

#[derive(Clone)]
pub(crate) struct TestClient {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    /// The first of those registered.
    pub(crate) redirect_uri: String,
    /// Everything that it is registered for.
    pub(crate) scope: String,
    pub(crate) auth: Auth,
    pub(crate) site: Site,
}

/// A client to be registered; scopes and resources that it names are registered with it.
pub(crate) struct ClientBuilder {
    site: Site,
    id: Option<String>,
    secret: Option<String>,
    kind: ClientKind,
    auth: Auth,
    scope: String,
    members: ClientMembers,
}

impl ClientBuilder {
    /// A confidential web application: code and refresh, Basic, `openid profile email offline_access`.
    pub(crate) fn new(site: Site) -> Self {
        let members = ClientMembers {
            name: Some("Example App".to_owned()),
            redirect_uris: Some(vec![CALLBACK.to_owned()]),
            ..ClientMembers::default()
        };
        let scope = "openid profile email offline_access".to_owned();
        Self { site, id: None, secret: None, kind: ClientKind::Confidential, auth: Auth::Basic, scope, members }
    }

    pub(crate) fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    pub(crate) fn secret(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    pub(crate) fn name(self, name: &str) -> Self {
        self.member(|members| members.name = Some(name.to_owned()))
    }

    pub(crate) fn public(mut self) -> Self {
        self.kind = ClientKind::Public;
        self.auth = Auth::None;
        self
    }

    /// The first one replaces the usual one, the others are added.
    pub(crate) fn redirect_uri(self, uri: &str) -> Self {
        self.member(|members| {
            let uris = members.redirect_uris.get_or_insert_default();
            uris.retain(|one| one != CALLBACK);
            uris.push(uri.to_owned());
        })
    }

    pub(crate) fn post_logout_redirect_uri(self, uri: &str) -> Self {
        self.member(|members| members.post_logout_redirect_uris.get_or_insert_default().push(uri.to_owned()))
    }

    pub(crate) fn scope(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.scope);
        self
    }

    pub(crate) fn grants(self, grants: &[GrantType]) -> Self {
        self.member(|members| members.grants = Some(grants.to_vec()))
    }

    /// A service that acts for itself.
    pub(crate) fn service(self, scope: &str) -> Self {
        let service = self.grants(&[GrantType::ClientCredentials]).scope(scope);
        service.member(|members| members.redirect_uris = None)
    }

    pub(crate) fn first_party(self) -> Self {
        self.member(|members| members.party = Some(Party::First))
    }

    pub(crate) fn requires_pkce(self) -> Self {
        self.member(|members| members.pkce = Some(PkcePolicy::Required))
    }

    pub(crate) fn refresh_static(self) -> Self {
        self.member(|members| members.refresh = Some(RefreshPolicy::Static))
    }

    /// May ask for tokens for this resource.
    pub(crate) fn resource(self, resource: &str) -> Self {
        self.member(|members| members.resources.get_or_insert_default().push(resource.to_owned()))
    }

    pub(crate) fn default_resource(self, resource: &str) -> Self {
        self.member(|members| members.default_resource = Some(resource.to_owned()))
    }

    /// Stands for this resource: may introspect tokens that are meant for it.
    pub(crate) fn resource_server(self, resource: &str) -> Self {
        self.member(|members| members.resource_server.get_or_insert_default().push(resource.to_owned()))
    }

    pub(crate) fn auth_methods(self, methods: &[AuthMethod]) -> Self {
        self.member(|members| members.auth_methods = Some(methods.to_vec()))
    }

    pub(crate) fn member(mut self, change: impl FnOnce(&mut ClientMembers)) -> Self {
        change(&mut self.members);
        self
    }

    pub(crate) async fn create(mut self) -> TestClient {
        for name in self.scope.split(' ').filter(|name| !name.is_empty()) {
            register_scope(&self.site, name).await;
        }
        let members = &self.members;
        let named = [&members.resources, &members.resource_server].into_iter().flatten().flatten();
        for resource in named.chain(&members.default_resource) {
            there_already(resources::create(&self.site.core, &operator(), resource, "An API").await);
        }
        self.members.scope = Some(Scope::parse(&self.scope).unwrap());
        let redirect_uri = self.members.redirect_uris.iter().flatten().next().cloned().unwrap_or_default();
        let new =
            NewClient { id: self.id, secret: self.secret.map(Secret::new), kind: self.kind, members: self.members };
        let created = clients::create(&self.site.core, &operator(), new).await.unwrap();
        TestClient {
            id: created.client.id.as_str().to_owned(),
            secret: created.secret.map(|secret| secret.reveal().clone()),
            redirect_uri,
            scope: self.scope,
            auth: self.auth,
            site: self.site,
        }
    }
}

async fn register_scope(site: &Site, name: &str) {
    if OPENID_SCOPES.iter().all(|(own, _)| *own != name) {
        let new = NewScope { name: name.to_owned(), description: format!("Use {name}"), resource: None };
        there_already(scopes::create(&site.core, &operator(), new).await);
    }
}

fn there_already<T>(created: Result<T, AdminError>) {
    match created {
        Ok(_) | Err(AdminError::Taken { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

impl TestClient {
    /// The same client with another way of saying who it is.
    pub(crate) fn by(&self, auth: Auth) -> Self {
        Self { auth, ..self.clone() }
    }

    /// The same client with another secret.
    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..self.clone() }
    }

    pub(crate) fn authorize(&self, browser: &Browser) -> Authorization {
        Authorization::new(self, browser)
    }

    /// A POST with this client's credentials.
    pub(crate) fn post(&self, path: &str) -> Request {
        let request = self.site.request(Method::POST, path);
        let secret = self.secret.as_deref().unwrap_or_default();
        match self.auth {
            Auth::Basic => request.header("authorization", &basic(&self.id, secret)),
            Auth::Post => request.with("client_id", &self.id).with("client_secret", secret),
            Auth::None => request.with("client_id", &self.id),
        }
    }

    pub(crate) fn redeems(&self, code: &Code) -> Request {
        let request = self.post("/token").with("grant_type", "authorization_code").with("code", &code.value);
        let request = code.redirect_uri.iter().fold(request, |request, uri| request.with("redirect_uri", uri));
        code.verifier.iter().fold(request, |request, verifier| request.with("code_verifier", verifier))
    }

    pub(crate) fn refreshes(&self, token: &str) -> Request {
        self.post("/token").with("grant_type", "refresh_token").with("refresh_token", token)
    }

    pub(crate) fn asks_for_itself(&self) -> Request {
        self.post("/token").with("grant_type", "client_credentials")
    }

    pub(crate) fn introspects(&self, token: &str) -> Request {
        self.post("/introspect").with("token", token)
    }

    pub(crate) fn revokes(&self, token: &str) -> Request {
        self.post("/revoke").with("token", token)
    }

    pub(crate) fn userinfo(&self, token: &str) -> Request {
        self.site.request(Method::GET, "/userinfo").bearer(token)
    }

    pub(crate) async fn is_disabled(&self) {
        self.changes(|members| members.status = Some(ClientStatus::Disabled)).await;
    }

    /// An administrator changes these members of the registration.
    pub(crate) async fn changes(&self, change: impl FnOnce(&mut ClientMembers)) {
        let mut members = ClientMembers::default();
        change(&mut members);
        clients::update(&self.site.core, &operator(), &self.id, Expected::Any, members).await.unwrap();
    }

    /// Gets a new secret; the old one is good for `overlap` more.
    pub(crate) async fn rotates_secret(&self, overlap: Seconds) -> Self {
        let rotated = clients::rotate_secret(&self.site.core, &operator(), &self.id, None, overlap).await.unwrap();
        self.with_secret(rotated.secret.reveal())
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}
