//! What every handler is given.

use std::sync::Arc;

use actix_web::web::Data;

use super::{
    account_api::mounts::{self, Mounted},
    document::Kept,
    pages::layout::Layout,
};
use crate::{
    config::Settings,
    domain::time::Timestamp,
    services::{
        admin::demo::{self, DemoSecrets},
        core::Core,
        fault::Fault,
    },
};

/// Whether the development pages are there.
#[derive(Clone, Debug)]
pub enum Mode {
    Serve,
    Dev(Demo),
}

/// What `signet dev` has put into its database.
#[derive(Clone, Debug)]
pub struct Demo {
    pub email: String,
    pub password: String,
    pub client_id: String,
    pub client_secret: String,
}

impl From<DemoSecrets> for Demo {
    fn from(secrets: DemoSecrets) -> Self {
        Self {
            email: demo::EMAIL.to_owned(),
            password: demo::PASSWORD.to_owned(),
            client_id: demo::PLAYGROUND.to_owned(),
            client_secret: secrets.playground.reveal().clone(),
        }
    }
}

/// The core and what the edge keeps beside it.
pub struct App {
    pub core: Core,
    pub layout: Layout,
    pub mode: Mode,
    pub mounts: Vec<Data<Mounted>>,
    /// By the moment it was made at.
    pub discovery: Kept<Timestamp>,
    /// By the reading of the keyring it was made from.
    pub jwks: Kept<Arc<str>>,
}

impl App {
    pub fn new(core: Core, mode: Mode) -> Result<Self, Fault> {
        let layout = Layout::new(&core.settings.issuer);
        let mounts = mounts::mounted(&core.settings)?;
        Ok(Self { core, layout, mode, mounts, discovery: Kept::default(), jwks: Kept::default() })
    }

    pub fn settings(&self) -> &Settings {
        &self.core.settings
    }
}
