//! Whether each directory takes our service account and shows where the search begins.

use super::Report;
use crate::{config::Settings, services::federation::directory::Directories};

pub(super) async fn check(settings: &Settings, report: &mut Report) {
    let advice = "see `[[directories]]` in the settings: address, certificate, bind_dn and its password, base_dn";
    for one in settings.directories.iter().filter(|one| one.is_readable_on_the_way()) {
        let message = format!("{}: passwords travel readable over the network", one.name);
        report.warning("directories", message, "use ldaps:// or starttls = true instead of plaintext = true");
    }
    match Directories::open(&settings.directories) {
        Err(fault) => report.error("directories", fault, advice),
        Ok(directories) => {
            for (name, found) in directories.probe().await {
                match found {
                    Ok(()) => report.ok("directories", format!("{name} answers")),
                    Err(reason) => report.error("directories", format!("{name}: {reason}"), advice),
                }
            }
        }
    }
}
