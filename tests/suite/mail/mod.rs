//! Letters from the transaction that causes them to the mail server.

mod development;
mod outbox;
mod program;
mod server;
mod tls;

use signet::{
    config::Settings,
    domain::{
        letter::{Content, Letter},
        time::Seconds,
    },
    services::{fault::Fault, mail},
    store::mail_outbox,
};

use crate::harness::{MailServer, Manner, Server};

const LIFE: Seconds = Seconds::minutes(15);
/// Longer than the first pause, whatever the dice say.
const SOME_TIME: Seconds = Seconds(76);

/// A server and its mail server.
async fn stage(manner: Manner) -> (Server, MailServer) {
    stage_with(manner, |_| {}).await
}

async fn stage_with(manner: Manner, change: impl FnOnce(&mut Settings)) -> (Server, MailServer) {
    let mail = MailServer::start(manner);
    let server = Server::with(|settings| {
        mail.used_by(settings);
        change(settings);
    })
    .await;
    (server, mail)
}

fn letter(server: &Server, name: &str) -> Letter {
    let link = format!("{}/account/confirm?token=abc", server.site.issuer);
    let content = Content::ConfirmEmail { code: "271828".to_owned(), link, minutes: 15 };
    Letter { to: format!("{name}@example.com"), name: None, content }
}

async fn try_to_post(server: &Server, letter: Letter) -> Result<(), Fault> {
    let post = move |core: &signet::services::core::Core| {
        Ok::<_, Fault>(core.store.write(|db| mail::post(core, db, &letter, LIFE))?)
    };
    server.site.core.run(post).await
}

async fn post(server: &Server, name: &str) {
    try_to_post(server, letter(server, name)).await.unwrap();
}

/// What one turn of the job does.
async fn deliver(server: &Server) -> usize {
    mail::deliver(&server.site.core).await.unwrap()
}

async fn waiting(server: &Server) -> i64 {
    server.site.core.run(|core| Ok::<_, Fault>(core.store.read(mail_outbox::count)?)).await.unwrap()
}

fn recipients(mail: &MailServer) -> Vec<String> {
    mail.taken().into_iter().map(|letter| letter.to).collect()
}
