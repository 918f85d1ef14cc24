//! The audit log: what people and administrators did; never a row per token.

use std::net::IpAddr;

use super::{
    ids::{EventId, UserId},
    time::Timestamp,
};

/// One entry. Rows are only ever added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub actor: Actor,
    /// Whose account it concerns.
    pub user_id: Option<UserId>,
    pub action: Action,
    pub outcome: Outcome,
    pub address: Option<IpAddr>,
    /// What the action was about: a session, a key, a client. Never a secret.
    pub detail: Option<String>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// An OAuth client with `client_credentials`.
    Client(String),
    /// An API key, by its id.
    Key(String),
    /// Somebody at the command line.
    Operator,
    /// Nobody who could say who they are.
    Anonymous,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Register,
    ConfirmEmail,
    ChangeEmail,
    Login,
    SecondFactor,
    Logout,
    EndSession,
    ChangePassword,
    RequestReset,
    ResetPassword,
    SetPassword,
    UpdateProfile,
    EnableSecondFactor,
    DisableSecondFactor,
    CreateApiKey,
    RotateApiKey,
    RevokeApiKey,
    WithdrawConsent,
    LinkIdentity,
    UnlinkIdentity,
    DeleteUser,
    UpdateUser,
}

impl Actor {
    /// How a row keeps it.
    pub fn text(&self) -> String {
        match self {
            Self::User(id) => id.as_str().to_owned(),
            Self::Client(id) => format!("client:{id}"),
            Self::Key(id) => id.clone(),
            Self::Operator => "operator".to_owned(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "operator" => Self::Operator,
            "anonymous" => Self::Anonymous,
            _ => match (UserId::parse(text), text.strip_prefix("client:")) {
                (Some(id), _) => Self::User(id),
                (None, Some(client)) => Self::Client(client.to_owned()),
                (None, None) => Self::Key(text.to_owned()),
            },
        }
    }
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Done, Self::Refused].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

impl Action {
    pub const ALL: [Self; 22] = [
        Self::Register,
        Self::ConfirmEmail,
        Self::ChangeEmail,
        Self::Login,
        Self::SecondFactor,
        Self::Logout,
        Self::EndSession,
        Self::ChangePassword,
        Self::RequestReset,
        Self::ResetPassword,
        Self::SetPassword,
        Self::UpdateProfile,
        Self::EnableSecondFactor,
        Self::DisableSecondFactor,
        Self::CreateApiKey,
        Self::RotateApiKey,
        Self::RevokeApiKey,
        Self::WithdrawConsent,
        Self::LinkIdentity,
        Self::UnlinkIdentity,
        Self::DeleteUser,
        Self::UpdateUser,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::ConfirmEmail => "confirm_email",
            Self::ChangeEmail => "change_email",
            Self::Login => "login",
            Self::SecondFactor => "second_factor",
            Self::Logout => "logout",
            Self::EndSession => "end_session",
            Self::ChangePassword => "change_password",
            Self::RequestReset => "request_reset",
            Self::ResetPassword => "reset_password",
            Self::SetPassword => "set_password",
            Self::UpdateProfile => "update_profile",
            Self::EnableSecondFactor => "enable_second_factor",
            Self::DisableSecondFactor => "disable_second_factor",
            Self::CreateApiKey => "create_api_key",
            Self::RotateApiKey => "rotate_api_key",
            Self::RevokeApiKey => "revoke_api_key",
            Self::WithdrawConsent => "withdraw_consent",
            Self::LinkIdentity => "link_identity",
            Self::UnlinkIdentity => "unlink_identity",
            Self::DeleteUser => "delete_user",
            Self::UpdateUser => "update_user",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}
