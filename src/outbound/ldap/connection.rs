//! One connection: opened with TLS as the settings say, and bound.

use std::{fs, path::Path, sync::Arc, time::Duration};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::time::timeout;

use super::Away;
use crate::{
    config::directories::{DirectoryLimits, DirectorySettings, Protection},
    domain::secret::Secret,
};

/// How connections are made.
pub(super) struct Connector {
    url: String,
    settings: LdapConnSettings,
    /// Who searches; `None` is anonymous.
    searcher: Option<(String, Secret<String>)>,
    limits: DirectoryLimits,
}

pub(super) struct Connection {
    pub(super) ldap: Ldap,
    answer: Duration,
}

/// What the directory said to a name and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Yes,
    No,
}

impl Connector {
    pub(super) fn new(settings: &DirectorySettings) -> Result<Self, String> {
        let protection = settings.protection();
        if protection == Protection::None && settings.is_readable_on_the_way() {
            tracing::warn!(directory = settings.name, "passwords travel readable: plaintext = true");
        }
        let starttls = protection == Protection::StartTls;
        let mut how = LdapConnSettings::new().set_conn_timeout(settings.limits.connect()).set_starttls(starttls);
        if let Some(file) = &settings.ca_file {
            how = how.set_config(trusting(file)?);
        } else {
            // The library's own configuration takes the process's provider; where there is one already it is the same.
            drop(aws_lc_rs::default_provider().install_default());
        }
        let searcher = searcher_password(settings)?.map(|password| (settings.bind_dn.clone(), password));
        Ok(Self { url: settings.url.clone(), settings: how, searcher, limits: settings.limits.clone() })
    }

    /// A connection of nobody in particular.
    pub(super) async fn open(&self) -> Result<Connection, Away> {
        let (connection, ldap) =
            LdapConnAsync::with_settings(self.settings.clone(), &self.url).await.map_err(|error| away(&error))?;
        // Ends when the last handle is dropped, or the directory hangs up.
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "a connection to a directory broke");
            }
        });
        Ok(Connection { ldap, answer: self.limits.answer() })
    }

    /// A connection of the service account.
    pub(super) async fn open_as_searcher(&self) -> Result<Connection, Away> {
        let mut connection = self.open().await?;
        if let Some((dn, password)) = &self.searcher
            && connection.bind(dn, password).await? == Bound::No
        {
            return Err(Away(format!("it refuses {dn} (bind_dn) and the password set for it")));
        }
        Ok(connection)
    }
}

impl Connection {
    /// Whether the name and the password belong together. Neither may be empty: that would be nobody, and a success.
    pub(super) async fn bind(&mut self, dn: &str, password: &Secret<String>) -> Result<Bound, Away> {
        if dn.is_empty() || password.reveal().is_empty() {
            return Ok(Bound::No);
        }
        let answer = self.answer;
        let result = in_time(answer, self.ldap.simple_bind(dn, password.reveal())).await?;
        match result.rc {
            0 => Ok(Bound::Yes),
            19 | 32 | 34 | 48 | 49 | 50 | 53 => Ok(Bound::No),
            _ => Err(Away(result.to_string())),
        }
    }

    pub(super) fn is_closed(&mut self) -> bool {
        self.ldap.is_closed()
    }

    /// How long one answer may take.
    pub(super) fn patience(&self) -> Duration {
        self.answer
    }
}

/// Waits for one answer as long as the settings say.
pub(super) async fn in_time<T>(limit: Duration, answer: impl Future<Output = Result<T, LdapError>>) -> Result<T, Away> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| away(&error)),
        Err(_) => Err(Away(format!("no answer within {} s", limit.as_secs()))),
    }
}

fn away(error: &LdapError) -> Away {
    Away(error.to_string())
}

fn searcher_password(settings: &DirectorySettings) -> Result<Option<Secret<String>>, String> {
    let Some(file) = &settings.bind_password_file else {
        return Ok(settings.bind_password.clone());
    };
    let text = fs::read_to_string(file).map(Secret::new).map_err(|error| format!("{}: {error}", file.display()))?;
    let password = text.reveal().trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(format!("{} holds no password", file.display()));
    }
    Ok(Some(Secret::new(password)))
}

/// Trusts the certificates of this file, and no others.
fn trusting(file: &Path) -> Result<Arc<ClientConfig>, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(unreadable(&"holds no certificate"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unreadable(&error))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
