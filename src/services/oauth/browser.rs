//! The browser a request comes from: its two cookies, as values.

use crate::crypto::random;

/// The session cookie, and the one that binds interactions to this browser before anybody is signed in.
#[derive(Clone, Debug)]
pub struct Browser {
    pub session: Option<String>,
    binding: Binding,
}

#[derive(Clone)]
enum Binding {
    Known(String),
    New(String),
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Browser {
    /// A browser without a binding is given a new one; the answer must set it.
    pub fn new(session: Option<String>, binding: Option<String>) -> Self {
        let binding = match binding {
            Some(known) => Binding::Known(known),
            None => Binding::New(random::token().reveal().clone()),
        };
        Self { session, binding }
    }

    pub fn binding(&self) -> &str {
        match &self.binding {
            Binding::Known(binding) | Binding::New(binding) => binding,
        }
    }

    /// What the answer must set as a cookie, if anything.
    pub fn new_binding(&self) -> Option<&str> {
        match &self.binding {
            Binding::Known(_) => None,
            Binding::New(binding) => Some(binding),
        }
    }
}
