//! What a request may carry beside its path and body: what the OpenAPI document declares for its operation. Anything else
//! is refused: a typing error must not look like the whole list, nor a condition that nobody judges like one that holds.

use std::{collections::HashMap, sync::LazyLock};

use actix_web::{
    HttpRequest,
    http::{Method, header},
};
use utoipa::openapi::{
    PathItem, RefOr,
    path::{Operation, Parameter, ParameterIn},
};

use super::{problem::Problem, routes::Document};
use crate::{
    http::extract::query,
    protocol::{error::OAuthError, params::Params},
    services::admin::edition::Expected,
};

/// The parameters of one operation.
#[derive(Default)]
struct Declared {
    query: Vec<String>,
    if_match: bool,
}

/// By method and path, as the routes have them.
static OPERATIONS: LazyLock<HashMap<(Method, String), Declared>> = LazyLock::new(|| {
    let document = <Document as utoipa::OpenApi>::openapi();
    let of_item = |(path, item): (String, PathItem)| {
        let operations = [
            (Method::GET, item.get),
            (Method::POST, item.post),
            (Method::PUT, item.put),
            (Method::PATCH, item.patch),
            (Method::DELETE, item.delete),
        ];
        operations.into_iter().filter_map(move |(method, operation)| Some(((method, path.clone()), of(&operation?))))
    };
    document.paths.paths.into_iter().flat_map(of_item).collect()
});

fn of(operation: &Operation) -> Declared {
    let parameters = || operation.parameters.iter().flatten().filter_map(written);
    let in_query = parameters().filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    Declared {
        query: in_query.map(|parameter| parameter.name.clone()).collect(),
        if_match: parameters().any(|parameter| parameter.name.eq_ignore_ascii_case(header::IF_MATCH.as_str())),
    }
}

fn written(parameter: &RefOr<Parameter>) -> Option<&Parameter> {
    match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    }
}

/// The query of a request to `path` of the API, each parameter once, after a look at its condition.
pub(super) fn judge(request: &HttpRequest, path: &str, expected: &Expected) -> Result<Params, Problem> {
    let nothing = Declared::default();
    let declared = OPERATIONS.get(&(request.method().clone(), path.to_owned())).unwrap_or(&nothing);
    // RFC 9110 §13.1.1: a list of tags fits nothing that has none. A reader is told the tag, and asks for no other.
    if !declared.if_match && *expected != Expected::Any && request.method() != Method::GET {
        return Err(Problem::no_editions());
    }
    let malformed = |error: OAuthError| Problem::malformed(error.description.into_owned());
    let params = query::params(request).map_err(malformed)?;
    params.unambiguous().map_err(malformed)?;
    // Those without a value, too, which `params` takes for left out (RFC 6749 §3.1).
    let mut names = url::form_urlencoded::parse(request.query_string().as_bytes()).map(|(name, _)| name);
    if names.any(|name| !declared.query.iter().any(|known| *known == name)) {
        return Err(Problem::malformed(match declared.query.as_slice() {
            [] => "this takes no query".to_owned(),
            known => format!("the query takes {} and nothing else", known.join(", ")),
        }));
    }
    Ok(params)
}
