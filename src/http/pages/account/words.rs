//! What people are told when it was not to be: the pages' words for every way in which a use case of accounts can end.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use super::super::send::Page;
use crate::services::{
    accounts::{Refusal, Thing, Weakness},
    fault::Fault,
};

/// How a refusal ends on a page.
#[derive(Debug)]
pub(in super::super) enum Ending {
    /// The page is shown again, and says this.
    Problem(Problem),
    /// Nobody is signed in, or not any more.
    SignIn,
    Fault(Fault),
}

/// A sentence for the person, and the fields it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub text: String,
    /// By their names.
    pub fields: &'static [&'static str],
    pub status: StatusCode,
    pub retry_after: Option<u64>,
}

impl Problem {
    pub(in super::super) fn new(text: impl Into<String>, fields: &'static [&'static str]) -> Self {
        Self { text: text.into(), fields, status: StatusCode::BAD_REQUEST, retry_after: None }
    }

    fn with(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    fn too_many(seconds: u64) -> Self {
        let wait = match seconds {
            1 => "1 second".to_owned(),
            2..=90 => format!("{seconds} seconds"),
            more => format!("{} minutes", more.div_ceil(60)),
        };
        let said = Self::new(format!("Too many attempts. Try again in {wait}."), &[]);
        Self { retry_after: Some(seconds), ..said.with(StatusCode::TOO_MANY_REQUESTS) }
    }

    /// Whether it is about the field of this name.
    pub fn names(&self, field: &str) -> bool {
        self.fields.contains(&field)
    }
}

/// A page with what went wrong, if anything did.
pub(in super::super) fn send(page: Page, problem: Option<&Problem>) -> HttpResponse {
    let Some(problem) = problem else {
        return page.ok();
    };
    let mut answer = page.status(problem.status);
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// The edge of the pages.
#[expect(clippy::too_many_lines, reason = "a table: one line for each way to end")]
pub(in super::super) fn of(refusal: Refusal) -> Ending {
    Ending::Problem(match refusal {
        Refusal::AuthenticationRequired
        | Refusal::InvalidToken
        | Refusal::TokenExpired
        | Refusal::InvalidRefreshToken
        | Refusal::RefreshTokenExpired => return Ending::SignIn,
        Refusal::Fault(fault) => return Ending::Fault(fault),
        Refusal::TooMany { retry_after } => Problem::too_many(u64::try_from(retry_after.0).unwrap_or(1).max(1)),
        Refusal::InvalidCredentials => Problem::new("The e-mail or password is not right.", &["email", "password"]),
        Refusal::Suspended | Refusal::Disabled => {
            Problem::new("This account is suspended. Ask your administrator.", &[])
        }
        Refusal::EmailNotConfirmed => {
            Problem::new("Confirm your e-mail address first: we have sent you a letter.", &[])
        }
        Refusal::Malformed(member) => malformed(member),
        Refusal::InvalidEmail => Problem::new("This is no e-mail address.", &["email"]),
        Refusal::InvalidUsername => {
            Problem::new("A username has 1 to 64 letters a to z, digits, dots, hyphens and underscores.", &["username"])
        }
        Refusal::WeakPassword(weakness) => Problem::new(weak(weakness), &["password", "new_password"]),
        Refusal::EmailTaken => Problem::new("This address belongs to another account.", &["email"]),
        Refusal::UsernameTaken => Problem::new("This username is taken.", &["username"]),
        Refusal::InvalidSecondFactor => {
            Problem::new("This code is not right, or has been used. Wait for the next one.", &["code"])
        }
        Refusal::InvalidConfirmation => {
            Problem::new("This code or link is not right, or too old. We can send you a new one.", &["code"])
        }
        Refusal::InvalidInvitation => {
            Problem::new("This invitation has been used, or is too old. Ask for a new one.", &[])
        }
        Refusal::InvalidReset => Problem::new("This link has been used, or is too old. Ask for a new one.", &[]),
        Refusal::RegistrationClosed => {
            Problem::new("New accounts are made by the administrators here.", &[]).with(StatusCode::FORBIDDEN)
        }
        Refusal::DirectoryAddress => Problem::new(
            "This address belongs to an organisation’s directory: sign in with the password of that.",
            &["email"],
        )
        .with(StatusCode::FORBIDDEN),
        Refusal::InsufficientScope(scope) => {
            Problem::new(format!("You may not give “{scope}” away."), &["scope"]).with(StatusCode::FORBIDDEN)
        }
        Refusal::NotFresh => Problem::new(
            "A key that administers takes a fresh sign-in: sign out, sign in again, and come back.",
            &["scope"],
        )
        .with(StatusCode::FORBIDDEN),
        Refusal::NotForThisCredential => {
            Problem::new("This needs a person who is signed in.", &[]).with(StatusCode::FORBIDDEN)
        }
        Refusal::NotFound(thing) => Problem::new(gone(thing), &[]).with(StatusCode::NOT_FOUND),
        Refusal::DirectoryAway => {
            let text = "Your organisation’s directory does not answer. Try again in a moment.";
            Problem { retry_after: Some(5), ..Problem::new(text, &[]).with(StatusCode::SERVICE_UNAVAILABLE) }
        }
        Refusal::SecondFactorAlreadyOn => conflict("A second factor is on already."),
        Refusal::SecondFactorOff => conflict("No second factor is on."),
        Refusal::SecondFactorMissing => conflict("This account has to have a second factor."),
        Refusal::SecondFactorRequired => conflict("This needs a code of your second factor."),
        Refusal::TooManyKeys { most } => {
            conflict(&format!("You have {most} keys already. Revoke one that is not needed any more."))
        }
        Refusal::RotatedMeanwhile => conflict("This key has been rotated a moment ago, somewhere else."),
        Refusal::IdentityTaken => conflict("That account is linked to somebody else here."),
        Refusal::LastSignIn => conflict("This is your only way in. Set a password or link another account first."),
        Refusal::SsoProofRequired | Refusal::InvalidSsoProof => {
            conflict("The provider’s answer could not be trusted. Try again.")
        }
    })
}

/// What stands in the way although nothing that was typed is wrong.
fn conflict(text: &str) -> Problem {
    Problem::new(text, &[]).with(StatusCode::CONFLICT)
}

/// The same for somebody who is signed in and typed the password once more.
pub(in super::super) fn of_signed_in(refusal: Refusal) -> Ending {
    match refusal {
        Refusal::InvalidCredentials => {
            Ending::Problem(Problem::new("The current password is not right.", &["current_password"]))
        }
        other => of(other),
    }
}

/// The same for somebody who comes from a provider, where another way in may be left.
pub(in super::super) fn of_provider(refusal: Refusal) -> Ending {
    let text = match refusal {
        Refusal::EmailTaken => {
            "There is an account with that e-mail already. Sign in with your password first, then link the provider in \
             your settings."
        }
        Refusal::RegistrationClosed => "Nobody here is linked to that account. Sign in with your password first.",
        Refusal::DirectoryAway => "The provider cannot be reached at the moment. Try again, or use your password.",
        Refusal::SecondFactorRequired => "This account has a second factor. Sign in with your password and your code.",
        other => return of(other),
    };
    Ending::Problem(Problem::new(text, &[]))
}

fn malformed(member: &str) -> Problem {
    match member {
        "name" => Problem::new("This name is empty, too long or more than one line.", &["name"]),
        "given_name" | "given name" => {
            Problem::new("This given name is too long or more than one line.", &["given_name"])
        }
        "family_name" | "family name" => {
            Problem::new("This family name is too long or more than one line.", &["family_name"])
        }
        "picture" | "avatar_url" => Problem::new("A picture’s address begins with https://.", &["picture"]),
        "locale" => Problem::new("This is no language tag, such as en-GB.", &["locale"]),
        "zoneinfo" | "time zone" => Problem::new("This is no time zone, such as Europe/Berlin.", &["zoneinfo"]),
        "email" => Problem::new("This is no e-mail address.", &["email"]),
        "password" | "new_password" => Problem::new("Type a password.", &["password", "new_password"]),
        "code" => Problem::new("Type the code.", &["code"]),
        "scopes" | "scope" => Problem::new("Choose what the key is for.", &["scope"]),
        "description" => Problem::new("This description is too long.", &["description"]),
        "expires_in_days" => Problem::new("A key lives for 1 to 3650 days.", &["expires"]),
        "grace_seconds" => Problem::new("The old key stays good for a day at most.", &["grace"]),
        _ => Problem::new("Something that was sent cannot be read. Check the form and try again.", &[]),
    }
}

fn weak(weakness: Weakness) -> String {
    match weakness {
        Weakness::TooShort { minimum } => format!("This password is too short: take at least {minimum} characters."),
        Weakness::TooLong { maximum } => format!("This password is too long: take at most {maximum} characters."),
        Weakness::Common => "This password is among the first that anybody would try. Take another one.".to_owned(),
        Weakness::Personal => "This password is your name or your address. Take another one.".to_owned(),
    }
}

const fn gone(thing: Thing) -> &'static str {
    match thing {
        Thing::User => "There is no such account.",
        Thing::ApiKey => "This key is gone already.",
        Thing::Session => "This session has ended already.",
        Thing::Application => "This application has no access any more.",
        Thing::Identity => "This account is not linked any more.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Seconds;

    fn told(refusal: Refusal) -> Problem {
        match of(refusal) {
            Ending::Problem(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wait_is_told_in_words_and_to_the_second() {
        let told = |seconds| told(Refusal::TooMany { retry_after: Seconds(seconds) });
        assert_eq!(told(1).text, "Too many attempts. Try again in 1 second.");
        assert_eq!(told(30).text, "Too many attempts. Try again in 30 seconds.");
        assert_eq!(told(121).text, "Too many attempts. Try again in 3 minutes.");
        assert_eq!((told(0).retry_after, told(121).retry_after), (Some(1), Some(121)));
        assert_eq!(told(1).status, StatusCode::TOO_MANY_REQUESTS);
    }

    #[test]
    fn nobody_learns_which_of_the_two_was_wrong() {
        let told = told(Refusal::InvalidCredentials);
        assert!(told.names("email") && told.names("password"));
        assert_eq!(told.text, "The e-mail or password is not right.");
    }

    #[test]
    fn a_session_that_ended_leads_to_the_sign_in() {
        for refusal in [Refusal::AuthenticationRequired, Refusal::InvalidToken, Refusal::TokenExpired] {
            assert!(matches!(of(refusal), Ending::SignIn));
        }
    }

    #[test]
    fn a_directory_that_is_away_is_no_wrong_password() {
        let told = told(Refusal::DirectoryAway);
        assert_eq!((told.status, told.retry_after), (StatusCode::SERVICE_UNAVAILABLE, Some(5)));
    }
}
