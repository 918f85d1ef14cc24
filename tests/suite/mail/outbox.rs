//! The outbox: sealed, emptied, and sent by one node only.

use signet::{
    domain::{ids::LetterId, letter::Outgoing, time::Timestamp},
    services::{
        admin::purge,
        fault::Fault,
        mail::{self, Outbox},
    },
    store::mail_outbox,
};
use tokio::task::JoinSet;

use super::{LIFE, Manner, SOME_TIME, deliver, letter, post, recipients, stage, stage_with, try_to_post, waiting};
use crate::harness::{Seconds, Server};

async fn rows(server: &Server) -> Vec<Outgoing> {
    let list = |core: &signet::services::core::Core| {
        Ok::<_, Fault>(core.store.read(|db| mail_outbox::list_due(db, core.clock.now(), 100))?)
    };
    server.site.core.run(list).await.unwrap()
}

/// A stolen database tells no address, no code and no link.
#[tokio::test]
async fn letters_are_sealed_at_rest() {
    let (server, mail) = stage(Manner::Takes).await;
    post(&server, "alice").await;
    let [row] = &rows(&server).await[..] else { panic!("one letter") };
    for secret in ["alice", "example.com", "271828", "token", "abc", "ConfirmEmail"] {
        let found = row.sealed.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} stands in the table");
    }
    deliver(&server).await;
    assert!(mail.taken()[0].source.contains("271828"));
}

#[tokio::test]
async fn a_delivered_letter_is_deleted() {
    let (server, mail) = stage(Manner::Takes).await;
    post(&server, "alice").await;
    post(&server, "bob").await;
    assert_eq!((waiting(&server).await, deliver(&server).await, waiting(&server).await), (2, 2, 0));
    assert_eq!(deliver(&server).await, 0);
    let mut found = recipients(&mail);
    found.sort_unstable();
    assert_eq!(found, ["alice@example.com", "bob@example.com"]);
}

/// Its link would be dead, too.
#[tokio::test]
async fn a_letter_that_is_too_old_is_neither_sent_nor_kept() {
    let (server, mail) = stage(Manner::Takes).await;
    post(&server, "alice").await;
    server.advance(LIFE).await;
    assert_eq!((deliver(&server).await, recipients(&mail).len()), (0, 0));
    server.advance(Seconds(1)).await;
    purge::expired(&server.site.core).await.unwrap();
    assert_eq!(waiting(&server).await, 0);
}

/// However many nodes there are, and whoever holds the lease.
#[tokio::test]
async fn of_twenty_nodes_one_sends_a_letter() {
    let (server, mail) = stage_with(Manner::Takes, |settings| settings.http.threads = 20).await;
    let names: Vec<String> = (10..30).map(|number| format!("reader-{number}")).collect();
    for name in &names {
        post(&server, name).await;
    }
    let nodes: JoinSet<usize> = (0..20)
        .map(|_| {
            let core = server.site.core.clone();
            async move { mail::deliver(&core).await.unwrap() }
        })
        .collect();
    assert_eq!(nodes.join_all().await.into_iter().sum::<usize>(), names.len());
    let mut found = recipients(&mail);
    found.sort_unstable();
    assert_eq!(found, names.iter().map(|name| format!("{name}@example.com")).collect::<Vec<_>>());
}

/// A transaction that is rolled back sends nothing.
#[tokio::test]
async fn a_letter_is_as_true_as_its_transaction() {
    let (server, _mail) = stage(Manner::Takes).await;
    let letter = letter(&server, "alice");
    let fails = move |core: &signet::services::core::Core| {
        core.store.write(|db| {
            mail::post(core, db, &letter, LIFE)?;
            mail_outbox::insert(db, &stray(core.clock.now()))?;
            mail_outbox::insert(db, &stray(core.clock.now()))
        })?;
        Ok::<_, Fault>(())
    };
    assert!(server.site.core.run(fails).await.is_err());
    assert_eq!(waiting(&server).await, 0);
}

fn stray(now: Timestamp) -> Outgoing {
    let (id, sealed) = (LetterId::new(now, [1; 10]), b"sealed by somebody else".to_vec());
    Outgoing { id, sealed, attempts: 0, next_at: now, expires_at: now.plus(LIFE), created_at: now }
}

/// Nor does a letter that was put under another id: the seal knows its row.
#[tokio::test]
async fn what_cannot_be_opened_is_dropped_and_holds_nothing_up() {
    let (server, mail) = stage(Manner::Takes).await;
    post(&server, "alice").await;
    let [alices] = &rows(&server).await[..] else { panic!("one letter") };
    let moved = Outgoing { id: LetterId::new(alices.created_at, [2; 10]), ..alices.clone() };
    let insert = move |core: &signet::services::core::Core| {
        core.store.write(|db| mail_outbox::insert(db, &stray(core.clock.now())))?;
        Ok::<_, Fault>(core.store.write(|db| mail_outbox::insert(db, &moved))?)
    };
    server.site.core.run(insert).await.unwrap();
    assert_eq!(waiting(&server).await, 3);
    assert_eq!((deliver(&server).await, waiting(&server).await), (1, 0));
    assert_eq!(recipients(&mail), ["alice@example.com"]);
}

/// Whatever a request said: a link to another place is a fault of ours, and nothing is posted.
#[tokio::test]
async fn a_letter_links_to_the_issuer_only() {
    let (server, _mail) = stage(Manner::Takes).await;
    for place in ["https://evil.example", &format!("{}.evil.example", server.site.issuer), ""] {
        let mut stray = letter(&server, "alice");
        let link = format!("{place}/account/confirm?token=abc");
        stray.content = signet::domain::letter::Content::ResetPassword { link, minutes: 30 };
        let refused = try_to_post(&server, stray).await.unwrap_err();
        assert!(!refused.to_string().contains("abc"), "a token in the log: {refused}");
    }
    assert_eq!(waiting(&server).await, 0);
}

/// The node that loses power after the mail server's yes sends the letter once more, under the same id. None is lost.
#[tokio::test]
async fn a_crash_between_sending_and_deleting_is_a_duplicate_that_can_be_told() {
    let (server, mail) = stage(Manner::Dies).await;
    post(&server, "alice").await;
    assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1));
    mail.becomes(Manner::Takes);
    server.advance(SOME_TIME).await;
    assert_eq!((deliver(&server).await, waiting(&server).await), (1, 0));
    let id = |source: &str| source.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    let [one, other] = &mail.taken()[..] else { panic!("twice") };
    assert_eq!(id(&one.source), id(&other.source));
}

/// A node that shuts down finishes the letter under way, and begins no other.
#[tokio::test]
async fn a_closing_outbox_begins_no_letter() {
    let (server, mail) = stage(Manner::Takes).await;
    post(&server, "alice").await;
    Outbox::close(&server.site.core.outbox);
    assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1));
    assert!(mail.taken().is_empty());
}
