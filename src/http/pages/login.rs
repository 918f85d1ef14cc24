//! The sign-in page.

use std::fmt;

use askama::Template;

use super::layout::{ClientFace, Layout};

/// Posts to `{base}/login`: `interaction`, `email`, `password`; `cancel=1` from its second button.
#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    /// Prefills the first field: the `login_hint`, or what was typed before.
    pub email: &'a str,
    pub reason: Option<Reason>,
    pub failure: Option<Failure>,
}

/// Why somebody who has a session is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `prompt=login` or `max_age`.
    FreshSignIn,
    /// The session ended while the page was open.
    SessionEnded,
}

/// Why the last attempt did not go on. Never says which of the two was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    NotRight,
    TooMany { seconds: u64 },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRight => f.write_str("The e-mail or password is not right."),
            Self::TooMany { seconds: 1 } => f.write_str("Too many attempts. Try again in 1 second."),
            Self::TooMany { seconds } => write!(f, "Too many attempts. Try again in {seconds} seconds."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{CLIENT, layout};

    fn page(email: &str, reason: Option<Reason>, failure: Option<Failure>) -> String {
        let layout = layout();
        let view = LoginView { layout: &layout, interaction: "sealed", client: CLIENT, email, reason, failure };
        view.render().unwrap()
    }

    #[test]
    fn a_fresh_page_says_where_it_leads_and_holds_no_error() {
        let page = page("", None, None);
        assert!(page.contains("<form class=\"stack\" method=\"post\" action=\"/base/login\">"));
        assert!(page.contains("to continue to <strong>Fieldnotes &#60;b&#62;</strong>"));
        assert!(!page.contains("role=\"alert\""));
        assert!(!page.contains("aria-describedby"));
    }

    #[test]
    fn a_failure_is_announced_and_linked_to_both_fields() {
        let page = page("alice", None, Some(Failure::NotRight));
        assert!(page.contains("id=\"failure\" role=\"alert\">The e-mail or password is not right.</p>"));
        assert_eq!(page.matches("aria-describedby=\"failure\"").count(), 2);
        assert!(page.contains("<title>Error: Sign in"));
    }

    #[test]
    fn what_was_typed_cannot_leave_its_field() {
        let page = page("\"><script>alert(1)</script>", None, None);
        assert!(!page.contains("<script"));
    }

    /// A return key presses the first submit button: it must not be Cancel.
    #[test]
    fn signing_in_is_the_first_button() {
        let page = page("", None, None);
        assert!(page.find(">Sign in</button>") < page.find("name=\"cancel\" value=\"1\""));
    }

    #[test]
    fn a_person_asked_again_is_told_why() {
        assert!(page("", Some(Reason::FreshSignIn), None).contains("asks you to sign in again"));
        assert!(page("", Some(Reason::SessionEnded), None).contains("Your session has ended"));
    }

    #[test]
    fn one_second_is_singular() {
        assert_eq!(Failure::TooMany { seconds: 1 }.to_string(), "Too many attempts. Try again in 1 second.");
        assert_eq!(Failure::TooMany { seconds: 30 }.to_string(), "Too many attempts. Try again in 30 seconds.");
    }
}
