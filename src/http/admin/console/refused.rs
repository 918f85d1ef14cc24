//! Refused requests: why an application gets no further, for those who look after it.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Frame, Layout, Place, visit::Visit};
use crate::{
    domain::{
        refused::{Difference, Refused},
        time::Timestamp,
    },
    http::{
        app::App,
        extract::path::escape,
        pages::{
            send::{Answered, answered},
            when::When,
        },
    },
    services::admin::refused,
};

#[derive(Template)]
#[template(path = "admin/refused.html")]
struct RefusedView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    q: &'a str,
    requests: Vec<Line>,
    /// Older ones that are not shown.
    older: usize,
}

/// A page stays small beside a flood; a client's own are at most 50.
const SHOWN: usize = 100;

struct Line {
    /// The client as it is registered, and its page.
    client: Option<(String, String)>,
    named: Option<String>,
    endpoint: &'static str,
    error: &'static str,
    reason: String,
    member: &'static str,
    rows: Vec<Row>,
    times: u64,
    at: When,
}

/// A line of the comparison; what stands between `before` and `after` differs.
struct Row {
    name: &'static str,
    before: String,
    differs: String,
    after: String,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show(&app, &request).await)
}

async fn show(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let query = visit.query();
    let client = query.get("q").map(str::trim).filter(|text| !text.is_empty());
    let found = visit.take(refused::list(&app.core, visit.admin(), client).await)?;
    let now = app.core.clock.now();
    let view = RefusedView {
        layout: &app.layout,
        frame: visit.frame(Place::Refused, "Refused requests", &[]),
        q: client.unwrap_or_default(),
        requests: found.iter().take(SHOWN).map(|refused| Line::of(refused, now)).collect(),
        older: found.len().saturating_sub(SHOWN),
    };
    Ok(visit.send(&view, &view.frame))
}

impl Line {
    fn of(refused: &Refused, now: Timestamp) -> Self {
        let page = |id: &str| (id.to_owned(), format!("/admin/clients/{}", escape(id)));
        Self {
            client: refused.client.as_ref().map(|id| page(id.as_str())),
            named: refused.named.clone(),
            endpoint: refused.endpoint.as_str(),
            error: refused.error.as_str(),
            reason: refused.reason.clone(),
            member: refused.difference.as_ref().map_or("", |difference| difference.member),
            rows: refused.difference.as_ref().map(rows).unwrap_or_default(),
            times: refused.times,
            at: When::ago(refused.last_at, now),
        }
    }
}

/// What was sent, and below it what is registered: the closest one first, with what differs marked.
fn rows(difference: &Difference) -> Vec<Row> {
    let sent = difference.sent.as_deref().unwrap_or_default();
    let mut registered: Vec<&str> = difference.registered.iter().map(String::as_str).collect();
    registered.sort_by_key(|one| std::cmp::Reverse(alike(sent, one)));
    let nearest = registered.first().copied().unwrap_or_default();
    let first = match &difference.sent {
        Some(sent) => row("sent", sent, nearest),
        None => Row { name: "sent", before: String::new(), differs: String::new(), after: String::new() },
    };
    std::iter::once(first).chain(registered.into_iter().map(|one| row("registered", one, sent))).collect()
}

/// Characters that both begin with.
fn alike(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count()
}

fn row(name: &'static str, text: &str, against: &str) -> Row {
    let (begins, chars) = (alike(text, against), text.chars().count());
    let most = chars.min(against.chars().count()).saturating_sub(begins);
    let ends = text.chars().rev().zip(against.chars().rev()).take_while(|(a, b)| a == b).count().min(most);
    let part = |from: usize, until: usize| text.chars().skip(from).take(until.saturating_sub(from)).collect();
    let end = chars.saturating_sub(ends);
    Row { name, before: part(0, begins), differs: part(begins, end), after: part(end, chars) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, against: &str) -> [String; 3] {
        let row = row("sent", text, against);
        [row.before, row.differs, row.after]
    }

    #[test]
    fn what_differs_stands_between_what_is_alike() {
        assert_eq!(parts("https://a.example/cb2", "https://a.example/cb"), ["https://a.example/cb", "2", ""]);
        assert_eq!(parts("http://a/cb", "https://a/cb"), ["http", "", "://a/cb"]);
        assert_eq!(parts("aaa", "aa"), ["aa", "a", ""]);
        assert_eq!(parts("x", ""), ["", "x", ""]);
    }

    #[test]
    fn the_closest_one_is_compared() {
        let registered = vec!["com.app:/cb".to_owned(), "https://a.example/cb".to_owned()];
        let difference = Difference { member: "redirect_uri", sent: Some("https://a.example/x".into()), registered };
        let shown = rows(&difference);
        assert_eq!((shown[0].differs.as_str(), shown[1].before.as_str()), ("x", "https://a.example/"));
        assert_eq!(shown.len(), 3);
    }
}
