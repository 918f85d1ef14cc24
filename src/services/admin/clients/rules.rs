//! What must hold for a client, whoever changes it and whatever is changed.

use super::{
    super::{page_uri, readable, users as people},
    AdminError, ClientMembers, unfit,
};
use crate::{
    config::Settings,
    domain::{
        administrator::Administrator,
        client::{Client, ClientKind, Party, PkcePolicy},
        scope::OPENID_SCOPES,
    },
    protocol::{client_auth::AuthMethod, redirect_uri, resource, scope::Scope, token::GrantType},
    store::{connection::Db, resources, scopes},
};

/// What a client that signs people in may ask for unless told otherwise.
const DEFAULT_SCOPE: &str = "openid profile email offline_access";

/// The client with what `members` names; what follows from it, follows.
pub(super) fn apply(mut client: Client, members: &ClientMembers) -> Client {
    let is_new = client.name.is_empty();
    let followed = client.cors_origins == origins(&client);
    set(&mut client.name, members.name.as_ref());
    set(&mut client.party, members.party.as_ref());
    set(&mut client.status, members.status.as_ref());
    set_list(&mut client.auth_methods, members.auth_methods.as_ref());
    set_list(&mut client.redirect_uris, members.redirect_uris.as_ref());
    set_list(&mut client.post_logout_redirect_uris, members.post_logout_redirect_uris.as_ref());
    set_list(&mut client.grants, members.grants.as_ref());
    set(&mut client.scope, members.scope.as_ref());
    set_list(&mut client.resources, members.resources.as_ref());
    set_list(&mut client.resource_server, members.resource_server.as_ref());
    set(&mut client.pkce, members.pkce.as_ref());
    set(&mut client.refresh, members.refresh.as_ref());
    set_list(&mut client.cors_origins, members.cors_origins.as_ref());
    set_or_clear(&mut client.default_resource, members.default_resource.as_ref());
    set_or_clear(&mut client.logo_uri, members.logo_uri.as_ref());
    set_or_clear(&mut client.policy_uri, members.policy_uri.as_ref());
    set_or_clear(&mut client.tos_uri, members.tos_uri.as_ref());
    if let Some(seconds) = members.access_seconds {
        client.access_seconds = Some(seconds).filter(|seconds| *seconds != 0);
    }
    if is_new && members.scope.is_none() && client.may_use(GrantType::AuthorizationCode) {
        client.scope = Scope::parse(DEFAULT_SCOPE).unwrap_or_default();
    }
    if followed && members.cors_origins.is_none() {
        client.cors_origins = origins(&client);
    }
    if let Some(default) = &client.default_resource
        && !client.resources.contains(default)
    {
        client.resources.push(default.clone());
    }
    client
}

fn set<T: Clone>(member: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        member.clone_from(new);
    }
}

/// Each entry once, in the order given.
fn set_list<T: Clone + PartialEq>(member: &mut Vec<T>, new: Option<&Vec<T>>) {
    let Some(new) = new else { return };
    member.clear();
    for entry in new {
        if !member.contains(entry) {
            member.push(entry.clone());
        }
    }
}

fn set_or_clear(member: &mut Option<String>, new: Option<&String>) {
    if let Some(new) = new {
        *member = Some(new.clone()).filter(|text| !text.is_empty());
    }
}

/// The browser origins of a public client's redirect URIs.
fn origins(client: &Client) -> Vec<String> {
    let mut found = Vec::new();
    if client.kind == ClientKind::Public {
        for origin in client.redirect_uris.iter().filter_map(|uri| redirect_uri::origin(uri)) {
            if !found.contains(&origin) {
                found.push(origin);
            }
        }
    }
    found
}

/// The rules that need no look-up, in the order in which they are told. What the client had before stays: rules become
/// stricter, and a client must not become one that nobody can change any more.
pub(super) fn check(client: &Client, held: &Client, settings: &Settings) -> Result<(), AdminError> {
    if client.name.is_empty() || client.name != held.name {
        readable("name", &client.name)?;
    }
    check_uris(client, held)?;
    check_grants(client)?;
    match client.kind {
        ClientKind::Public => check_public(client)?,
        ClientKind::Confidential => check_confidential(client)?,
    }
    if client.access_seconds == held.access_seconds { Ok(()) } else { check_access_time(client, settings) }
}

fn check_uris(client: &Client, held: &Client) -> Result<(), AdminError> {
    for uri in added(client, held, |client| &client.redirect_uris) {
        redirect_uri::register(uri).map_err(|why| unfit("redirect URI", format!("{uri}: {why}")))?;
    }
    for uri in added(client, held, |client| &client.post_logout_redirect_uris) {
        redirect_uri::register(uri).map_err(|why| unfit("post-logout redirect URI", format!("{uri}: {why}")))?;
    }
    for origin in added(client, held, |client| &client.cors_origins) {
        if redirect_uri::origin(origin).as_ref() != Some(origin) {
            return Err(unfit("CORS origin", format!("{origin} must look like https://app.example")));
        }
    }
    let pages = [
        ("logo URI", &client.logo_uri, &held.logo_uri),
        ("policy URI", &client.policy_uri, &held.policy_uri),
        ("terms URI", &client.tos_uri, &held.tos_uri),
    ];
    for (what, uri, before) in pages {
        if let Some(uri) = uri.as_ref().filter(|_| uri != before) {
            page_uri(what, uri)?;
        }
    }
    Ok(())
}

/// The entries of a list that the client did not have before.
fn added<'a>(
    client: &'a Client,
    held: &'a Client,
    list: fn(&Client) -> &Vec<String>,
) -> impl Iterator<Item = &'a String> {
    list(client).iter().filter(move |one| !list(held).contains(one))
}

fn check_grants(client: &Client) -> Result<(), AdminError> {
    let code = client.may_use(GrantType::AuthorizationCode);
    if client.grants.is_empty() {
        return Err(unfit("grant", "a client needs at least one"));
    }
    if client.may_use(GrantType::RefreshToken) && !code {
        return Err(unfit("grant", "refresh_token continues authorization_code and is of no use without it"));
    }
    if code && client.redirect_uris.is_empty() {
        return Err(unfit("redirect URI", "authorization_code needs at least one"));
    }
    Ok(())
}

/// RFC 6749 §2.1: a public client cannot keep a secret, so nothing may rest on one.
fn check_public(client: &Client) -> Result<(), AdminError> {
    if client.auth_methods != [AuthMethod::None] {
        return Err(unfit("auth method", "a public client has none but `none`"));
    }
    if client.pkce == PkcePolicy::Optional {
        return Err(unfit("pkce", "is always required of public clients"));
    }
    if client.may_use(GrantType::ClientCredentials) {
        return Err(unfit("grant", "client_credentials is for confidential clients (RFC 6749 §4.4)"));
    }
    if !client.resource_server.is_empty() {
        return Err(unfit("resource server", "only a confidential client may introspect tokens"));
    }
    Ok(())
}

fn check_confidential(client: &Client) -> Result<(), AdminError> {
    if client.auth_methods.is_empty() {
        return Err(unfit("auth method", "a confidential client needs at least one"));
    }
    if client.auth_methods.contains(&AuthMethod::None) {
        return Err(unfit("auth method", "`none` is for public clients, and this one keeps a secret (RFC 6749 §2.1)"));
    }
    Ok(())
}

/// Retired signing keys stay published for the longest token of the settings; a longer one would outlive its key.
fn check_access_time(client: &Client, settings: &Settings) -> Result<(), AdminError> {
    let longest = settings.tokens.access_seconds.0;
    let fits = client.access_seconds.is_none_or(|seconds| (30..=longest).contains(&seconds));
    if fits {
        return Ok(());
    }
    Err(unfit("access seconds", format!("must lie between 30 and the setting tokens.access_seconds ({longest})")))
}

/// What only one may say who looks after every client: it reaches beyond the client itself.
pub(super) fn check_standing(admin: &Administrator, members: &ClientMembers) -> Result<(), AdminError> {
    let beyond = [
        ("first-party: it skips the consent of users", members.party == Some(Party::First)),
        ("a resource server: it may look into others' tokens", members.resource_server.is_some()),
        ("its owner", members.owner.is_some()),
    ];
    match beyond.into_iter().find(|(_, named)| *named && !admin.reaches(None)) {
        Some((what, _)) => Err(AdminError::Forbidden(format!("an administrator has to say that a client is {what}"))),
        None => Ok(()),
    }
}

/// The scopes and resources that a change adds must be registered; what the client had before may have gone since.
pub(super) fn registered(db: &mut Db, held: &Client, members: &ClientMembers) -> Result<(), AdminError> {
    let known = scopes::list(db)?;
    for name in members.scope.iter().flat_map(Scope::iter).filter(|name| !held.scope.contains(name)) {
        let is_ours = OPENID_SCOPES.iter().any(|(own, _)| *own == name);
        if !is_ours && !known.iter().any(|scope| scope.name == name) {
            return Err(unfit("scope", format!("{name} is not registered")));
        }
    }
    let named = |what: &'static str, list: &Option<Vec<String>>, had: &[String]| {
        let added = list.iter().flatten().filter(|one| !had.contains(one));
        added.map(|one| (what, one.clone())).collect::<Vec<_>>()
    };
    let mut added = named("resource", &members.resources, &held.resources);
    added.extend(named("resource server", &members.resource_server, &held.resource_server));
    let default =
        members.default_resource.iter().filter(|one| !one.is_empty() && held.default_resource != Some((*one).clone()));
    added.extend(default.map(|one| ("default resource", one.clone())));
    for (what, identifier) in added {
        if resource::parse(&identifier).is_none() || resources::find(db, &identifier)?.is_none() {
            return Err(unfit(what, format!("{identifier} is not registered")));
        }
    }
    Ok(())
}

/// The client with the owner that a change names; an empty one leaves it to every administrator.
pub(super) fn owned(db: &mut Db, client: Client, members: &ClientMembers) -> Result<Client, AdminError> {
    let Some(name) = &members.owner else {
        return Ok(client);
    };
    if name.is_empty() {
        return Ok(Client { owner: None, ..client });
    }
    let owner = people::find(db, name)?.ok_or_else(|| unfit("owner", format!("there is no user {name}")))?;
    Ok(Client { owner: Some(owner.id), ..client })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        client::{ClientId, ClientStatus, RefreshPolicy},
        time::Timestamp,
    };

    fn client(kind: ClientKind) -> Client {
        Client {
            id: ClientId::parse("app").unwrap(),
            name: "App".into(),
            kind,
            party: Party::Third,
            status: ClientStatus::Enabled,
            auth_methods: match kind {
                ClientKind::Public => vec![AuthMethod::None],
                ClientKind::Confidential => vec![AuthMethod::ClientSecretBasic],
            },
            redirect_uris: vec!["https://app.example/cb".into()],
            post_logout_redirect_uris: vec![],
            grants: vec![GrantType::AuthorizationCode],
            scope: Scope::default(),
            resources: vec![],
            default_resource: None,
            resource_server: vec![],
            pkce: PkcePolicy::Required,
            refresh: RefreshPolicy::Rotate,
            access_seconds: None,
            cors_origins: vec![],
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            owner: None,
            created_at: Timestamp::from_unix(0),
            updated_at: Timestamp::from_unix(0),
        }
    }

    /// Of a client that is new.
    fn checked(client: &Client) -> Result<(), AdminError> {
        let blank = Client {
            name: String::new(),
            redirect_uris: vec![],
            cors_origins: vec![],
            access_seconds: None,
            ..client.clone()
        };
        check(client, &Client { logo_uri: None, ..blank }, &Settings::default())
    }

    fn refused(client: &Client) -> &'static str {
        match checked(client) {
            Err(AdminError::Unfit { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    }

    /// Rules become stricter; a client of before can still be disabled, renamed and given what is right.
    #[test]
    fn what_a_client_had_before_is_not_judged_again() {
        let old = Client {
            name: "Old\u{3164}".into(),
            redirect_uris: vec!["https://a_b.example/cb".into()],
            logo_uri: Some("http://a_b.example/logo.svg".into()),
            access_seconds: Some(100_000),
            ..client(ClientKind::Confidential)
        };
        let check = |after: &Client| check(after, &old, &Settings::default());
        check(&Client { status: ClientStatus::Disabled, ..old.clone() }).unwrap();
        let more = vec!["https://a_b.example/cb".into(), "https://b_c.example/cb".into()];
        assert!(check(&Client { redirect_uris: more, ..old.clone() }).is_err());
        assert!(check(&Client { name: "New\u{3164}".into(), ..old.clone() }).is_err());
    }

    /// Keycloak CVE-2026-107623: an update must drop no security setting that it does not name.
    #[test]
    fn an_update_changes_only_what_it_names() {
        let before = Client {
            access_seconds: Some(300),
            logo_uri: Some("https://app.example/logo.svg".into()),
            ..client(ClientKind::Confidential)
        };
        let members = ClientMembers { name: Some("New".into()), logo_uri: Some(String::new()), ..Default::default() };
        let after = apply(before.clone(), &members);
        assert_eq!(after, Client { name: "New".into(), logo_uri: None, ..before });
    }

    #[test]
    fn a_public_client_rests_on_no_secret() {
        let public = client(ClientKind::Public);
        checked(&public).unwrap();
        assert_eq!(refused(&Client { pkce: PkcePolicy::Optional, ..public.clone() }), "pkce");
        assert_eq!(refused(&Client { grants: vec![GrantType::ClientCredentials], ..public.clone() }), "grant");
        let methods = vec![AuthMethod::ClientSecretBasic];
        assert_eq!(refused(&Client { auth_methods: methods, ..public.clone() }), "auth method");
        assert_eq!(
            refused(&Client { resource_server: vec!["https://api.example".into()], ..public }),
            "resource server"
        );
    }

    #[test]
    fn a_confidential_client_always_authenticates() {
        let both = vec![AuthMethod::ClientSecretPost, AuthMethod::None];
        assert_eq!(refused(&Client { auth_methods: both, ..client(ClientKind::Confidential) }), "auth method");
        assert_eq!(refused(&Client { auth_methods: vec![], ..client(ClientKind::Confidential) }), "auth method");
    }

    #[test]
    fn grants_must_make_sense_together() {
        let confidential = client(ClientKind::Confidential);
        assert_eq!(refused(&Client { grants: vec![], ..confidential.clone() }), "grant");
        assert_eq!(refused(&Client { grants: vec![GrantType::RefreshToken], ..confidential.clone() }), "grant");
        assert_eq!(refused(&Client { redirect_uris: vec![], ..confidential.clone() }), "redirect URI");
        let service = Client { grants: vec![GrantType::ClientCredentials], redirect_uris: vec![], ..confidential };
        checked(&service).unwrap();
    }

    #[test]
    fn unsafe_addresses_are_refused() {
        let with = |uri: &str| Client { redirect_uris: vec![uri.into()], ..client(ClientKind::Confidential) };
        assert_eq!(refused(&with("http://app.example/cb")), "redirect URI");
        assert_eq!(refused(&with("https://app.example/cb#x")), "redirect URI");
        assert_eq!(refused(&with("javascript:alert(1)")), "redirect URI");
        let logo = Some("data:image/svg+xml,x".to_owned());
        assert_eq!(refused(&Client { logo_uri: logo, ..client(ClientKind::Confidential) }), "logo URI");
        let origin = vec!["https://app.example/path".to_owned()];
        assert_eq!(refused(&Client { cors_origins: origin, ..client(ClientKind::Confidential) }), "CORS origin");
    }

    #[test]
    fn a_token_cannot_outlive_the_key_that_signed_it() {
        let with = |seconds| Client { access_seconds: Some(seconds), ..client(ClientKind::Confidential) };
        assert_eq!(refused(&with(3601)), "access seconds");
        assert_eq!(refused(&with(-1)), "access seconds");
        checked(&with(300)).unwrap();
    }

    #[test]
    fn a_public_clients_origins_follow_its_redirect_uris_until_they_are_named() {
        let public = apply(client(ClientKind::Public), &ClientMembers::default());
        let moved = ClientMembers { redirect_uris: Some(vec!["https://b.example/cb".into()]), ..Default::default() };
        let followed = apply(Client { cors_origins: vec!["https://app.example".into()], ..public.clone() }, &moved);
        assert_eq!(followed.cors_origins, ["https://b.example"]);
        let named = apply(Client { cors_origins: vec!["https://other.example".into()], ..public }, &moved);
        assert_eq!(named.cors_origins, ["https://other.example"]);
        assert!(apply(client(ClientKind::Confidential), &moved).cors_origins.is_empty());
    }
}
