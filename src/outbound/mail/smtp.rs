//! The mail server: RFC 5321 by submission (RFC 6409), under TLS.

use std::{error::Error as _, fs, path::Path, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailParameter},
        response::Severity,
    },
};
use tokio::time::timeout;

use super::{MailError, Written};
use crate::config::{
    self, Issuer,
    mail::{Security, SmtpSettings},
};

/// One connection, made when it is needed.
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    hello: ClientId,
    credentials: Option<Credentials>,
    patience: Duration,
    connection: Option<AsyncSmtpConnection>,
}

/// How far the talk about one letter came.
enum Refused {
    /// RCPT TO, RFC 5321 §4.1.1.3.
    Recipient(Error),
    /// Anything else that the server said no to.
    Letter(Error),
    /// The address has letters that this server does not take: RFC 6531 §3.2.
    NotAscii,
}

impl Server {
    pub(super) fn new(settings: &SmtpSettings, issuer: &Issuer) -> Result<Self, MailError> {
        let credentials = (!settings.username.is_empty())
            .then(|| Credentials::new(settings.username.clone(), settings.password.reveal().to_owned()));
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            security: settings.security,
            tls: tls(&settings.host, &settings.ca_file)?,
            hello: ClientId::Domain(issuer.host().to_owned()),
            credentials,
            patience: config::duration(settings.timeout_seconds),
            connection: None,
        })
    }

    /// The time limit is for the whole letter: a server that drips bytes holds nobody up.
    pub(super) async fn send(&mut self, letter: &Written) -> Result<(), MailError> {
        match timeout(self.patience, self.deliver(letter)).await {
            Ok(delivered) => delivered,
            Err(_elapsed) => Err(self.too_slow()),
        }
    }

    pub(super) async fn check(&mut self) -> Result<(), MailError> {
        match timeout(self.patience, self.connect()).await {
            Ok(connected) => {
                self.connection = Some(connected.map_err(|error| MailError::Away(reason(&error)))?);
                Ok(())
            }
            Err(_elapsed) => Err(self.too_slow()),
        }
    }

    pub(super) async fn close(self) {
        if let Some(mut connection) = self.connection {
            // The letters are over: nobody waits longer for politeness.
            let _ = timeout(Duration::from_secs(1), connection.quit()).await;
        }
    }

    async fn deliver(&mut self, letter: &Written) -> Result<(), MailError> {
        let mut connection = self.connected().await.map_err(|error| MailError::Away(reason(&error)))?;
        let outcome = hand_over(&mut connection, letter).await;
        let domain = letter.to.domain().to_owned();
        let judged = match outcome {
            Ok(()) => Ok(()),
            Err(Refused::NotAscii) => Err(MailError::NotTaken { domain, reply: "it knows no SMTPUTF8".to_owned() }),
            Err(Refused::Recipient(error)) if is_for_good(&error) => {
                Err(MailError::NoSuchRecipient { domain, reply: reply(&error) })
            }
            Err(Refused::Recipient(error) | Refused::Letter(error)) if is_answer(&error) => {
                Err(MailError::NotTaken { domain, reply: reply(&error) })
            }
            Err(Refused::Recipient(error) | Refused::Letter(error)) => return Err(MailError::Away(reason(&error))),
        };
        self.connection = Some(connection);
        judged
    }

    /// The connection of the letter before, if it still works (RFC 5321 §4.1.1.5), or a new one.
    async fn connected(&mut self) -> Result<AsyncSmtpConnection, Error> {
        if let Some(mut connection) = self.connection.take()
            && connection.command(Rset).await.is_ok()
        {
            return Ok(connection);
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let wrapped = (self.security == Security::Tls).then(|| self.tls.clone());
        let at = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(at, Some(self.patience), &self.hello, wrapped, None).await?;
        if self.security == Security::Starttls {
            // Fails where the server does not offer it: nothing goes out in clear (RFC 8314 §5).
            connection.starttls(self.tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn too_slow(&self) -> MailError {
        MailError::Away(format!("no end within {} s", self.patience.as_secs()))
    }
}

async fn hand_over(connection: &mut AsyncSmtpConnection, letter: &Written) -> Result<(), Refused> {
    let envelope = letter.message.envelope();
    let mut options = Vec::new();
    let addresses = envelope.to().iter().chain(envelope.from());
    if addresses.map(Address::to_string).any(|address| !address.is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Refused::NotAscii);
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(envelope.from().cloned(), options)).await.map_err(Refused::Letter)?;
    let to: Address = letter.to.clone();
    connection.command(Rcpt::new(to, Vec::new())).await.map_err(Refused::Recipient)?;
    connection.command(Data).await.map_err(Refused::Letter)?;
    connection.message(&letter.message.formatted()).await.map_err(Refused::Letter)?;
    Ok(())
}

fn tls(host: &str, ca_file: &Path) -> Result<TlsParameters, MailError> {
    let wrong = |reason: &dyn std::fmt::Display| {
        MailError::Misconfigured(format!("mail.smtp.ca_file {}: {reason}", ca_file.display()))
    };
    let mut parameters = TlsParameters::builder(host.to_owned());
    if !ca_file.as_os_str().is_empty() {
        let pem = fs::read(ca_file).map_err(|reason| wrong(&reason))?;
        let authorities = Certificate::from_pem(&pem).map_err(|reason| wrong(&reason))?;
        parameters = parameters.certificate_store(CertificateStore::None).add_root_certificate(authorities);
    }
    parameters.build().map_err(|reason| wrong(&reason))
}

/// Whether the answer to RCPT speaks of the mailbox (RFC 3463 §3.2 and §3.3: x.1.x, x.2.x), not of our standing with the
/// server: an operator can mend that while the letter waits.
fn is_for_good(error: &Error) -> bool {
    let permanent = error.status().is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion);
    let mailbox = match enhanced(error).as_deref() {
        Some(detail) => detail.starts_with("5.1.") || detail.starts_with("5.2."),
        None => error.status().is_some_and(|code| ["550", "551", "553"].contains(&code.to_string().as_str())),
    };
    permanent && mailbox
}

/// The server said no to this letter and stays; 421 says that it is leaving (RFC 5321 §3.8).
fn is_answer(error: &Error) -> bool {
    error.status().is_some_and(|code| code.to_string() != "421")
}

/// The code and the enhanced code. The rest of what servers say often quotes the address.
fn reply(error: &Error) -> String {
    let code = error.status().map_or_else(|| "no code".to_owned(), |code| code.to_string());
    enhanced(error).map_or(code.clone(), |detail| format!("{code} {detail}"))
}

/// RFC 2034 §4: the first word of the answer, such as `5.1.1`.
fn enhanced(error: &Error) -> Option<String> {
    let text = error.source()?.to_string();
    let word = text.split_whitespace().next()?;
    let numbers: Vec<&str> = word.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
    (numbers.len() == 3 && numbers.iter().all(digits)).then(|| word.to_owned())
}

/// What an operator can act on. Answers are told by their codes only.
fn reason(error: &Error) -> String {
    if error.status().is_some() {
        return format!("it answers {}", reply(error));
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
