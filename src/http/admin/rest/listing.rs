//! Lists: `limit`, `after` and `q` of the query, and the page that answers them.

use actix_web::HttpRequest;
use serde::Serialize;

use super::problem::Problem;
use crate::{
    http::extract::query,
    protocol::params::Params,
    services::admin::{Page, PageRequest},
};

/// How many entries a page has unless told otherwise.
const USUAL: i64 = 50;

/// What the query of a list says.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query to the OpenAPI document")]
pub(super) struct ListQuery {
    /// Entries at most
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before
    after: Option<String>,
    /// Only entries that this text finds
    q: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Listed<T> {
    items: Vec<T>,
    /// The `after` of the next page; null on the last one
    next: Option<String>,
    /// Whether more entries fit `q` than a search looks at (1,000): the list lacks some, a longer text finds them
    truncated: bool,
}

impl<T> Listed<T> {
    pub(super) fn of<D>(page: &Page<D>) -> Self
    where
        T: for<'a> From<&'a D>,
    {
        Self { items: page.items.iter().map(T::from).collect(), next: page.next.clone(), truncated: page.cut_short }
    }

    /// A list that is always whole.
    pub(super) fn whole<D>(items: &[D]) -> Self
    where
        T: for<'a> From<&'a D>,
    {
        Self { items: items.iter().map(T::from).collect(), next: None, truncated: false }
    }
}

/// What the query of every list may say.
pub(super) const PAGE: [&str; 3] = ["limit", "after", "q"];

/// The query of a request, once each. A parameter that nobody asked for is refused: a typing error must not look like
/// the whole list.
pub(super) fn params(request: &HttpRequest, known: &[&[&str]]) -> Result<Params, Problem> {
    let params = query::params(request).map_err(|error| Problem::malformed(error.description.into_owned()))?;
    params.unambiguous().map_err(|error| Problem::malformed(error.description.into_owned()))?;
    if params.iter().any(|(name, _)| !known.iter().any(|names| names.contains(&name))) {
        return Err(Problem::malformed(format!("the query takes {} and nothing else", known.concat().join(", "))));
    }
    Ok(params)
}

pub(super) fn page(params: &Params) -> Result<PageRequest, Problem> {
    let limit = match params.get("limit").map(str::parse) {
        None => USUAL,
        Some(Ok(limit @ 1..=500)) => limit,
        Some(_) => return Err(Problem::malformed("limit must lie between 1 and 500")),
    };
    let text = |name: &str| params.get(name).map(str::to_owned);
    Ok(PageRequest { after: text("after"), limit, search: text("q") })
}
