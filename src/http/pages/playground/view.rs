//! What the playground shows: where the walk stands, what was said, and the tokens taken apart.

use askama::Template;

use crate::http::pages::layout::Layout;

/// Posts to `{base}/playground`: the carried fields, and `action` = [`Action::as_str`] of the button.
#[derive(Debug, Template)]
#[template(path = "pages/playground.html")]
pub struct PlaygroundView<'a> {
    pub layout: &'a Layout,
    pub step: Step,
    pub demo_email: &'a str,
    pub demo_password: &'a str,
    /// What can be done now.
    pub actions: Vec<Action>,
    /// The button to press next.
    pub next: Action,
    /// What a person should know about the last step.
    pub notice: Option<&'a str>,
    /// Why the last step was refused.
    pub alert: Option<&'a str>,
    /// What happened so far, oldest first.
    pub exchanges: Vec<ExchangeView>,
    /// How many of them the last button made.
    pub latest: usize,
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
    Verified {
        kid: String,
        /// The claims that were checked, too.
        claims: String,
    },
    Refused {
        reason: String,
    },
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
}

impl Step {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Request, "Authorization request"),
        (Self::Code, "Code"),
        (Self::Tokens, "Tokens"),
        (Self::Use, "Use, revoke, log out"),
    ];
}

impl PlaygroundView<'_> {
    fn heading(&self) -> &'static str {
        match self.step {
            Step::Request => "Send a user to /authorize",
            Step::Code => "Exchange the code at /token",
            Step::Tokens => "The tokens are here",
            Step::Use => "Go on as you like",
        }
    }

    fn advice(&self) -> &'static str {
        match self.step {
            Step::Request => "The flow starts with a redirect. Sign in as the demo user and allow the access.",
            Step::Code => {
                "The browser came back with a code. It works once, within a minute, and only with the verifier."
            }
            Step::Tokens => "The signatures were checked against /jwks, as a resource server would. Now use them.",
            Step::Use => "Each button is one request. After a revocation or a logout, introspection says so at once.",
        }
    }

    /// Value, words and class of each button.
    fn buttons(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let class = |action| if action == self.next { "primary" } else { "plain" };
        self.actions.iter().map(move |action| (action.as_str(), self.label(*action), class(*action)))
    }

    fn label(&self, action: Action) -> &'static str {
        match action {
            Action::Start if self.step == Step::Request => "Start the flow",
            Action::Start => "Start again",
            Action::Exchange => "Exchange the code",
            Action::Userinfo => "Call userinfo",
            Action::Refresh => "Refresh",
            Action::Introspect => "Introspect",
            Action::Revoke => "Revoke",
            Action::LogOut => "Log out",
        }
    }

    /// What the last button did, in its order.
    fn latest(&self) -> impl Iterator<Item = &ExchangeView> {
        self.exchanges.iter().skip(self.exchanges.len().saturating_sub(self.latest))
    }

    /// All exchanges before, the younger ones first.
    fn earlier(&self) -> impl Iterator<Item = &ExchangeView> {
        self.exchanges.iter().rev().skip(self.latest)
    }
}

impl TokenView {
    /// The dot-separated parts, for their colours.
    fn parts(&self) -> impl Iterator<Item = &str> {
        self.raw.split('.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    fn exchange(title: &str) -> ExchangeView {
        let text = |text: &str| text.to_owned();
        ExchangeView { title: text(title), request: text("GET /<x>"), answer: text("{}"), status: text("200 OK") }
    }

    fn page(step: Step, actions: Vec<Action>, tokens: Vec<TokenView>) -> String {
        let layout = layout();
        let view = PlaygroundView {
            layout: &layout,
            step,
            demo_email: "demo@signet.example",
            demo_password: "a demo password",
            next: actions.first().copied().unwrap_or(Action::Start),
            actions,
            notice: None,
            alert: None,
            latest: 1,
            exchanges: vec![exchange("Authorization request"), exchange("Token request")],
            tokens,
            carry: vec![("run".to_owned(), "sealed".to_owned())],
        };
        view.render().unwrap()
    }

    #[test]
    fn the_first_step_shows_whom_to_sign_in_as() {
        let page = page(Step::Request, vec![Action::Start], vec![]);
        assert!(page.contains("<code class=\"pick\">a demo password</code>"));
        assert!(page.contains("<li aria-current=\"step\">Authorization request</li>"));
        assert!(page.contains("class=\"primary\" name=\"action\" value=\"start\">Start the flow</button>"));
        assert!(page.contains("name=\"run\" value=\"sealed\""));
    }

    #[test]
    fn the_latest_exchange_stands_first_and_once() {
        let page = page(Step::Tokens, vec![Action::Refresh, Action::Start], vec![]);
        assert!(page.find("<h3>Token request") < page.find("<h3>Authorization request"));
        assert_eq!(page.matches("<h3>Token request").count(), 1);
        assert!(page.contains("GET /&#60;x&#62;"));
        assert!(page.contains(">Start again</button>"));
        assert_eq!(page.matches("class=\"primary\"").count(), 1);
    }

    #[test]
    fn a_token_is_shown_in_its_parts_with_the_key_that_signed_it() {
        let token = TokenView {
            name: "Access token".to_owned(),
            raw: "aa.bb.cc".to_owned(),
            header: Some("{}".to_owned()),
            claims: Some("{ \"sub\": 1 }".to_owned()),
            signature: Signature::Verified { kid: "key-1".to_owned(), claims: "iss, aud".to_owned() },
        };
        let page = page(Step::Tokens, vec![], vec![token]);
        assert!(page.contains("<span>aa</span>.<span>bb</span>.<span>cc</span>"));
        assert!(page.contains("verified through /jwks with key <code>key-1</code>; iss, aud as expected"));
        assert!(page.contains("<pre>{ &#34;sub&#34;: 1 }</pre>"));
    }

    #[test]
    fn what_a_button_sends_is_understood() {
        use Action::{Exchange, Introspect, LogOut, Refresh, Revoke, Start, Userinfo};
        for action in [Start, Exchange, Userinfo, Refresh, Introspect, Revoke, LogOut] {
            assert_eq!(Action::parse(action.as_str()), Some(action));
        }
        assert_eq!(Action::parse("delete"), None);
    }
}
