//! Where letters go: to a mail server, or into a folder.

use std::{fmt, net::IpAddr, path::PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Issuer, Misfit, require, within};
use crate::domain::{secret::Secret, time::Seconds};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    pub transport: Transport,
    /// Where the letters of the transport `file` lie.
    pub folder: PathBuf,
    /// The sender; empty means `no-reply@` and the issuer's host, which a mail server seldom accepts.
    pub from_address: String,
    /// What the sender is called, and the service in the letters.
    pub from_name: String,
    pub smtp: SmtpSettings,
}

/// The mail server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Empty: the server takes our letters without signing in.
    pub username: String,
    pub password: Password,
    /// PEM: the only authorities that may vouch for the server; empty means the usual ones of the web.
    pub ca_file: PathBuf,
    /// How long one letter may take, from the connection to the server's last word.
    pub timeout_seconds: Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Smtp,
    File,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// RFC 3207; a server that does not offer it gets nothing.
    Starttls,
    /// RFC 8314 §3.3: TLS from the first byte.
    Tls,
    /// On loopback hosts only.
    None,
}

/// Empty where there is none; its `Debug` prints `…`.
#[derive(Clone)]
pub struct Password(Secret<String>);

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            transport: Transport::File,
            folder: PathBuf::from("data/outbox"),
            from_address: String::new(),
            from_name: "Signet".to_owned(),
            smtp: SmtpSettings::default(),
        }
    }
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: Security::Starttls,
            username: String::new(),
            password: Password::new(String::new()),
            ca_file: PathBuf::new(),
            timeout_seconds: Seconds(20),
        }
    }
}

impl MailSettings {
    /// The sender's address.
    pub fn sender(&self, issuer: &Issuer) -> String {
        if !self.from_address.is_empty() {
            return self.from_address.clone();
        }
        let host = issuer.host();
        let name = host.bytes().any(|b| b.is_ascii_alphabetic()) && !host.contains(':');
        format!("no-reply@{}", if name { host } else { "localhost" })
    }

    pub(super) fn check(&self) -> Result<(), Misfit> {
        require(!self.folder.as_os_str().is_empty(), "mail.folder", "must name a folder")?;
        require(self.from_address.is_empty() || is_address(&self.from_address), "mail.from_address", NO_ADDRESS)?;
        let name = self.from_name.trim();
        let fits = !name.is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control);
        require(fits, "mail.from_name", "must have 1 to 100 characters, without line breaks")?;
        if self.transport == Transport::Smtp {
            require(!self.from_address.is_empty(), "mail.from_address", "is missing: mail.transport is smtp")?;
            require(!self.smtp.host.is_empty(), "mail.smtp.host", "is missing: mail.transport is smtp")?;
        }
        self.smtp.check()
    }
}

impl SmtpSettings {
    fn check(&self) -> Result<(), Misfit> {
        let known = self.host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b));
        require(known, "mail.smtp.host", "must be a host name or an address, without a scheme or a port")?;
        within("mail.smtp.port", self.port, 1, 65_535)?;
        // A letter that is being sent is nobody else's for a minute.
        within("mail.smtp.timeout_seconds", self.timeout_seconds.0, 1, 45)?;
        require(
            self.security != Security::None || self.host.is_empty() || is_loopback(&self.host),
            "mail.smtp.security",
            "may be none on localhost, 127.0.0.1 or ::1 only: letters hold codes and links",
        )?;
        require(
            self.username.is_empty() != self.password.is_set(),
            "mail.smtp.password",
            "and mail.smtp.username belong together",
        )
    }
}

const NO_ADDRESS: &str = "must be an address such as no-reply@example.com";

/// A first look; what builds the letters reads it for good.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_control() || c.is_whitespace());
    plain(local) && plain(domain) && !text.contains(['<', '>', ','])
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Password {
    pub const fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    pub fn is_set(&self) -> bool {
        !self.0.reveal().is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.reveal().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Password {
    /// A value of another type is not quoted: it may be a password that consists of digits.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new).map_err(|_quotes_it| D::Error::custom("must be a text in quotes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(change: impl FnOnce(&mut MailSettings)) -> Result<(), &'static str> {
        let mut settings = MailSettings {
            transport: Transport::Smtp,
            from_address: "no-reply@example.com".to_owned(),
            ..MailSettings::default()
        };
        settings.smtp.host = "mail.example.com".to_owned();
        change(&mut settings);
        settings.check().map_err(|misfit| misfit.name)
    }

    #[test]
    fn a_mail_server_needs_a_host_and_a_sender() {
        assert_eq!(smtp(|_| {}), Ok(()));
        assert_eq!(smtp(|mail| mail.smtp.host.clear()), Err("mail.smtp.host"));
        assert_eq!(smtp(|mail| mail.smtp.host = "smtp://mail".to_owned()), Err("mail.smtp.host"));
        assert_eq!(smtp(|mail| mail.from_address.clear()), Err("mail.from_address"));
        for address in ["nobody", "a@", "@b", "a@b\r\nBcc: c@d", "A <a@b>", "a@b, c@d"] {
            assert_eq!(smtp(|mail| mail.from_address = address.to_owned()), Err("mail.from_address"), "{address}");
        }
        assert_eq!(smtp(|mail| mail.from_name = "A\r\nBcc: c@d".to_owned()), Err("mail.from_name"));
        assert_eq!(smtp(|mail| mail.smtp.username = "signet".to_owned()), Err("mail.smtp.password"));
    }

    #[test]
    fn letters_cross_the_network_under_tls_only() {
        let plain = |host: &str| {
            smtp(|mail| {
                mail.smtp.security = Security::None;
                mail.smtp.host = host.to_owned();
            })
        };
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(plain(host), Ok(()), "{host}");
        }
        for host in ["mail.example.com", "10.0.0.1", "localhost.example.com"] {
            assert_eq!(plain(host), Err("mail.smtp.security"), "{host}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let password = Password::new("hunter2".to_owned());
        assert_eq!(format!("{password:?}"), "…");
        let wrong = toml::Value::Integer(271_828).try_into::<Password>().unwrap_err();
        assert!(!wrong.to_string().contains("271828"), "{wrong}");
    }

    #[test]
    fn without_an_address_the_issuers_host_writes() {
        let sender = |issuer: &str| MailSettings::default().sender(&Issuer::parse(issuer).unwrap());
        assert_eq!(sender("https://login.example.com:8443/auth"), "no-reply@login.example.com");
        assert_eq!(sender("http://127.0.0.1:8080"), "no-reply@localhost");
        assert_eq!(sender("http://[::1]:8080"), "no-reply@localhost");
    }
}
