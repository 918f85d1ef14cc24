//! The playground: a small relying party that shows every exchange of the code flow. Development only.

use askama::Template;

use super::layout::Layout;

/// Posts to `{base}/playground`: the carried fields, and `action` = [`Action::as_str`] of the button.
#[derive(Debug, Template)]
#[template(path = "pages/playground.html")]
pub struct PlaygroundView<'a> {
    pub layout: &'a Layout,
    pub step: Step,
    pub demo_email: &'a str,
    pub demo_password: &'a str,
    /// What can be done now; the first is the button to press next.
    pub actions: Vec<Action>,
    /// What happened so far, oldest first.
    pub exchanges: Vec<ExchangeView>,
    pub tokens: Vec<TokenView>,
    /// Hidden fields of every button's form.
    pub carry: Vec<(String, String)>,
}

/// Where the walk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Nothing sent yet.
    Request,
    /// Back from `/authorize` with a code.
    Code,
    /// The code is exchanged.
    Tokens,
    /// The tokens were used: userinfo, refresh, introspection, revocation, logout.
    Use,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Start,
    Exchange,
    Userinfo,
    Refresh,
    Introspect,
    Revoke,
    LogOut,
}

/// One request and its answer, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeView {
    /// Such as “Token request”.
    pub title: String,
    /// The request line, headers and body, one parameter a line.
    pub request: String,
    /// Headers and body of the answer, JSON indented.
    pub answer: String,
    /// Such as `200 OK` or `303 See Other`.
    pub status: String,
}

/// One token, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenView {
    /// Such as “Access token”.
    pub name: String,
    pub raw: String,
    /// Indented JSON; `None` for an opaque token, as the claims are.
    pub header: Option<String>,
    pub claims: Option<String>,
    pub signature: Signature,
}

/// What checking a token's signature against `/jwks` said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Opaque: only the server can read it.
    None,
    Verified { kid: String },
    Refused { reason: String },
}

impl Action {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Exchange => "exchange",
            Self::Userinfo => "userinfo",
            Self::Refresh => "refresh",
            Self::Introspect => "introspect",
            Self::Revoke => "revoke",
            Self::LogOut => "logout",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        use Action::{Exchange, Introspect, LogOut, Refresh, Revoke, Start, Userinfo};
        [Start, Exchange, Userinfo, Refresh, Introspect, Revoke, LogOut]
            .into_iter()
            .find(|action| action.as_str() == text)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Start => "Start the flow",
            Self::Exchange => "Exchange the code",
            Self::Userinfo => "Call userinfo",
            Self::Refresh => "Refresh",
            Self::Introspect => "Introspect",
            Self::Revoke => "Revoke",
            Self::LogOut => "Log out",
        }
    }
}
