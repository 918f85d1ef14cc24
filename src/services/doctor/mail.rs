//! Where letters go, and whether the mail server would take one.

use super::Report;
use crate::{
    config::{Settings, mail::Transport},
    services::mail,
};

pub(super) async fn check(settings: &Settings, report: &mut Report) {
    const CHECK: &str = "mail";
    let usable = mail::check(settings).await;
    let smtp = &settings.mail.smtp;
    match (settings.mail.transport, usable) {
        (Transport::Smtp, Ok(())) => {
            report.ok(CHECK, format!("{}:{} would take a letter", smtp.host, smtp.port));
        }
        (Transport::Smtp, Err(broken)) => {
            let advice = "correct the settings below mail.smtp, or start the mail server; letters wait until then";
            report.error(CHECK, format!("{}:{}: {broken}", smtp.host, smtp.port), advice);
        }
        (Transport::File, Ok(())) => report.warning(
            CHECK,
            format!("letters go into the folder {} and reach nobody", settings.mail.folder.display()),
            "for production set mail.transport to smtp, mail.from_address and mail.smtp.host",
        ),
        (Transport::File, Err(broken)) => {
            report.error(CHECK, broken, "correct mail.folder, or set mail.transport to smtp");
        }
    }
}
