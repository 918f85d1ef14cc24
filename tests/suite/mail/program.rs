//! The job of a running server, with a mail server beside it.

use std::{process::Command, sync::Mutex};

use signet::{
    app::{self, Migrate},
    config::{Settings, Sources},
    domain::{
        letter::{Content, Letter},
        time::Seconds,
    },
    services::{clock::Clock, core::Core, fault::Fault, mail},
    store::mail_outbox,
};

use super::recipients;
use crate::{
    harness::{MailServer, Manner},
    program::{Installation, eventually},
};

fn installation(mail: &MailServer) -> Installation {
    let mut installation = Installation::fresh();
    let settings = [
        ("TRANSPORT", "smtp"),
        ("FROM_ADDRESS", "no-reply@signet.example"),
        ("SMTP__HOST", "127.0.0.1"),
        ("SMTP__PORT", &mail.port().to_string()),
        ("SMTP__SECURITY", "none"),
    ];
    for (name, value) in settings {
        installation.set(&format!("SIGNET_MAIL__{name}"), value);
    }
    installation
}

/// Another process at the same database, as the command line is.
async fn beside(installation: &Installation) -> Core {
    let sources = Sources { environment: installation.environment().clone(), ..Sources::default() };
    let settings = Settings::load(&sources).unwrap();
    tokio::task::spawn_blocking(|| app::open(settings, Clock::System, Migrate::Never).unwrap()).await.unwrap()
}

async fn post(core: &Core, name: &str) {
    let letter = Letter { to: format!("{name}@example.com"), name: None, content: Content::SecondFactorOn };
    let post =
        move |core: &Core| Ok::<_, Fault>(core.store.write(|db| mail::post(core, db, &letter, Seconds::minutes(15)))?);
    core.run(post).await.unwrap();
}

async fn waiting(core: &Core) -> i64 {
    core.run(|core| Ok::<_, Fault>(core.store.read(mail_outbox::count)?)).await.unwrap()
}

#[tokio::test]
async fn a_letter_that_somebody_else_posted_is_sent() {
    let mail = MailServer::start(Manner::Takes);
    let mut installation = installation(&mail);
    let _running = installation.serve().await;
    let core = beside(&installation).await;
    post(&core, "alice").await;
    eventually("sent", async || waiting(&core).await == 0).await;
    assert_eq!(recipients(&mail), ["alice@example.com"]);
}

/// SIGTERM in the middle of a letter: it is finished and deleted, so that it does not come twice.
#[tokio::test]
async fn a_server_that_is_stopped_finishes_its_letter() {
    let mail = MailServer::start(Manner::Holds);
    let mut installation = installation(&mail);
    let mut running = installation.serve().await;
    let core = beside(&installation).await;
    post(&core, "alice").await;
    eventually("on its way", async || !mail.taken().is_empty()).await;
    let stopped = Command::new("kill").args(["-TERM", &running.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    eventually("stopping", async || running.log().contains("the jobs end")).await;
    assert_eq!(running.ended(), None, "it waits for the letter: {}", running.log());
    mail.becomes(Manner::Takes);
    let running = Mutex::new(running);
    eventually("stopped", async || running.lock().unwrap().ended().is_some()).await;
    let mut running = running.into_inner().unwrap();
    let found = (running.ended(), waiting(&core).await, mail.taken().len());
    assert_eq!(found, (Some(0), 0, 1), "{}", running.log());
}

/// Codes and links are in no log, nor the part of an address that names a person.
#[tokio::test]
async fn a_refused_letter_is_logged_without_its_recipient() {
    let mail = MailServer::start(Manner::Recipient("550 5.1.1 <alice@example.com> unknown"));
    let mut installation = installation(&mail);
    installation.set("SIGNET_LOG__FILTER", "trace");
    let running = installation.serve().await;
    let core = beside(&installation).await;
    post(&core, "alice").await;
    eventually("given up", async || waiting(&core).await == 0).await;
    eventually("logged", async || running.log().contains("was not delivered")).await;
    let log = running.log();
    assert!(log.contains("550 5.1.1") && log.contains("example.com") && !log.contains("alice"), "{log}");
}

#[tokio::test]
async fn the_doctor_asks_the_mail_server() {
    let mail = MailServer::start(Manner::Takes);
    let mut installation = installation(&mail);
    let mail_line = |installation: &Installation| {
        let report = installation.run(&["doctor", "--json"]).json();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|finding| finding["check"] == "mail").unwrap()
    };
    assert_eq!(mail_line(&installation)["status"], "ok");
    assert!(mail.taken().is_empty(), "without a letter");
    installation.set("SIGNET_MAIL__SMTP__PORT", "1");
    assert_eq!(mail_line(&installation)["status"], "error");
    installation.set("SIGNET_MAIL__TRANSPORT", "file");
    assert_eq!(mail_line(&installation)["status"], "warning");
}

/// Somebody who forgot to name a mail server learns it at the start.
#[tokio::test]
async fn a_server_without_a_mail_server_says_so() {
    let mut installation = Installation::fresh();
    let running = installation.serve().await;
    assert!(running.log().contains("letters go into a folder and reach nobody"), "{}", running.log());
    drop(running);
    installation.set("SIGNET_MAIL__TRANSPORT", "smtp");
    installation.run(&["serve"]).expect_failure(1, "mail.from_address");
}
