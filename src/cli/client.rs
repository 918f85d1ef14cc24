//! `signet client …`: OAuth clients.

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{
    CommandError,
    list::ListArgs,
    operator,
    output::Output,
    shape::{ClientList, ClientShape, Deleted, RotatedShape},
};
use crate::{
    domain::{
        client::{ClientKind, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        secret::Secret,
        time::Seconds,
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::{
        admin::{
            AdminError,
            clients::{self, ClientMembers, NewClient},
            edition::Expected,
        },
        core::Core,
    },
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet client create --name \"My app\" --redirect-uri https://app.example/cb
  signet client create --name \"My SPA\" --public --redirect-uri https://spa.example/cb
  signet client list
  signet client rotate-secret 8c1f…

A running server sees a change after clients.cache_seconds (2 s) at most, and a new client at once.")]
pub enum ClientCommand {
    Create(Box<CreateArgs>),
    /// Show clients, in the order of their ids
    #[command(after_help = "Examples:\n  signet client list\n  signet client list --search shop --json")]
    List(ListArgs),
    /// Show one client; its secrets cannot be read, only their times
    #[command(after_help = "Example:\n  signet client show 8c1f… --json")]
    Show {
        /// The client's id
        client_id: String,
    },
    Update(Box<UpdateArgs>),
    RotateSecret(RotateArgs),
    /// Delete a client with its secrets, consents and grants; there is no way back
    #[command(after_help = "Example:\n  signet client delete 8c1f…")]
    Delete {
        /// The client's id
        client_id: String,
    },
}

/// Register a client; its secret is printed this once
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  A web application with a server of its own:
    signet client create --name \"My app\" --redirect-uri https://app.example/cb
  A browser or mobile application (no secret, PKCE):
    signet client create --name \"My SPA\" --public --redirect-uri https://spa.example/cb
  A service that acts for itself:
    signet client create --name Nightly --grant client_credentials --scope api:read
  An API that checks tokens by introspection:
    signet client create --name API --grant client_credentials \\
      --resource-server https://api.example

Scopes and resources must be registered first: signet scope create, signet resource create.")]
pub struct CreateArgs {
    /// What the consent page calls it
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// An application that cannot keep a secret: browser, mobile, desktop
    #[arg(long, conflicts_with = "client_secret")]
    public: bool,
    /// Its id, for scripted deployments [default: random]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Its secret, for scripted deployments: at least 32 characters [default: random, 256 bits]
    #[arg(long, value_name = "SECRET", value_parser = secret())]
    client_secret: Option<Secret<String>>,
    #[command(flatten)]
    members: MemberArgs,
}

/// Change a client: what is not named stays as it is, a list that is named is replaced
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet client update 8c1f… --name \"New name\"
  signet client update 8c1f… --redirect-uri https://a.example/cb --redirect-uri https://b.example/cb
  signet client update 8c1f… --logo-uri \"\" --access-seconds 0
  signet client update 8c1f… --disable

An empty value clears a list or an address; --access-seconds 0 goes back to the setting.")]
pub struct UpdateArgs {
    /// The client's id
    client_id: String,
    /// What the consent page calls it
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Refuse the client everywhere; its tokens stop working
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Let a disabled client work again
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    members: MemberArgs,
}

/// Give a confidential client a new secret, printed this once; the old one works on for a while
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet client rotate-secret 8c1f…
  signet client rotate-secret 8c1f… --overlap-seconds 0

Two secrets are valid at most: a third ends the first.")]
pub struct RotateArgs {
    /// The client's id
    client_id: String,
    /// How long the old secret stays valid; 0 ends it at once
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, value_parser = clap::value_parser!(i64).range(0..=31_536_000))]
    overlap_seconds: i64,
    /// The new secret, for scripted deployments: at least 32 characters [default: random, 256 bits]
    #[arg(long, value_name = "SECRET", value_parser = secret())]
    client_secret: Option<Secret<String>>,
}

const SCOPE: &str = "The scopes it may ask for (repeatable, or in one text) [default of create: \"openid profile email offline_access\"; \
                     with client_credentials alone none]";

/// What both `create` and `update` can say.
#[derive(Clone, Debug, Args)]
struct MemberArgs {
    /// Where answers may be sent, compared as text (repeatable)
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<Vec<String>>,
    /// Where the browser may go after sign-out (repeatable)
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Option<Vec<String>>,
    #[arg(long, help = "What it may do at /token (repeatable) [default of create: authorization_code refresh_token]", value_name = "GRANT", value_parser = grant())]
    grant: Option<Vec<GrantType>>,
    #[arg(long, help = SCOPE, value_name = "SCOPES")]
    scope: Option<Vec<String>>,
    /// How it authenticates at /token (repeatable) [default of create: both ways of sending a secret]
    #[arg(long, value_name = "METHOD", value_parser = auth_method())]
    auth_method: Option<Vec<AuthMethod>>,
    /// PKCE (S256) [default of create: optional; always required of public clients]
    #[arg(long, value_name = "POLICY", value_parser = pkce())]
    pkce: Option<PkcePolicy>,
    /// Whether a refresh makes a new refresh token [default of create: rotate]
    #[arg(long, value_name = "POLICY", value_parser = refresh())]
    refresh: Option<RefreshPolicy>,
    /// One of your own applications: users are not asked for consent
    #[arg(long, conflicts_with = "third_party")]
    first_party: bool,
    /// Somebody else's application: users are asked for consent (default of create)
    #[arg(long)]
    third_party: bool,
    /// A registered resource that it may ask tokens for (repeatable)
    #[arg(long, value_name = "URI")]
    resource: Option<Vec<String>>,
    /// The audience of its tokens when it names no resource
    #[arg(long, value_name = "URI")]
    default_resource: Option<String>,
    /// A registered resource that it is the server of: it may introspect tokens with this audience (repeatable)
    #[arg(long, value_name = "URI")]
    resource_server: Option<Vec<String>>,
    #[arg(
        long,
        help = "Life of its access tokens in seconds, at most the setting tokens.access_seconds (the default)",
        value_name = "SECONDS"
    )]
    access_seconds: Option<i64>,
    /// A browser origin that may read answers (repeatable) [default: those of a public client's redirect URIs]
    #[arg(long, value_name = "ORIGIN")]
    cors_origin: Option<Vec<String>>,
    /// Its logo for the consent page (https)
    #[arg(long, value_name = "URL")]
    logo_uri: Option<String>,
    /// Its privacy policy for the consent page (https)
    #[arg(long, value_name = "URL")]
    policy_uri: Option<String>,
    /// Its terms of service for the consent page (https)
    #[arg(long, value_name = "URL")]
    tos_uri: Option<String>,
    /// The user who manages it at the console, by id, address or username
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
}

impl ClientCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::Create(args) => {
                let created = clients::create(core, &operator(), args.new_client()?).await.map_err(hinted)?;
                output.answer(&ClientShape::created(&created))?;
            }
            Self::List(args) => {
                let page = clients::list(core, &operator(), args.page()).await?;
                output.answer(&ClientList::from(&page))?;
            }
            Self::Show { client_id } => {
                let shown = clients::show(core, &operator(), &client_id).await?.shown;
                output.answer(&ClientShape::shown(&shown))?;
            }
            Self::Update(args) => {
                let (client_id, members) = args.change()?;
                let changed = clients::update(core, &operator(), &client_id, Expected::Any, members).await;
                output.answer(&ClientShape::updated(&changed.map_err(hinted)?.shown.client))?;
            }
            Self::RotateSecret(args) => {
                let overlap = Seconds(args.overlap_seconds);
                let rotated =
                    clients::rotate_secret(core, &operator(), &args.client_id, args.client_secret, overlap).await?;
                output.answer(&RotatedShape::from(&rotated))?;
            }
            Self::Delete { client_id } => {
                clients::delete(core, &operator(), &client_id, Expected::Any).await?;
                output.answer(&Deleted { what: "client", deleted: client_id })?;
            }
        }
        Ok(())
    }
}

impl CreateArgs {
    fn new_client(self) -> Result<NewClient, CommandError> {
        let members = ClientMembers { name: Some(self.name), ..self.members.members()? };
        let kind = if self.public { ClientKind::Public } else { ClientKind::Confidential };
        Ok(NewClient { id: self.client_id, secret: self.client_secret, kind, members })
    }
}

impl UpdateArgs {
    fn change(self) -> Result<(String, ClientMembers), CommandError> {
        let status = match (self.enable, self.disable) {
            (true, _) => Some(ClientStatus::Enabled),
            (_, true) => Some(ClientStatus::Disabled),
            (false, false) => None,
        };
        Ok((self.client_id, ClientMembers { name: self.name, status, ..self.members.members()? }))
    }
}

impl MemberArgs {
    fn members(self) -> Result<ClientMembers, CommandError> {
        let party = match (self.first_party, self.third_party) {
            (true, _) => Some(Party::First),
            (_, true) => Some(Party::Third),
            (false, false) => None,
        };
        Ok(ClientMembers {
            name: None,
            party,
            status: None,
            auth_methods: self.auth_method.map(once_each),
            redirect_uris: self.redirect_uri.map(entries),
            post_logout_redirect_uris: self.post_logout_redirect_uri.map(entries),
            grants: self.grant.map(once_each),
            scope: self.scope.map(scopes).transpose()?,
            resources: self.resource.map(entries),
            default_resource: self.default_resource,
            resource_server: self.resource_server.map(entries),
            pkce: self.pkce,
            refresh: self.refresh,
            access_seconds: self.access_seconds,
            cors_origins: self.cors_origin.map(entries),
            logo_uri: self.logo_uri,
            policy_uri: self.policy_uri,
            tos_uri: self.tos_uri,
            owner: self.owner,
        })
    }
}

/// What to type next, where that is known.
fn hinted(error: AdminError) -> AdminError {
    let AdminError::Unfit { what, reason } = error else {
        return error;
    };
    let hint = match what {
        "scope" if reason.ends_with("is not registered") => ": signet scope create",
        "resource" | "default resource" | "resource server" if reason.ends_with("is not registered") => {
            ": signet resource create"
        }
        "redirect URI" if reason.ends_with("at least one") => {
            ": --redirect-uri https://…, or --grant client_credentials for a service"
        }
        "auth method" if reason.starts_with("`none`") => ": create the client with --public",
        _ => "",
    };
    AdminError::Unfit { what, reason: format!("{reason}{hint}") }
}

/// An empty value is how a list is cleared, and no entry of it.
fn entries(given: Vec<String>) -> Vec<String> {
    once_each(given.into_iter().filter(|entry| !entry.is_empty()).collect())
}

fn once_each<T: PartialEq>(given: Vec<T>) -> Vec<T> {
    given.into_iter().fold(Vec::new(), |mut kept, entry| {
        if !kept.contains(&entry) {
            kept.push(entry);
        }
        kept
    })
}

pub(super) fn scopes(given: Vec<String>) -> Result<Scope, CommandError> {
    let text = entries(given).join(" ");
    let words: Vec<_> = text.split_whitespace().collect();
    Scope::parse(&words.join(" ")).ok_or_else(|| CommandError::Usage(format!("--scope: `{text}` is no list of scopes")))
}

fn secret() -> impl TypedValueParser<Value = Secret<String>> {
    clap::builder::StringValueParser::new().map(Secret::new)
}

/// A word that the domain can parse; clap shows the possible ones.
pub(super) fn word<T: Clone + Send + Sync + 'static>(
    possible: &'static [&'static str],
    parse: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(possible).try_map(move |text| parse(&text).ok_or("is not possible"))
}

fn grant() -> impl TypedValueParser<Value = GrantType> {
    word(&["authorization_code", "refresh_token", "client_credentials"], GrantType::parse)
}

fn auth_method() -> impl TypedValueParser<Value = AuthMethod> {
    word(&["client_secret_basic", "client_secret_post", "none"], AuthMethod::parse)
}

fn pkce() -> impl TypedValueParser<Value = PkcePolicy> {
    word(&["required", "optional"], PkcePolicy::parse)
}

fn refresh() -> impl TypedValueParser<Value = RefreshPolicy> {
    word(&["rotate", "static"], RefreshPolicy::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_command_that_makes_it() {
        let told = |what, reason: &str| hinted(AdminError::Unfit { what, reason: reason.to_owned() }).to_string();
        assert!(told("scope", "api:read is not registered").ends_with("signet scope create"));
        assert!(told("resource server", "urn:x is not registered").ends_with("signet resource create"));
        assert!(told("redirect URI", "authorization_code needs at least one").contains("--redirect-uri"));
        assert_eq!(told("name", "is empty"), "name: is empty");
    }
}
