//! Where a request of a person comes from, for limits, session lists and the audit log.

use std::net::IpAddr;

/// The address and the device that a request names.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub address: Option<IpAddr>,
    /// The `User-Agent`, cut to what a table keeps.
    pub device: Option<String>,
}
