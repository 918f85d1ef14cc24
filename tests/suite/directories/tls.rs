//! Passwords travel sealed, and to the directory that the operator means.

use signet::services::accounts::Refusal;

use super::{
    signs_in,
    slapd::{self, Slapd},
};
use crate::harness::Server;

async fn server(url: &str, more: &str) -> Server {
    let settings = Slapd::served_at(url, more);
    Server::with(|all| all.directories = vec![settings]).await
}

#[actix_web::test]
async fn tls_from_the_beginning_and_tls_on_the_plain_port_sign_in() {
    let Some(slapd) = slapd::open().await else { return };
    for (url, more) in [(&slapd.secure, ""), (&slapd.plain, "starttls = true\n")] {
        let server = server(url, &format!("ca_file = '{}'\n{more}", slapd.ca)).await;
        signs_in(&server.site, "ada@corp.example", "analytical engine").await.unwrap();
    }
}

/// Also by the system's CAs, which are asked where no file is named.
#[actix_web::test]
async fn a_directory_whose_certificate_another_ca_signed_gets_no_password() {
    let Some(slapd) = slapd::open().await else { return };
    let other = slapd.ca.replace("/ca.pem", "/other-ca.pem");
    for (url, more) in [
        (&slapd.secure, format!("ca_file = '{other}'")),
        (&slapd.plain, format!("starttls = true\nca_file = '{other}'")),
        (&slapd.secure, String::new()),
    ] {
        let server = server(url, &more).await;
        let refused = signs_in(&server.site, "ada@corp.example", "analytical engine").await.unwrap_err();
        assert!(matches!(refused, Refusal::DirectoryAway), "{refused:?}");
        let (_, reason) = server.site.core.directories.met().next().unwrap().1.failed_at.unwrap();
        assert!(reason.contains("UnknownIssuer"), "{reason}");
    }
}
