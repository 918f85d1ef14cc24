//! Where a request of a person comes from, for limits, session lists and the audit log.

use std::net::IpAddr;

use crate::domain::secret::Secret;

/// The address and the device that a request names.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub address: Option<IpAddr>,
    /// The `User-Agent`, cut to what a table keeps.
    pub device: Option<String>,
    /// What binds the steps of a sign-in to one browser; programs have none.
    pub browser: Option<Secret<String>>,
}
