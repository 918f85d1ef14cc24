//! Letters on their way out: rendered, then given to a mail server or put into a folder.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use self::{file::Folder, smtp::Server};
use crate::{
    config::{
        Issuer,
        mail::{MailSettings, Transport},
    },
    domain::{ids::LetterId, letter::Letter, time::Timestamp},
};

pub mod file;
mod render;
mod smtp;

/// Sends letters; one mailer keeps one connection, for one round.
pub struct Mailer {
    from: Mailbox,
    issuer: Issuer,
    transport: Way,
}

enum Way {
    Server(Box<Server>),
    Folder(Folder),
}

/// Why a letter was not delivered. No variant tells the local part of an address.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Nobody will ever get letters there: RFC 5321 §4.2.1, RFC 3463 §3.2.
    #[error("the mail server refuses the recipient at {domain} for good ({reply})")]
    NoSuchRecipient { domain: String, reply: String },
    #[error("the recipient's address is none")]
    NoAddress,
    /// This letter was refused, or not yet taken: later perhaps.
    #[error("the mail server does not take the letter for {domain} now ({reply})")]
    NotTaken { domain: String, reply: String },
    /// No letter has a chance at the moment.
    #[error("the mail server cannot be used: {0}")]
    Away(String),
    #[error("{0}")]
    Misconfigured(String),
    #[error("the letter cannot be written: {0}")]
    Unwritable(String),
}

impl Mailer {
    /// Reads what the settings name; connects to nobody yet.
    pub fn new(settings: &MailSettings, issuer: &Issuer) -> Result<Self, MailError> {
        let sender = settings.sender(issuer);
        let address: Address = sender.parse().map_err(|reason| {
            MailError::Misconfigured(format!("mail.from_address {sender} is no address: {reason}"))
        })?;
        let transport = match settings.transport {
            Transport::Smtp => Way::Server(Box::new(Server::new(&settings.smtp, issuer)?)),
            Transport::File => Way::Folder(Folder::new(&settings.folder)),
        };
        let from = Mailbox::new(Some(settings.from_name.trim().to_owned()), address);
        Ok(Self { from, issuer: issuer.clone(), transport })
    }

    /// `Ok`: the letter is the other side's business from now on.
    pub async fn send(&mut self, id: &LetterId, letter: &Letter, now: Timestamp) -> Result<(), MailError> {
        let message = self.message(id, letter, now)?;
        match &mut self.transport {
            Way::Server(server) => server.send(&message).await,
            Way::Folder(folder) => folder.put(&message, id, now).await,
        }
    }

    /// Goes as far as a letter would, without one: connection, TLS and signing in; or the folder.
    pub async fn check(&mut self) -> Result<(), MailError> {
        match &mut self.transport {
            Way::Server(server) => server.check().await,
            Way::Folder(folder) => folder.check(),
        }
    }

    /// Says good-bye to the mail server.
    pub async fn close(self) {
        if let Way::Server(server) = self.transport {
            server.close().await;
        }
    }

    /// The id stays the same however often the letter is tried: a duplicate can be recognised (RFC 5322 §3.6.4).
    fn message(&self, id: &LetterId, letter: &Letter, now: Timestamp) -> Result<Written, MailError> {
        let to: Address =
            letter.to.parse().map_err(|_quotes_it: lettre::address::AddressError| MailError::NoAddress)?;
        let body = render::body(letter, &self.from, &self.issuer).map_err(unwritable)?;
        let sent = UNIX_EPOCH + Duration::from_secs(u64::try_from(now.unix()).unwrap_or_default());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(render::plain_name(letter), to.clone()))
            .subject(body.subject)
            .date(sent)
            .message_id(Some(format!("<{id}@{}>", self.issuer.host())))
            // RFC 3834 §5: no holiday notes, please.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(body.text.clone(), body.html))
            .map_err(unwritable)?;
        Ok(Written { message, to, subject: body.subject, text: body.text })
    }
}

/// A letter as the transports take it.
struct Written {
    message: Message,
    to: Address,
    subject: &'static str,
    text: String,
}

fn unwritable(reason: impl std::fmt::Display) -> MailError {
    MailError::Unwritable(reason.to_string())
}

#[cfg(test)]
mod tests;
