//! What `signet dev` puts into its database: a user and clients to try things out with.

use super::{
    AdminError,
    clients::{self, ClientMembers, NewClient},
    users::{self, EmailStanding, NewUser},
};
use crate::{
    domain::{
        administrator::Administrator,
        client::{ClientKind, PkcePolicy},
        secret::Secret,
        time::Seconds,
        user::{Profile, Role},
    },
    protocol::{scope::Scope, token::GrantType},
    services::core::Core,
};

/// Known to everybody who reads this: a development server listens on loopback only.
pub const EMAIL: &str = "demo@example.com";
pub const PASSWORD: &str = "demo-password";

/// The same who may everything.
pub const ADMIN_EMAIL: &str = "admin@example.com";
pub const ADMIN_PASSWORD: &str = "demo-admin-password";

pub const PLAYGROUND: &str = "playground";
pub const BROWSER_APP: &str = "demo-spa";
pub const SERVICE: &str = "demo-service";

/// The secrets of this start: the clients get new ones at each.
pub struct DemoSecrets {
    pub playground: Secret<String>,
    pub service: Secret<String>,
}

/// Makes what is missing; what was changed by hand stays as it is, but for the secrets.
pub async fn ensure(core: &Core) -> Result<DemoSecrets, AdminError> {
    there_already(users::create(core, &Administrator::operator(), user()).await.map(drop))?;
    there_already(users::create(core, &Administrator::operator(), administrator()).await.map(drop))?;
    let issuer = &core.settings.issuer;
    let playground = ClientMembers {
        name: Some("Playground".to_owned()),
        redirect_uris: Some(vec![issuer.url("/playground/callback")]),
        post_logout_redirect_uris: Some(vec![issuer.url("/playground")]),
        grants: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
        scope: Scope::parse("openid profile email offline_access read:projects write:projects"),
        pkce: Some(PkcePolicy::Required),
        ..ClientMembers::default()
    };
    let browser_app = ClientMembers {
        name: Some("Demo browser app".to_owned()),
        redirect_uris: Some(vec!["http://127.0.0.1:3000/callback".to_owned()]),
        scope: Scope::parse("openid profile email offline_access read:projects"),
        ..ClientMembers::default()
    };
    let service = ClientMembers {
        name: Some("Demo service".to_owned()),
        grants: Some(vec![GrantType::ClientCredentials]),
        scope: Scope::parse("read:projects"),
        ..ClientMembers::default()
    };
    register(core, PLAYGROUND, ClientKind::Confidential, playground).await?;
    register(core, BROWSER_APP, ClientKind::Public, browser_app).await?;
    register(core, SERVICE, ClientKind::Confidential, service).await?;
    Ok(DemoSecrets { playground: new_secret(core, PLAYGROUND).await?, service: new_secret(core, SERVICE).await? })
}

fn user() -> NewUser {
    NewUser {
        email: EMAIL.to_owned(),
        email_standing: EmailStanding::Verified,
        username: Some("demo".to_owned()),
        password: Secret::new(PASSWORD.to_owned()),
        role: Role::Member,
        profile: Profile {
            name: Some("Demo User".to_owned()),
            given_name: Some("Demo".to_owned()),
            family_name: Some("User".to_owned()),
            locale: Some("en".to_owned()),
            ..Profile::default()
        },
    }
}

fn administrator() -> NewUser {
    NewUser {
        email: ADMIN_EMAIL.to_owned(),
        email_standing: EmailStanding::Verified,
        username: Some("admin".to_owned()),
        password: Secret::new(ADMIN_PASSWORD.to_owned()),
        role: Role::Admin,
        profile: Profile { name: Some("Demo Administrator".to_owned()), ..Profile::default() },
    }
}

async fn register(core: &Core, id: &str, kind: ClientKind, members: ClientMembers) -> Result<(), AdminError> {
    let new = NewClient { id: Some(id.to_owned()), secret: None, kind, members };
    there_already(clients::create(core, &Administrator::operator(), new).await.map(drop))
}

async fn new_secret(core: &Core, id: &str) -> Result<Secret<String>, AdminError> {
    // The one before stays good for a while: another `signet dev` may be using it.
    Ok(clients::rotate_secret(core, &Administrator::operator(), id, None, Seconds::days(1)).await?.secret)
}

fn there_already(made: Result<(), AdminError>) -> Result<(), AdminError> {
    match made {
        Err(AdminError::Taken { .. }) => Ok(()),
        other => other,
    }
}
