//! Letters: written into the outbox in the transaction that causes them, sent by a job.
//!
//! A letter is claimed by postponing it, sent, and deleted: whoever loses the claim does not send it. A node that dies
//! between the mail server's yes and the deletion leaves a letter that is sent once more, under the same Message-ID;
//! none is lost.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use zeroize::Zeroizing;

pub use crate::outbound::mail::file::Delivered;
use crate::{
    config::{Issuer, Settings, mail::Transport},
    crypto::{
        random,
        seal::{Purpose, SealingRing},
    },
    domain::{
        ids::LetterId,
        letter::{Content, Letter, Outgoing},
        time::{Seconds, Timestamp},
    },
    outbound::mail::{MailError, Mailer, file},
    services::{core::Core, fault::Fault},
    store::{Db, StoreError, mail_outbox},
};

/// Letters of one call of [`deliver`]: a lease is not kept for ever.
const ROUND: usize = 50;
/// How many a look at the table brings.
const BATCH: i64 = 20;
/// A transaction that has posted a letter ends soon.
const SOON: Duration = Duration::from_millis(50);

/// What the outbox of this node is told.
#[derive(Debug, Default)]
pub struct Outbox {
    posted: Notify,
    closing: AtomicBool,
}

/// A letter that nobody else sends for the next minute.
struct Claimed {
    id: LetterId,
    letter: Letter,
    attempts: i64,
    at: Timestamp,
}

/// What becomes of a letter that was tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    /// Its claim was its postponement.
    Waits,
    /// So does this one, and the others need not find out one by one: each has its turn while the server is away.
    AllWait,
    /// Nobody will ever get it.
    Hopeless,
}

/// Puts a letter into the outbox, sealed; after `life` it is dead (its link would be).
pub fn post(core: &Core, db: &mut Db, letter: &Letter, life: Seconds) -> Result<(), StoreError> {
    if let Some(stray) = links(&letter.content).into_iter().find(|link| !is_ours(&core.settings.issuer, link)) {
        let place = stray.split(['?', '#']).next().unwrap_or_default();
        return Err(StoreError::Fault(format!("a letter must not link to {place}: that is not the issuer").into()));
    }
    let now = core.clock.now();
    let id = LetterId::new(now, random::bytes());
    let plain = Zeroizing::new(serde_json::to_vec(letter).map_err(|reason| StoreError::Fault(reason.into()))?);
    let sealed = core.ring.seal(Purpose::Letter, &seal_context(&id), &plain);
    let outgoing = Outgoing { id, sealed, attempts: 0, next_at: now, expires_at: now.plus(life), created_at: now };
    mail_outbox::insert(db, &outgoing)?;
    core.outbox.posted.notify_one();
    Ok(())
}

/// Whether [`deliver`] would find a letter.
pub fn is_due(core: &Core) -> Result<bool, Fault> {
    let now = core.clock.now();
    Ok(core.store.read(|db| mail_outbox::list_due(db, now, 1)).map(|due| !due.is_empty())?)
}

/// Sends what is due; returns how many went out. What fails is postponed, longer each time.
pub async fn deliver(core: &Core) -> Result<usize, Fault> {
    if !core.run(is_due).await? {
        return Ok(0);
    }
    let mut mailer = Mailer::new(&core.settings.mail, &core.settings.issuer)?;
    let delivered = round(core, &mut mailer).await;
    mailer.close().await;
    delivered
}

async fn round(core: &Core, mailer: &mut Mailer) -> Result<usize, Fault> {
    let mut sent = 0_usize;
    for _ in 0..ROUND {
        if core.outbox.is_closing() {
            break;
        }
        let Some(claimed) = core.run(claim).await? else { break };
        let told = mailer.send(&claimed.id, &claimed.letter, claimed.at).await;
        let fate = judge(&claimed, &told);
        match fate {
            Fate::Sent | Fate::Hopeless => forget(core, claimed.id).await?,
            Fate::Waits => {}
            Fate::AllWait => break,
        }
        sent = sent.saturating_add(usize::from(fate == Fate::Sent));
    }
    Ok(sent)
}

fn judge(claimed: &Claimed, told: &Result<(), MailError>) -> Fate {
    let Err(reason) = told else { return Fate::Sent };
    tracing::warn!(letter = %claimed.id, attempt = claimed.attempts, %reason, "a letter was not delivered");
    match reason {
        MailError::NoSuchRecipient { .. } | MailError::NoAddress | MailError::Unwritable(_) => Fate::Hopeless,
        MailError::NotTaken { .. } => Fate::Waits,
        MailError::Away(_) | MailError::Misconfigured(_) => Fate::AllWait,
    }
}

/// Takes the oldest letter that is due and whose turn nobody else has. One that cannot be opened goes.
fn claim(core: &Core) -> Result<Option<Claimed>, Fault> {
    loop {
        let at = core.clock.now();
        let due = core.store.read(|db| mail_outbox::list_due(db, at, BATCH))?;
        if due.is_empty() {
            return Ok(None);
        }
        for Outgoing { id, sealed, attempts, .. } in due {
            let next_at = at.plus(pause(attempts));
            if !core.store.write(|db| mail_outbox::postpone(db, &id, attempts, next_at))? {
                continue;
            }
            if let Some(letter) = open(&core.ring, &id, &sealed) {
                return Ok(Some(Claimed { id, letter, attempts: attempts.saturating_add(1), at }));
            }
            tracing::error!(letter = %id, "a letter was sealed by a key that is gone, or changed: it is dropped");
            core.store.write(|db| mail_outbox::delete(db, &id))?;
        }
    }
}

/// One minute, two, four and so on up to an hour, and up to a quarter more: those that failed together come apart.
fn pause(attempts: i64) -> Seconds {
    let doublings = u32::try_from(attempts.clamp(0, 6)).unwrap_or_default();
    let whole = Seconds::minutes(2_i64.saturating_pow(doublings)).min(Seconds::hours(1));
    let [dice] = random::bytes();
    let jitter = whole.0.saturating_mul(i64::from(dice)) / 1024;
    Seconds(whole.0.saturating_add(jitter))
}

async fn forget(core: &Core, id: LetterId) -> Result<(), Fault> {
    core.run(move |core| Ok(core.store.write(|db| mail_outbox::delete(db, &id).map(drop))?)).await
}

fn open(ring: &SealingRing, id: &LetterId, sealed: &[u8]) -> Option<Letter> {
    let plain = Zeroizing::new(ring.open(Purpose::Letter, &seal_context(id), sealed)?);
    serde_json::from_slice(&plain).ok()
}

fn seal_context(id: &LetterId) -> Vec<u8> {
    format!("mail_outbox/sealed/{id}").into_bytes()
}

fn links(content: &Content) -> Vec<&str> {
    match content {
        Content::ConfirmEmail { link, .. } | Content::ResetPassword { link, .. } | Content::Invitation { link, .. } => {
            vec![link]
        }
        Content::AlreadyRegistered { sign_in, reset } => vec![sign_in, reset],
        Content::PasswordChanged { reset }
        | Content::EmailChangeAsked { reset, .. }
        | Content::SecondFactorGuessed { reset } => vec![reset],
        Content::EmailChanged { .. }
        | Content::ProviderLinked { .. }
        | Content::ProviderUnlinked { .. }
        | Content::SecondFactorOn
        | Content::SecondFactorOff
        | Content::ApiKeyCreated { .. } => vec![],
    }
}

fn is_ours(issuer: &Issuer, link: &str) -> bool {
    link.strip_prefix(issuer.as_str()).is_some_and(|path| path.starts_with('/'))
}

/// The letters of the file transport, newest first; none where a mail server has them.
pub async fn delivered(core: &Core) -> Result<Vec<Delivered>, Fault> {
    const MOST: usize = 100;
    core.run(|core| match core.settings.mail.transport {
        Transport::Smtp => Ok(Vec::new()),
        Transport::File => file::delivered(&core.settings.mail.folder, MOST)
            .map_err(|reason| Fault::Broken(format!("{}: {reason}", core.settings.mail.folder.display()))),
    })
    .await
}

/// What the settings say can be used, as far as that can be told without a connection; says aloud where letters go
/// when nobody gets them.
pub fn ready(settings: &Settings) -> Result<(), Fault> {
    Mailer::new(&settings.mail, &settings.issuer)?;
    if settings.mail.transport == Transport::File {
        let folder = settings.mail.folder.display();
        tracing::warn!(%folder, "letters go into a folder and reach nobody: set mail.transport to smtp");
    }
    Ok(())
}

/// Goes as far as a letter would.
pub async fn check(settings: &Settings) -> Result<(), Fault> {
    let mut mailer = Mailer::new(&settings.mail, &settings.issuer)?;
    let checked = mailer.check().await;
    mailer.close().await;
    Ok(checked?)
}

impl From<MailError> for Fault {
    fn from(reason: MailError) -> Self {
        Self::Broken(reason.to_string())
    }
}

impl Outbox {
    /// Returns when a letter was posted on this node, and after `most` in any case: other nodes post, too.
    pub async fn posted(&self, most: Duration) {
        if timeout(most, self.posted.notified()).await.is_ok() {
            sleep(SOON).await;
        }
    }

    /// The letter that is being sent is the last one.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.posted.notify_one();
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour_and_a_quarter() {
        for (attempts, minutes) in [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (60, 60)] {
            let shortest = Seconds::minutes(minutes);
            let found = pause(attempts);
            assert!((shortest.0..=shortest.0 * 5 / 4).contains(&found.0), "{attempts}: {found:?}");
        }
    }

    #[test]
    fn a_link_elsewhere_is_not_ours() {
        let issuer = Issuer::parse("https://login.example.com/auth").unwrap();
        assert!(is_ours(&issuer, "https://login.example.com/auth/account/reset?token=x"));
        for stray in [
            "https://login.example.com/account/reset",
            "https://login.example.com/authentic/reset",
            "https://login.example.com/auth.evil.example/",
            "https://evil.example/auth/",
            "/account/reset",
        ] {
            assert!(!is_ours(&issuer, stray), "{stray}");
        }
    }
}
