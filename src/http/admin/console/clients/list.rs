//! The clients: searched, a page at a time.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;
use url::form_urlencoded::Serializer;

use super::{
    super::{Frame, Layout, Place, visit::Visit},
    LIST, path,
};
use crate::{
    domain::{
        administrator::Area,
        client::{Client, Party},
    },
    http::{
        app::App,
        pages::{
            send::{Answered, answered},
            when::When,
        },
    },
    services::admin::{PageRequest, clients},
};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "admin/clients.html")]
struct ClientsView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    clients: &'a [Client],
    q: &'a str,
    /// There is more than a search looks at.
    cut_short: bool,
    first: Option<String>,
    next: Option<String>,
}

impl ClientsView<'_> {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn path(&self, client: &Client) -> String {
        path(client.id.as_str())
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn changed(&self, client: &Client) -> When {
        When::day(client.updated_at)
    }
}

pub(in super::super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show(&app, &request).await)
}

async fn show(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let query = visit.query();
    let text = |name: &str| query.get(name).map(str::to_owned);
    let wanted = PageRequest { after: text("after"), limit: PAGE, search: text("q") };
    let is_later = wanted.after.is_some();
    let found = visit.take(clients::list(&app.core, visit.admin(), wanted).await)?;
    let q = query.get("q").unwrap_or_default();
    let view = ClientsView {
        layout: &app.layout,
        frame: visit.frame(Place::Clients, "Clients", &[]),
        clients: &found.items,
        q,
        cut_short: found.cut_short,
        first: is_later.then(|| page(q, None)),
        next: found.next.as_deref().map(|after| page(q, Some(after))),
    };
    Ok(visit.send(&view, &view.frame))
}

fn page(q: &str, after: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if let Some(after) = after {
        query.append_pair("after", after);
    }
    let query = query.finish();
    if query.is_empty() { LIST.to_owned() } else { format!("{LIST}?{query}") }
}
