//! What a handler of the REST API is given besides its body: the core, who calls, and what a change expects to find.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::ErrorInternalServerError,
    http::header::{self, EntityTag, Header, IfMatch},
    web::Data,
};

use super::{declared, problem::Problem};
use crate::{
    domain::{administrator::Administrator, secret::Secret},
    http::{
        app::App,
        extract::{address, authorization, path::escape},
    },
    protocol::params::Params,
    services::{
        admin::{
            admit::{self, API},
            edition::Expected,
        },
        core::Core,
    },
};

/// A request of somebody who may administer something; what, the service decides.
pub(super) struct Call {
    pub(super) core: Core,
    pub(super) admin: Administrator,
    pub(super) expected: Expected,
    /// What the operation declares, once each.
    pub(super) query: Params,
    /// Where this API stands, below the server.
    base: String,
}

impl Call {
    /// The address of something of this API, from its segments; they may hold any text.
    pub(super) fn at(&self, segments: &[&str]) -> String {
        let escaped = segments.iter().map(|segment| escape(segment));
        std::iter::once(self.base.clone()).chain(escaped).collect::<Vec<_>>().join("/")
    }
}

impl FromRequest for Call {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = request.app_data::<Data<App>>().cloned();
            let app = app.ok_or_else(|| ErrorInternalServerError("a request came without an app"))?;
            let address = address::of(&request, app.settings());
            let token = bearer(&request)?;
            let admin = admit::by_token(&app.core, token, address).await.map_err(Problem::from)?;
            let base = format!("{}{API}", app.layout.base);
            let pattern = request.match_pattern().unwrap_or_default();
            let expected = expected(&request)?;
            let query = declared::judge(&request, pattern.strip_prefix(&base).unwrap_or_default(), &expected)?;
            Ok(Self { core: app.core.clone(), admin, expected, query, base })
        })
    }
}

/// RFC 6750 §2.1.
fn bearer(request: &HttpRequest) -> Result<Option<Secret<String>>, Problem> {
    let header = authorization::header(request)
        .map_err(|_broken| Problem::malformed("the Authorization header is malformed"))?;
    let token = header.as_deref().and_then(|text| text.split_once(' '));
    let is_bearer = |scheme: &str| scheme.eq_ignore_ascii_case("bearer");
    Ok(token.filter(|(scheme, _)| is_bearer(scheme)).map(|(_, token)| Secret::new(token.trim().to_owned())))
}

/// RFC 9110 §13.1.1: strong comparison, so a weak tag fits nothing.
fn expected(request: &HttpRequest) -> Result<Expected, Problem> {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Ok(Expected::Any);
    }
    let parsed = IfMatch::parse(request).map_err(|_broken| Problem::malformed("If-Match is malformed"))?;
    let strong = |tag: EntityTag| (!tag.weak).then(|| tag.tag().to_owned());
    Ok(match parsed {
        IfMatch::Any => Expected::Any,
        IfMatch::Items(tags) => Expected::Editions(tags.into_iter().filter_map(strong).collect()),
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(value: &'static str) -> Result<Expected, Problem> {
        expected(&TestRequest::default().insert_header((header::IF_MATCH, value)).to_http_request())
    }

    #[test]
    fn if_match_is_compared_strongly() {
        assert_eq!(of("*").unwrap(), Expected::Any);
        assert_eq!(of(r#""a", "b""#).unwrap(), Expected::Editions(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(of(r#"W/"a""#).unwrap(), Expected::Editions(vec![]));
    }
}
