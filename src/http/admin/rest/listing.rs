//! Lists: `limit`, `after` and `q` of the query, and the page that answers them.

use serde::Serialize;

use super::problem::Problem;
use crate::{
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

/// The page that a query asks for.
pub(super) fn page(params: &Params) -> Result<PageRequest, Problem> {
    let limit = match params.get("limit").map(str::parse) {
        None => USUAL,
        Some(Ok(limit @ 1..=500)) => limit,
        Some(_) => return Err(Problem::malformed("limit must lie between 1 and 500")),
    };
    let text = |name: &str| params.get(name).map(str::to_owned);
    Ok(PageRequest { after: text("after"), limit, search: text("q") })
}
