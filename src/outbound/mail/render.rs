//! What a letter says: a subject, a text and the same in HTML.

use askama::Template;
use lettre::message::Mailbox;

use crate::{
    config::Issuer,
    domain::{
        letter::{Content, Letter},
        text::legible,
    },
};

/// A rendered letter.
pub(super) struct Body {
    pub(super) subject: &'static str,
    pub(super) text: String,
    pub(super) html: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    name: Option<&'a str>,
    service: &'a str,
    issuer: &'a str,
    content: &'a Content,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    subject: &'a str,
    name: Option<&'a str>,
    service: &'a str,
    issuer: &'a str,
    content: &'a Content,
}

pub(super) fn body(letter: &Letter, from: &Mailbox, issuer: &Issuer) -> Result<Body, askama::Error> {
    let (name, content) = (plain_name(letter), one_line(&letter.content));
    let (name, issuer) = (name.as_deref(), issuer.as_str());
    let service = from.name.as_deref().unwrap_or(issuer);
    let subject = subject(&content);
    Ok(Body {
        subject,
        text: Text { name, service, issuer, content: &content }.render()?,
        html: Html { subject, name, service, issuer, content: &content }.render()?,
    })
}

/// Nothing that somebody typed: a subject stands on locked screens and in the logs of mail servers.
const fn subject(content: &Content) -> &'static str {
    match content {
        Content::ConfirmEmail { .. } => "Confirm your e-mail address",
        Content::AlreadyRegistered { .. } => "You already have an account",
        Content::ResetPassword { .. } => "Choose a new password",
        Content::Invitation { .. } => "You are invited",
        Content::PasswordChanged { .. } => "Your password was changed",
        Content::EmailChanged { .. } => "Your e-mail address was changed",
        Content::EmailChangeAsked { .. } => "Another e-mail address was asked for",
        Content::ProviderLinked { .. } => "A way to sign in was added",
        Content::ProviderUnlinked { .. } => "A way to sign in was removed",
        Content::SecondFactorGuessed { .. } => "Somebody knows your password",
        Content::SecondFactorOn => "Two-step sign-in is on",
        Content::SecondFactorOff => "Two-step sign-in is off",
        Content::ApiKeyCreated { .. } => "A new API key was created",
    }
}

/// Who the letter greets. Somebody who registers a stranger's address writes the name, so that it must not become an
/// advertisement: letters to an address that nobody has proved greet nobody, and a name is made of words.
pub(super) fn plain_name(letter: &Letter) -> Option<String> {
    match letter.content {
        Content::ConfirmEmail { .. } | Content::AlreadyRegistered { .. } | Content::Invitation { .. } => return None,
        Content::ResetPassword { .. }
        | Content::PasswordChanged { .. }
        | Content::EmailChanged { .. }
        | Content::EmailChangeAsked { .. }
        | Content::ProviderLinked { .. }
        | Content::ProviderUnlinked { .. }
        | Content::SecondFactorGuessed { .. }
        | Content::SecondFactorOn
        | Content::SecondFactorOff
        | Content::ApiKeyCreated { .. } => {}
    }
    let name = letter.name.as_deref()?.trim();
    let wordy = |c: char| c.is_alphanumeric() || " -'’".contains(c);
    let fits = !name.is_empty() && name.chars().count() <= 60 && name.chars().all(wordy);
    fits.then(|| name.to_owned())
}

/// What people typed stays on its line.
fn one_line(content: &Content) -> Content {
    let short = |text: &str| legible(text, 254);
    match content {
        Content::EmailChanged { new_email } => Content::EmailChanged { new_email: short(new_email) },
        Content::EmailChangeAsked { new_email, reset } => {
            Content::EmailChangeAsked { new_email: short(new_email), reset: reset.clone() }
        }
        Content::ApiKeyCreated { key } => Content::ApiKeyCreated { key: short(key) },
        other => other.clone(),
    }
}
