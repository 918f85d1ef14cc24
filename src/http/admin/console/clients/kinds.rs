//! The kinds of clients that the form begins with; each makes only what is safe for it.

use super::super::parts::Choice;
use crate::domain::{
    administrator::Administrator,
    client::{Client, ClientKind},
};

/// What somebody is about to register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Web,
    App,
    Service,
    Api,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Web, Self::App, Self::Service, Self::Api];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Service => "service",
            Self::Api => "api",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What the page of the new client is called.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Web => "New web application",
            Self::App => "New browser, mobile or desktop app",
            Self::Service => "New service",
            Self::Api => "New API",
        }
    }

    pub(super) const fn client_kind(self) -> ClientKind {
        match self {
            Self::App => ClientKind::Public,
            Self::Web | Self::Service | Self::Api => ClientKind::Confidential,
        }
    }

    /// What this kind is asked for when it is registered.
    pub(super) fn fields(self, admin: &Administrator) -> Vec<&'static str> {
        let kind = match self {
            Self::Web => {
                "name client_id redirect_URI post-logout_redirect_URI grant scope resource default_resource \
                 auth_method pkce refresh access_seconds logo_URI policy_URI terms_URI"
            }
            Self::App => {
                "name client_id redirect_URI post-logout_redirect_URI scope resource default_resource refresh \
                 access_seconds logo_URI policy_URI terms_URI"
            }
            Self::Service => "name client_id scope resource default_resource auth_method access_seconds",
            Self::Api => "name client_id resource_server auth_method",
        };
        let signs_in = matches!(self, Self::Web | Self::App);
        with_standing(kind, if signs_in { "party owner" } else { "owner" }, admin)
    }
}

/// What can be changed of a client that is there.
pub(super) fn editable(client: &Client, admin: &Administrator) -> Vec<&'static str> {
    match client.kind {
        ClientKind::Public => with_standing(
            "name redirect_URI post-logout_redirect_URI grant scope resource default_resource refresh access_seconds \
             CORS_origin logo_URI policy_URI terms_URI",
            "party owner",
            admin,
        ),
        ClientKind::Confidential => with_standing(
            "name redirect_URI post-logout_redirect_URI grant scope resource default_resource auth_method pkce refresh \
             access_seconds CORS_origin logo_URI policy_URI terms_URI",
            "resource_server party owner",
            admin,
        ),
    }
}

/// What reaches beyond a client is not asked of one who manages only some.
fn with_standing(fields: &'static str, standing: &'static str, admin: &Administrator) -> Vec<&'static str> {
    let beyond = if admin.reaches(None) { standing } else { "" };
    fields.split_whitespace().chain(beyond.split_whitespace()).collect()
}

/// The cards of the first question.
pub(super) fn cards(admin: &Administrator) -> Vec<Choice> {
    let cards = [
        (Kind::Web, "Web application with a server", "It keeps a secret on its server and signs people in there."),
        (
            Kind::App,
            "Single-page, mobile or desktop app",
            "It runs where people can look into it, so it has no secret: PKCE protects each sign-in.",
        ),
        (Kind::Service, "Service without a user", "It asks for tokens in its own name, by client_credentials."),
        (
            Kind::Api,
            "API that checks tokens",
            "A resource server that asks here whether a token is good (introspection).",
        ),
    ];
    cards
        .into_iter()
        .filter(|(kind, ..)| *kind != Kind::Api || admin.reaches(None))
        .map(|(kind, words, about)| Choice::new(kind.as_str(), words, about).chosen_if(|_| kind == Kind::Web))
        .collect()
}
