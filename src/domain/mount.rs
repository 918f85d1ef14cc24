//! Where an account API of one contract stands, and what its tokens are called.

use super::client::ClientId;

/// One contract at one path. Its tokens are issued to a client of the contract's own, for this mount as audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// `comind`, `datix`, …
    pub contract: String,
    /// The address of the mount: issuer or host, then the path. The `aud` of its access tokens.
    pub audience: String,
    pub client_id: ClientId,
    /// What its API keys begin with.
    pub key_prefix: String,
    pub refresh: RefreshStyle,
    pub unconfirmed: Unconfirmed,
}

/// What a login at a contract gives for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshStyle {
    /// A refresh token that is replaced at each use.
    Rotating,
    /// One that stays, and dies with its session.
    Static,
}

/// Whether somebody whose address is not confirmed may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unconfirmed {
    MaySignIn,
    MustConfirm,
}
