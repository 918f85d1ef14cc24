//! The dashboard: how the server is.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Frame, Layout, Place, visit::Visit};
use crate::{
    domain::time::{Seconds, Timestamp},
    http::{
        app::App,
        pages::{
            send::{Answered, answered},
            when::When,
        },
    },
    services::{
        admin::status::{self, Status},
        doctor,
    },
};

#[derive(Template)]
#[template(path = "admin/dashboard.html")]
struct DashboardView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    status: &'a Status,
    tiles: Vec<Tile>,
    warnings: Vec<Warning>,
}

/// A number, and the page that says more, if there is one.
struct Tile {
    kind: &'static str,
    label: &'static str,
    value: String,
    about: String,
    path: &'static str,
}

struct Warning {
    kind: &'static str,
    title: String,
    advice: String,
}

pub(super) async fn show(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(render(&app, &request).await)
}

async fn render(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let status = visit.take(status::show(&app.core, visit.admin()).await)?;
    let now = app.core.clock.now();
    let view = DashboardView {
        layout: &app.layout,
        frame: visit.frame(Place::Dashboard, "Dashboard", &[]),
        tiles: tiles(&status, now),
        warnings: status.findings.iter().map(Warning::of).collect(),
        status: &status,
    };
    Ok(visit.send(&view, &view.frame))
}

fn tiles(status: &Status, now: Timestamp) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let mut tile = |kind, label, value: String, about: String, path| {
        tiles.push(Tile { kind, label, value, about, path });
    };
    if let Some(people) = &status.people {
        let away = people.users.suspended.saturating_add(people.users.disabled);
        let all = people.users.active.saturating_add(away);
        tile("", "Users", all.to_string(), format!("{away} suspended or disabled"), "/admin/users");
        tile("", "Sessions", people.sessions.to_string(), String::new(), "/admin/users");
        let failed = format!("{} failed", people.failed_logins);
        tile("", "Sign-ins today", people.logins.to_string(), failed, "/admin/audit?action=login");
    }
    if let Some(ways_in) = status.ways_in.as_ref().filter(|ways_in| ways_in.configured > 0) {
        let away = ways_in.away.join(", ");
        let (kind, about) = if away.is_empty() { ("", away) } else { ("error", format!("away: {away}")) };
        let value = ways_in.configured.to_string();
        tile(kind, "Sign-in providers", value, about, "/admin/providers");
    }
    if let Some(traffic) = &status.traffic {
        tile("", "Clients", traffic.clients.to_string(), String::new(), "/admin/clients");
        tile("", "Grants", traffic.grants.to_string(), "not expired".to_owned(), "/admin/clients");
        let rate = format!("{} in the last minute here", traffic.tokens_per_minute);
        tile("", "Token answers today", traffic.tokens_today.to_string(), rate, "/admin/clients");
    }
    if let Some(refused) = status.refused {
        tile("", "Refused requests", refused.to_string(), "lately, at this node".to_owned(), "/admin/refused");
    }
    if let Some(key) = &status.key {
        let (age, left) = (spoken(now.since(key.signs_from)), spoken(key.next_at.since(now)));
        tile("", "Signing key", age, format!("old; the next one signs in {left}"), "/admin/keys");
    }
    if let Some(storage) = &status.storage {
        let oldest =
            storage.letters.oldest.map_or_else(String::new, |at| format!("oldest {}", When::ago(at, now).words));
        tile("", "Letters waiting", storage.letters.count.to_string(), oldest, "");
        let due = format!("a purge frees {} rows", storage.due.total());
        tile("", "Database", size(storage.database), due, "");
    }
    tiles
}

fn size(bytes: i64) -> String {
    if bytes < 10 * 1_048_576 { format!("{} KiB", bytes / 1024) } else { format!("{} MiB", bytes / 1_048_576) }
}

/// In the greatest unit that there is at least one of.
fn spoken(time: Seconds) -> String {
    match time.0 {
        days @ 86_400.. => format!("{} d", days / 86_400),
        hours @ 3_600.. => format!("{} h", hours / 3_600),
        minutes => format!("{} min", minutes.max(0) / 60),
    }
}

impl Warning {
    fn of(finding: &doctor::Finding) -> Self {
        Self {
            kind: finding.status.as_str(),
            title: format!("{}: {}.", finding.check, finding.message),
            advice: finding.advice.as_deref().map_or_else(String::new, |advice| format!(" To do: {advice}.")),
        }
    }

    /// The advice in pieces: what stands between grave accents is code.
    fn about(&self) -> Vec<(bool, &str)> {
        self.advice.split('`').enumerate().map(|(place, words)| (place % 2 == 1, words)).collect()
    }
}
