//! Letters cross the network under TLS, to the server that was meant, or not at all. RFC 3207, RFC 8314.

use std::{env, fs, path::PathBuf, process::Command, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use signet::config::{Settings, mail::Security};
use tempfile::TempDir;

use super::{Manner, deliver, post, recipients, waiting};
use crate::harness::{MailServer, Server};

/// A certificate for `localhost` that vouches for itself.
struct Certificate {
    folder: TempDir,
}

impl Certificate {
    /// `None`: there is nothing here to make one with.
    fn make() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let rules = "[req]\nprompt = no\ndistinguished_name = who\nx509_extensions = what\n[who]\nCN = localhost\n\
            [what]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = DNS:localhost\n";
        fs::write(folder.path().join("rules"), rules).unwrap();
        let order = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -config rules -keyout key.pem \
            -out certificate.pem";
        let mut command = Command::new("openssl");
        let made = command.args(order.split_whitespace()).current_dir(folder.path()).output();
        let required = env::var("SIGNET_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|one| one == "openssl"));
        match made {
            Ok(output) => assert!(output.status.success(), "{output:?}"),
            Err(reason) if required => panic!("openssl: {reason}"),
            Err(_) => return None,
        }
        Some(Self { folder })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn server(&self) -> ServerConfig {
        let chain = CertificateDer::pem_file_iter(self.path()).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_file(self.folder.path().join("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        builder.with_no_client_auth().with_single_cert(chain, key).unwrap()
    }
}

async fn sends(mail: &MailServer, change: impl FnOnce(&mut Settings)) -> (usize, i64) {
    let server = Server::with(|settings| {
        mail.used_by(settings);
        settings.mail.smtp.host = "localhost".into();
        settings.mail.smtp.username = "signet".into();
        settings.mail.smtp.password = signet::config::mail::Password::new("hunter2".to_owned());
        change(settings);
    })
    .await;
    post(&server, "alice").await;
    (deliver(&server).await, waiting(&server).await)
}

#[tokio::test]
async fn under_tls_a_letter_arrives_and_nothing_is_said_in_clear() {
    let Some(certificate) = Certificate::make() else { return };
    for security in [Security::Starttls, Security::Tls] {
        let mail = MailServer::with_tls(certificate.server(), security);
        let sent = sends(&mail, |settings| {
            settings.mail.smtp.security = security;
            settings.mail.smtp.ca_file = certificate.path();
        });
        assert_eq!(sent.await, (1, 0), "{security:?}");
        assert_eq!(recipients(&mail), ["alice@example.com"]);
        let clear = mail.said_in_clear();
        assert!(clear.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{clear:?}");
    }
}

/// What an attacker between the two does first is to take the offer away.
#[tokio::test]
async fn a_server_that_offers_no_starttls_gets_nothing() {
    let mail = MailServer::start(Manner::Takes);
    let sent = sends(&mail, |settings| settings.mail.smtp.security = Security::Starttls);
    assert_eq!(sent.await, (0, 1));
    let clear = mail.said_in_clear();
    assert!(clear.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{clear:?}");
}

/// Neither one that nobody vouches for, nor one of another name.
#[tokio::test]
async fn another_servers_certificate_gets_nothing() {
    let (Some(certificate), Some(other)) = (Certificate::make(), Certificate::make()) else { return };
    for (host, authority) in
        [("localhost", other.path()), ("localhost", PathBuf::new()), ("127.0.0.1", certificate.path())]
    {
        for security in [Security::Starttls, Security::Tls] {
            let mail = MailServer::with_tls(certificate.server(), security);
            let sent = sends(&mail, |settings| {
                settings.mail.smtp.security = security;
                settings.mail.smtp.ca_file = authority.clone();
                settings.mail.smtp.host = host.to_owned();
            });
            assert_eq!(sent.await, (0, 1), "{host} {authority:?} {security:?}");
            let clear = mail.said_in_clear();
            assert!(mail.taken().is_empty() && !clear.iter().any(|line| line.starts_with("AUTH")), "{clear:?}");
        }
    }
}
