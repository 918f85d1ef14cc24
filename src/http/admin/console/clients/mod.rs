//! Clients: the list, a new one, and what there is to one: facts, settings, secrets, a test.

mod edit;
mod fields;
mod kinds;
mod list;
mod making;
mod overview;
mod secrets;
mod snippets;
mod trial;

use super::{Frame, Link, visit::Visit};
use crate::{
    http::{extract::path::escape, pages::send::Early},
    services::admin::{
        clients::{self, Ends, ShownClient},
        edition::Current,
    },
};

pub(super) use self::{
    edit::{edit, update},
    list::list,
    making::{create, new},
    overview::{delete, set_status, show},
    secrets::{revoke as revoke_secret, rotate as rotate_secret, show as show_secrets},
    trial::{ask as ask_for_token, begin as begin_test, set_address, show as show_test},
};

const LIST: &str = "/admin/clients";
const TRAIL: [(&str, &str); 1] = [("Clients", LIST)];

/// A page of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Overview,
    Edit,
    Secrets,
    Test,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Overview, "Overview", ""),
        (Self::Edit, "Settings", "/edit"),
        (Self::Secrets, "Secrets", "/secrets"),
        (Self::Test, "Test", "/test"),
    ];

    /// Those that there are for this client and this administrator.
    fn links(self, frame: &Frame<'_>, found: &ShownClient) -> Vec<Link> {
        use crate::domain::{administrator::Area, client::ClientKind};
        let at = path(found.client.id.as_str());
        let has = |tab| match tab {
            Self::Overview => true,
            Self::Secrets => found.client.kind == ClientKind::Confidential,
            Self::Edit | Self::Test => frame.may_change(Area::Clients),
        };
        let link = |(tab, title, end): (Self, &str, &str)| Link {
            title: title.to_owned(),
            path: format!("{at}{end}"),
            here: tab == self,
        };
        Self::ALL.into_iter().filter(|(tab, ..)| has(*tab)).map(link).collect()
    }
}

fn path(id: &str) -> String {
    format!("{LIST}/{}", escape(id))
}

async fn find(visit: &Visit<'_>, id: &str) -> Result<Current<ShownClient>, Early> {
    visit.take(clients::show(&visit.app.core, visit.admin(), id).await)
}

/// What ends, in words.
fn in_words(ends: &Ends) -> String {
    let several = |count: i64, one: &str, many: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
    };
    if ends.grants == 0 {
        return "Nobody uses it at the moment.".to_owned();
    }
    format!(
        "It ends {} of {}, made in {} that {} still signed in.",
        several(ends.grants, "grant", "grants"),
        several(ends.people, "person", "people"),
        several(ends.sessions, "session", "sessions"),
        if ends.sessions == 1 { "is" } else { "are" },
    )
}
