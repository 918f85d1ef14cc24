//! The mail server fails: no letter is lost, and nobody waits for it.

use super::{Manner, SOME_TIME, deliver, post, recipients, stage, stage_with, waiting};
use crate::harness::Seconds;

/// Everything that passes by itself.
const PASSING: [Manner; 9] = [
    Manner::Away,
    Manner::Greets("421 4.3.2 going down"),
    Manner::Greets("554 5.7.1 not you"),
    Manner::Recipient("450 4.2.0 <alice@example.com> greylisted"),
    Manner::Recipient("554 5.7.1 <alice@example.com> relay access denied"),
    Manner::Recipient("421 4.7.0 too many letters"),
    Manner::Letter("452 4.3.1 the disk is full"),
    Manner::Letter("554 5.7.1 looks like spam"),
    Manner::Dies,
];

#[tokio::test]
async fn a_letter_waits_for_its_server_and_arrives() {
    for manner in PASSING {
        let (server, mail) = stage(manner).await;
        post(&server, "alice").await;
        assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1), "{manner:?}");
        assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1), "not again at once: {manner:?}");
        mail.becomes(Manner::Takes);
        server.advance(SOME_TIME).await;
        assert_eq!((deliver(&server).await, waiting(&server).await), (1, 0), "{manner:?}");
        assert_eq!(recipients(&mail).last().unwrap(), "alice@example.com");
    }
}

/// Nothing listens at its port.
#[tokio::test]
async fn a_server_that_is_gone_loses_no_letter() {
    let (server, mail) = stage_with(Manner::Takes, |settings| settings.mail.smtp.port = 1).await;
    post(&server, "alice").await;
    assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1));
    assert!(mail.taken().is_empty());
}

/// One minute, two, four: each within a quarter.
#[tokio::test]
async fn the_pauses_grow() {
    let (server, mail) = stage(Manner::Away).await;
    post(&server, "alice").await;
    deliver(&server).await;
    mail.becomes(Manner::Letter("451 4.3.0 later"));
    for minutes in [1, 2, 4] {
        server.advance(Seconds(minutes * 60 - 1)).await;
        let before = mail.said_in_clear().len();
        deliver(&server).await;
        assert_eq!(mail.said_in_clear().len(), before, "before {minutes} min");
        server.advance(Seconds(minutes * 15 + 1)).await;
        deliver(&server).await;
        assert!(mail.said_in_clear().len() > before, "after {minutes} min and a quarter");
    }
    assert_eq!(waiting(&server).await, 1);
}

/// RFC 5321 §4.2.1, RFC 3463 §3.2: nobody is there, and never will be.
#[tokio::test]
async fn a_recipient_that_does_not_exist_gets_no_second_try() {
    for words in
        ["550 5.1.1 <alice@example.com> unknown", "550 no such user", "553 5.1.3 bad address", "552 5.2.2 mailbox full"]
    {
        let (server, mail) = stage(Manner::Recipient(words)).await;
        post(&server, "alice").await;
        assert_eq!((deliver(&server).await, waiting(&server).await), (0, 0), "{words}");
        assert!(mail.taken().is_empty());
    }
}

/// One letter's trouble is not the others'.
#[tokio::test]
async fn a_refused_letter_does_not_stand_before_the_others() {
    let (server, mail) = stage(Manner::Recipient("450 4.2.0 greylisted")).await;
    for name in ["alice", "bob"] {
        post(&server, name).await;
    }
    assert_eq!((deliver(&server).await, waiting(&server).await), (0, 2));
    let asked = mail.said_in_clear().iter().filter(|line| line.starts_with("RCPT")).count();
    assert_eq!(asked, 2, "both had their turn, on one connection");
    assert_eq!(mail.said_in_clear().iter().filter(|line| line.starts_with("EHLO")).count(), 1);
}

/// A server that is away is asked once a round, not once a letter; each letter has its turn.
#[tokio::test]
async fn while_the_server_is_away_letters_take_turns() {
    let (server, mail) = stage(Manner::Away).await;
    for name in ["alice", "bob", "carol"] {
        post(&server, name).await;
    }
    for visits in [1, 2, 3, 3] {
        assert_eq!(deliver(&server).await, 0);
        assert_eq!(mail.visits(), visits);
    }
    assert_eq!(waiting(&server).await, 3);
}

/// A mail server that accepts the connection and then says nothing: no transaction is open, no thread is parked.
#[tokio::test]
async fn a_silent_mail_server_delays_no_answer() {
    let (server, mail) = stage(Manner::Silent).await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    post(&server, "bob").await;
    let silent = deliver(&server);
    let others = async {
        app.redeems(&alice.approves(&app).await).await.expect_tokens();
        alice.browser.get("/logout").await.expect_status(200);
        post(&server, "carol").await;
        server.get("/readyz").await.expect_status(200);
        assert!(mail.taken().is_empty());
        // Its time limit was not waited for: it speaks again only now.
        mail.becomes(Manner::Takes);
    };
    let (sent, ()) = tokio::join!(silent, others);
    assert_eq!((sent, waiting(&server).await), (2, 0));
}

/// The time limit is for the whole letter.
#[tokio::test]
async fn a_silent_mail_server_is_given_up() {
    let change = |settings: &mut signet::config::Settings| settings.mail.smtp.timeout_seconds = Seconds(1);
    let (server, mail) = stage_with(Manner::Silent, change).await;
    post(&server, "alice").await;
    assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1));
    mail.becomes(Manner::Holds);
    server.advance(SOME_TIME).await;
    assert_eq!((deliver(&server).await, waiting(&server).await), (0, 1));
}
