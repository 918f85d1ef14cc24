//! `signet user …`: people's accounts.

use clap::{Args, Subcommand};

use super::{
    CommandError,
    list::ListArgs,
    operator,
    output::Output,
    password::PasswordArgs,
    person::PersonShape,
    shape::{Deleted, UserList, UserShape},
    user_access::{AccessCommand, Who},
    user_update::{UpdateArgs, role},
};
use crate::{
    domain::user::{Address, Profile, Role, UserStatus},
    services::{
        admin::{
            edition::Expected,
            users::{self, EmailStanding, NewUser, change},
        },
        core::Core,
    },
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet user create --email alice@example.com --name Alice
  signet user list --search example.com
  signet user update alice@example.com --privilege auditView --group engineering
  signet user suspend alice@example.com

WHO is an id (usr_…), an e-mail address or a username.")]
pub enum UserCommand {
    Create(Box<CreateArgs>),
    /// Show people, the oldest account first
    #[command(after_help = "Examples:\n  signet user list\n  signet user list --search alice --json")]
    List(ListArgs),
    Update(Box<UpdateArgs>),
    /// Show one user, with organisation, groups, privileges and attributes
    #[command(after_help = "Example:\n  signet user show alice@example.com --json")]
    Show(Who),
    /// Keep a user out for a while: signed out everywhere at once; whoever is activated again signs in anew
    #[command(after_help = "Example:\n  signet user suspend alice@example.com")]
    Suspend(Who),
    /// Keep a user out for good: as suspend, but told apart in lists and to the user
    #[command(after_help = "Example:\n  signet user disable alice@example.com")]
    Disable(Who),
    /// Let a suspended or disabled user in again
    #[command(after_help = "Example:\n  signet user activate alice@example.com")]
    Activate(Who),
    /// Replace a user's password and end the user's sessions
    #[command(after_help = "Example:
  signet user set-password alice@example.com --password-stdin < password.txt")]
    SetPassword {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        password: PasswordArgs,
    },
    #[command(flatten)]
    Access(AccessCommand),
    /// Delete a user with sessions, consents and grants; there is no way back
    #[command(after_help = "Example:\n  signet user delete alice@example.com")]
    Delete(Who),
}

/// Create an account
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet user create --email alice@example.com --name Alice
  signet user create --email bob@example.com --admin --password-stdin < password.txt

The address counts as verified unless --unverified says otherwise. The password's length is bounded by \
passwords.minimum_length and passwords.maximum_length (characters); those that everybody tries first are refused.")]
pub struct CreateArgs {
    /// E-mail address; what the user signs in with
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// Full name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Username, the other way to sign in (a-z 0-9 . _ -) [default: made from the address]
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// The user administers this server; the same as --role admin
    #[arg(long, conflicts_with = "role")]
    admin: bool,
    /// What the user may do in this server's administration
    #[arg(long, value_name = "ROLE", default_value = "member", value_parser = role())]
    role: Role,
    /// Nobody has proved yet that the address is the user's
    #[arg(long)]
    unverified: bool,
    #[command(flatten)]
    password: PasswordArgs,
    #[command(flatten)]
    profile: ProfileArgs,
}

/// The members of OpenID Connect Core §5.1 that applications may be told.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Profile")]
struct ProfileArgs {
    /// Given name
    #[arg(long, value_name = "TEXT")]
    given_name: Option<String>,
    /// Family name
    #[arg(long, value_name = "TEXT")]
    family_name: Option<String>,
    /// Address of a picture
    #[arg(long, value_name = "URL")]
    picture: Option<String>,
    /// Language, such as en-GB
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// Time zone, such as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    zoneinfo: Option<String>,
    /// Telephone number, such as +49 30 123456
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// Street and house number
    #[arg(long, value_name = "TEXT")]
    street_address: Option<String>,
    /// City
    #[arg(long, value_name = "TEXT")]
    locality: Option<String>,
    /// State, province or region
    #[arg(long, value_name = "TEXT")]
    region: Option<String>,
    /// Postal code
    #[arg(long, value_name = "CODE")]
    postal_code: Option<String>,
    /// Country
    #[arg(long, value_name = "TEXT")]
    country: Option<String>,
}

impl UserCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::Create(args) => {
                let password = args.password.read(output)?;
                let user = users::create(core, &operator(), args.new_user(password)).await?;
                output.answer(&UserShape::told("Created", &user))?;
            }
            Self::List(args) => {
                let page = users::list(core, &operator(), args.page()).await?;
                output.answer(&UserList::from(&page))?;
            }
            Self::Show(Who { who }) => {
                output.answer(&PersonShape::from(&users::show_whole(core, &operator(), &who).await?.shown))?;
            }
            Self::Update(args) => {
                let (who, changes) = args.change()?;
                let person = change::update(core, &operator(), &who, Expected::Any, changes).await?.shown;
                output.answer(&PersonShape::told("Changed", &person))?;
            }
            Self::Suspend(Who { who }) => {
                let user = users::set_status(core, &operator(), &who, UserStatus::Suspended).await?;
                output.answer(&UserShape::told("Suspended", &user))?;
            }
            Self::Disable(Who { who }) => {
                let user = users::set_status(core, &operator(), &who, UserStatus::Disabled).await?;
                output.answer(&UserShape::told("Disabled", &user))?;
            }
            Self::Activate(Who { who }) => {
                let user = users::set_status(core, &operator(), &who, UserStatus::Active).await?;
                output.answer(&UserShape::told("Activated", &user))?;
            }
            Self::SetPassword { who, password } => {
                let password = password.read(output)?;
                let user = users::set_password(core, &operator(), &who.who, password).await?;
                output.answer(&UserShape::told("Changed the password of", &user))?;
            }
            Self::Access(command) => command.run(core, output).await?,
            Self::Delete(Who { who }) => {
                let user = users::delete(core, &operator(), &who, Expected::Any).await?;
                output.answer(&Deleted { what: "user", deleted: user.id.to_string() })?;
            }
        }
        Ok(())
    }
}

impl CreateArgs {
    fn new_user(self, password: crate::domain::secret::Secret<String>) -> NewUser {
        NewUser {
            email: self.email,
            email_standing: if self.unverified { EmailStanding::Unverified } else { EmailStanding::Verified },
            username: self.username,
            password,
            role: if self.admin { Role::Admin } else { self.role },
            profile: self.profile.profile(self.name),
        }
    }
}

impl ProfileArgs {
    fn profile(self, name: Option<String>) -> Profile {
        let address = Address {
            formatted: None,
            street_address: self.street_address,
            locality: self.locality,
            region: self.region,
            postal_code: self.postal_code,
            country: self.country,
        };
        Profile {
            name,
            given_name: self.given_name,
            family_name: self.family_name,
            picture: self.picture,
            locale: self.locale,
            zoneinfo: self.zoneinfo,
            phone_number: self.phone,
            phone_number_verified: false,
            address: Some(address).filter(|address| *address != Address::default()),
        }
    }
}
