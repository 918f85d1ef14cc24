//! `signet user invite` and its like: letting people in again, and signing them out.

use clap::{Args, Subcommand};

use super::{CommandError, operator, output::Output, shape::UserShape, user_update::role};
use crate::{
    domain::user::{Profile, Role, User},
    services::{
        admin::users::{self, NewGuest},
        core::Core,
    },
};

#[derive(Clone, Debug, Args)]
pub struct Who {
    /// Id, e-mail address or username
    pub(super) who: String,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AccessCommand {
    Invite(Box<InviteArgs>),
    /// Mail a user a link for a new password
    #[command(after_help = "Example:\n  signet user send-reset alice@example.com")]
    SendReset(Who),
    /// Sign a user out everywhere, at applications, too
    #[command(after_help = "Example:\n  signet user end-sessions alice@example.com")]
    EndSessions(Who),
    /// Take the second factor from a user who has lost it; the user is told by mail
    #[command(after_help = "Example:\n  signet user reset-second-factor alice@example.com")]
    ResetSecondFactor(Who),
}

/// Make an account without a password, and mail its owner a link to choose one
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet user invite --email alice@example.com --name Alice
  signet user invite --email bob@example.com --role auditor
  signet user invite --again alice@example.com

The link works once, for the setting accounts.invitation_seconds.")]
pub struct InviteArgs {
    /// E-mail address that the letter goes to
    #[arg(long, value_name = "ADDRESS", required_unless_present = "again")]
    email: Option<String>,
    /// Full name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Username, the other way to sign in (a-z 0-9 . _ -) [default: made from the address]
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// What the user may do in this server's administration
    #[arg(long, value_name = "ROLE", default_value = "member", value_parser = role())]
    role: Role,
    /// Send the letter again to somebody who is invited already; the link before is dead
    #[arg(long, value_name = "WHO", conflicts_with_all = ["email", "name", "username", "role"])]
    again: Option<String>,
}

impl InviteArgs {
    async fn run(self, core: &Core) -> Result<User, CommandError> {
        if let Some(who) = &self.again {
            return Ok(users::invite_again(core, &operator(), who).await?);
        }
        let profile = Profile { name: self.name, ..Profile::default() };
        let email = self.email.unwrap_or_default();
        let guest = NewGuest { email, username: self.username, role: self.role, profile };
        Ok(users::invite(core, &operator(), guest).await?)
    }
}

impl AccessCommand {
    pub(super) async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        let (act, user) = match self {
            Self::Invite(args) => ("Invited", args.run(core).await?),
            Self::SendReset(Who { who }) => ("Wrote to", users::send_reset(core, &operator(), &who).await?),
            Self::EndSessions(Who { who }) => {
                users::end_sessions(core, &operator(), &who).await?;
                ("Signed out", users::show(core, &operator(), &who).await?)
            }
            Self::ResetSecondFactor(Who { who }) => {
                users::reset_second_factor(core, &operator(), &who).await?;
                ("Took the second factor of", users::show(core, &operator(), &who).await?)
            }
        };
        Ok(output.answer(&UserShape::told(act, &user))?)
    }
}
