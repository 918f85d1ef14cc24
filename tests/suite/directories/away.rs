//! A directory that says nothing: never a wrong password, and never waited for without end.

use std::time::{Duration, Instant};

use signet::services::accounts::Refusal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{
    signs_in,
    slapd::{self, Slapd, settings_at},
};
use crate::harness::Server;

const IMPATIENT: &str = "limits = { connect_seconds = 1, answer_seconds = 1, sign_in_seconds = 2 }\n";

/// Asserts that nobody can tell, and that it was said in time.
async fn expect_away(server: &Server, email: &str, password: &str) {
    let begun = Instant::now();
    let refused = signs_in(&server.site, email, password).await.unwrap_err();
    assert!(matches!(refused, Refusal::DirectoryAway), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    let state = server.site.core.directories.met().next().unwrap().1;
    assert!(state.failed_at.is_some());
}

async fn server_at(listener: &TcpListener) -> Server {
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    Server::with(|settings| settings.directories = vec![settings_at(&url, IMPATIENT)]).await
}

#[actix_web::test]
async fn a_directory_that_is_down_is_away_also_for_who_has_a_password_here() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = server_at(&free).await;
    drop(free);
    let alice = server.user("alice").await;
    assert_eq!(alice.email, "alice@example.com");
    expect_away(&server, "alice@corp.example", crate::harness::PASSWORD).await;
}

#[actix_web::test]
async fn a_directory_that_never_answers_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = server_at(&silent).await;
    let accepted = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(silent.accept().await.unwrap());
        }
    });
    expect_away(&server, "ada@corp.example", "analytical engine").await;
    accepted.abort();
}

/// The library panics where an answer is none; a sign-in must not.
#[actix_web::test]
async fn an_answer_that_is_no_ldap_is_no_answer() {
    let strange = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = server_at(&strange).await;
    let answering = tokio::spawn(async move {
        // Not BER at all; and a message whose parts are none of LDAP's.
        for answer in [b"HTTP/1.1 400 Bad\r\n\r\n".as_slice(), b"\x30\x05\x02\x01\x01\x61\x00"].into_iter().cycle() {
            let (mut stream, _) = strange.accept().await.unwrap();
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(answer).await;
            tokio::spawn(async move { stream.read(&mut [0; 512]).await });
        }
    });
    for _ in 0..2 {
        expect_away(&server, "ada@corp.example", "analytical engine").await;
    }
    answering.abort();
}

#[actix_web::test]
async fn a_fault_in_our_own_settings_is_not_the_users_wrong_password() {
    let Some(slapd) = slapd::open().await else { return };
    let mut directory = slapd.settings("");
    directory.bind_password = Some(signet::domain::secret::Secret::new("wrong".to_owned()));
    let refused = Server::with(|settings| settings.directories = vec![directory]).await;
    expect_away(&refused, "ada@corp.example", "analytical engine").await;
    let mut directory = slapd.settings("");
    directory.base_dn = "ou=moved,dc=corp,dc=example".to_owned();
    let lost = Server::with(|settings| settings.directories = vec![directory]).await;
    expect_away(&lost, "ada@corp.example", "analytical engine").await;
    assert!(lost.site.core.directories.probe().await[0].1.is_err());
}

/// Between us and the directory, so that connections can be cut.
async fn between(target: String) -> (String, tokio::sync::watch::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let (cut, cutting) = tokio::sync::watch::channel(());
    let running = tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(&target).await.unwrap();
            let mut cutting = cutting.clone();
            cutting.mark_unchanged();
            tokio::spawn(async move {
                tokio::select! {
                    _ = copy_bidirectional(&mut near, &mut far) => {}
                    _ = cutting.changed() => {}
                }
            });
        }
    });
    (url, cut, running)
}

#[actix_web::test]
async fn a_connection_that_died_while_it_waited_is_replaced() {
    let Some(slapd) = slapd::open().await else { return };
    let (url, cut, running) = between(slapd.plain.replace("ldap://", "")).await;
    let server = Server::with(|settings| settings.directories = vec![Slapd::served_at(&url, IMPATIENT)]).await;
    for _ in 0..3 {
        signs_in(&server.site, "ada@corp.example", "analytical engine").await.unwrap();
        cut.send_replace(());
    }
    running.abort();
}
