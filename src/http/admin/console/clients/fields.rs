//! The fields of a client's form: what stands in them, what can be chosen, and what was meant.

use super::{
    super::{parts::Choice, visit::Problem},
    kinds::Kind,
};
use crate::{
    domain::{
        client::{Client, ClientKind, Party, PkcePolicy, RefreshPolicy},
        scope::{OPENID_SCOPES, RegisteredScope, Resource},
    },
    protocol::{client_auth::AuthMethod, params::Params, scope::Scope, token::GrantType},
    services::admin::clients::ClientMembers,
};

/// More scopes or resources than these are typed: a form has a limit, and so has a reader.
const MOST_BOXES: usize = 24;

/// What a form shows, and what stands there.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    shown: Vec<String>,
    pub(super) name: String,
    pub(super) client_id: String,
    pub(super) redirect_uris: String,
    pub(super) post_logout: String,
    grants: Vec<String>,
    pub(super) scope: String,
    pub(super) resources: String,
    default_resource: String,
    pub(super) resource_server: String,
    auth_methods: Vec<String>,
    pkce: String,
    refresh: String,
    pub(super) access_seconds: String,
    party: String,
    pub(super) cors_origins: String,
    pub(super) logo: String,
    pub(super) policy: String,
    pub(super) terms: String,
    pub(super) owner: String,
}

/// The choices of the fields; an empty list of boxes is a field to type in.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    pub(super) grants: Vec<Choice>,
    pub(super) scopes: Vec<Choice>,
    pub(super) resources: Vec<Choice>,
    pub(super) default_resources: Vec<Choice>,
    pub(super) resource_servers: Vec<Choice>,
    pub(super) auth_methods: Vec<Choice>,
    pub(super) pkce: Vec<Choice>,
    pub(super) refresh: Vec<Choice>,
    pub(super) party: Vec<Choice>,
}

impl Fields {
    /// A form for a new client, with what is usual for its kind.
    pub(super) fn blank(kind: Kind, shown: &[&str], client_id: String) -> Self {
        let scope = match kind {
            Kind::Web | Kind::App => "openid profile email offline_access",
            Kind::Service | Kind::Api => "",
        };
        Self {
            shown: owned(shown),
            client_id,
            grants: owned(&["authorization_code", "refresh_token"]),
            scope: scope.to_owned(),
            auth_methods: owned(&["client_secret_basic", "client_secret_post"]),
            pkce: "required".to_owned(),
            refresh: "rotate".to_owned(),
            party: "third".to_owned(),
            ..Self::default()
        }
    }

    /// A form with the client as it is.
    pub(super) fn of(client: &Client, shown: &[&str]) -> Self {
        let lines = |list: &[String]| list.join("\n");
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            shown: owned(shown),
            name: client.name.clone(),
            client_id: client.id.to_string(),
            redirect_uris: lines(&client.redirect_uris),
            post_logout: lines(&client.post_logout_redirect_uris),
            grants: client.grants.iter().map(|grant| grant.as_str().to_owned()).collect(),
            scope: client.scope.to_string(),
            resources: lines(&client.resources),
            default_resource: or_nothing(&client.default_resource),
            resource_server: lines(&client.resource_server),
            auth_methods: client.auth_methods.iter().map(|method| method.as_str().to_owned()).collect(),
            pkce: client.pkce.as_str().to_owned(),
            refresh: client.refresh.as_str().to_owned(),
            access_seconds: client.access_seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
            party: if client.party == Party::First { "first" } else { "third" }.to_owned(),
            cors_origins: lines(&client.cors_origins),
            logo: or_nothing(&client.logo_uri),
            policy: or_nothing(&client.policy_uri),
            terms: or_nothing(&client.tos_uri),
            owner: client.owner.as_ref().map(|owner| owner.as_str().to_owned()).unwrap_or_default(),
        }
    }

    /// What was typed.
    pub(super) fn typed(params: &Params) -> Self {
        let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
        let list = |name: &str| params.all(name).map(str::to_owned).collect::<Vec<_>>();
        Self {
            shown: text("shown").split(' ').map(str::to_owned).collect(),
            name: text("name"),
            client_id: text("client_id"),
            redirect_uris: text("redirect_URI"),
            post_logout: text("post-logout_redirect_URI"),
            grants: list("grant"),
            scope: list("scope").join(" "),
            resources: list("resource").join("\n"),
            default_resource: text("default_resource"),
            resource_server: list("resource_server").join("\n"),
            auth_methods: list("auth_method"),
            pkce: text("pkce"),
            refresh: text("refresh"),
            access_seconds: text("access_seconds"),
            party: text("party"),
            cors_origins: text("CORS_origin"),
            logo: text("logo_URI"),
            policy: text("policy_URI"),
            terms: text("terms_URI"),
            owner: text("owner"),
        }
    }

    /// For the hidden field that says what the form has: a browser sends no empty box.
    pub(super) fn shown(&self) -> String {
        self.shown.join(" ")
    }

    pub(super) fn shows(&self, name: &str) -> bool {
        self.shown.iter().any(|shown| shown == name)
    }

    /// What the form says; what it does not show stays as it is.
    pub(super) fn members(&self) -> Result<ClientMembers, Problem> {
        let text = |name: &str, text: &str| self.shows(name).then(|| text.to_owned());
        let lines =
            |name: &str, text: &str| self.shows(name).then(|| text.split_whitespace().map(str::to_owned).collect());
        Ok(ClientMembers {
            name: text("name", &self.name),
            party: self.choice("party", &self.party, party)?,
            status: None,
            auth_methods: self.words("auth_method", &self.auth_methods, AuthMethod::parse)?,
            redirect_uris: lines("redirect_URI", &self.redirect_uris),
            post_logout_redirect_uris: lines("post-logout_redirect_URI", &self.post_logout),
            grants: self.words("grant", &self.grants, GrantType::parse)?,
            scope: self.word("scope", &self.scope, scope)?,
            resources: lines("resource", &self.resources),
            default_resource: text("default_resource", &self.default_resource),
            resource_server: lines("resource_server", &self.resource_server),
            pkce: self.choice("pkce", &self.pkce, PkcePolicy::parse)?,
            refresh: self.choice("refresh", &self.refresh, RefreshPolicy::parse)?,
            access_seconds: self.word("access_seconds", &self.access_seconds, seconds)?,
            cors_origins: lines("CORS_origin", &self.cors_origins),
            logo_uri: text("logo_URI", &self.logo),
            policy_uri: text("policy_URI", &self.policy),
            tos_uri: text("terms_URI", &self.terms),
            owner: text("owner", &self.owner),
        })
    }

    /// Where nothing was chosen, nothing is said.
    fn choice<T>(&self, name: &'static str, text: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        if text.is_empty() { Ok(None) } else { self.word(name, text, parse) }
    }

    fn word<T>(&self, name: &'static str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        if !self.shows(name) {
            return Ok(None);
        }
        let strange = || Problem::new(name, format!("{}: {text:?} is not possible.", name.replace('_', " ")));
        parse(text).map(Some).ok_or_else(strange)
    }

    fn words<T>(
        &self,
        name: &'static str,
        texts: &[String],
        parse: fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, Problem> {
        let each = texts.iter().map(|text| self.word(name, text, parse)).collect::<Result<Option<Vec<_>>, _>>()?;
        Ok(each.filter(|_| self.shows(name)))
    }

    /// What can be chosen, and what is.
    pub(super) fn choices(&self, kind: ClientKind, scopes: &[RegisteredScope], resources: &[Resource]) -> Choices {
        Choices {
            grants: grants(kind).into_iter().map(|choice| choice.chosen_if(|one| has(&self.grants, one))).collect(),
            scopes: boxes(self.scopes(scopes), &self.scope),
            resources: boxes(named(resources), &self.resources),
            default_resources: std::iter::once(Choice::new("", "None: this server itself", ""))
                .chain(named(resources))
                .map(|choice| choice.chosen_if(|one| one == self.default_resource))
                .collect(),
            resource_servers: boxes(named(resources), &self.resource_server),
            auth_methods: auth_methods()
                .into_iter()
                .map(|choice| choice.chosen_if(|one| has(&self.auth_methods, one)))
                .collect(),
            pkce: pkce().into_iter().map(|choice| choice.chosen_if(|one| one == self.pkce)).collect(),
            refresh: refresh().into_iter().map(|choice| choice.chosen_if(|one| one == self.refresh)).collect(),
            party: parties().into_iter().map(|choice| choice.chosen_if(|one| one == self.party)).collect(),
        }
    }

    /// OpenID's own where people sign in, the registered ones, and what the client has that is registered no more.
    fn scopes(&self, registered: &[RegisteredScope]) -> Vec<Choice> {
        let own = OPENID_SCOPES.iter().filter(|_| self.shows("redirect_URI"));
        let own = own.map(|(name, words)| Choice::new(*name, *name, *words));
        let ours = registered.iter().map(|scope| Choice::new(&scope.name, &scope.name, &scope.description));
        let mut choices: Vec<_> = own.chain(ours).collect();
        for held in self.scope.split_whitespace() {
            if !choices.iter().any(|choice| choice.value == held) {
                choices.push(Choice::new(held, held, "Not registered (any more)."));
            }
        }
        choices
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn has(list: &[String], one: &str) -> bool {
    list.iter().any(|entry| entry == one)
}

fn boxes(choices: Vec<Choice>, chosen: &str) -> Vec<Choice> {
    if choices.len() > MOST_BOXES {
        return Vec::new();
    }
    choices.into_iter().map(|choice| choice.chosen_if(|one| chosen.split_whitespace().any(|it| it == one))).collect()
}

fn named(resources: &[Resource]) -> Vec<Choice> {
    resources.iter().map(|one| Choice::new(&one.identifier, &one.identifier, &one.name)).collect()
}

fn grants(kind: ClientKind) -> Vec<Choice> {
    let mut grants = vec![
        Choice::new("authorization_code", "authorization_code", "People sign in with it."),
        Choice::new("refresh_token", "refresh_token", "It stays signed in, without asking again."),
    ];
    if kind == ClientKind::Confidential {
        grants.push(Choice::new("client_credentials", "client_credentials", "It acts for itself, without a person."));
    }
    grants
}

fn auth_methods() -> Vec<Choice> {
    vec![
        Choice::new(
            "client_secret_basic",
            "client_secret_basic",
            "The secret stands in a header: what most libraries do.",
        ),
        Choice::new("client_secret_post", "client_secret_post", "The secret stands in the body."),
    ]
}

fn pkce() -> Vec<Choice> {
    vec![
        Choice::new("required", "Required (S256)", ""),
        Choice::new("optional", "Optional: for libraries that do not know it", ""),
    ]
}

fn refresh() -> Vec<Choice> {
    vec![
        Choice::new("rotate", "A new one each time: a stolen one is noticed", ""),
        Choice::new("static", "The same one for the whole sign-in", ""),
    ]
}

fn parties() -> Vec<Choice> {
    vec![
        Choice::new("third", "Somebody else's: people are asked for consent", ""),
        Choice::new("first", "Ours: nobody is asked", ""),
    ]
}

fn party(text: &str) -> Option<Party> {
    match text {
        "first" => Some(Party::First),
        "third" => Some(Party::Third),
        _ => None,
    }
}

fn scope(text: &str) -> Option<Scope> {
    let words: Vec<_> = text.split_whitespace().collect();
    if words.is_empty() { Some(Scope::default()) } else { Scope::parse(&words.join(" ")) }
}

/// Empty is the server's setting.
fn seconds(text: &str) -> Option<i64> {
    if text.is_empty() { Some(0) } else { text.parse().ok().filter(|seconds| *seconds > 0) }
}
