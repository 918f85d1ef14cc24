//! The OpenAPI 3.1 document of each contract, made from its handlers and shapes.

use actix_web::{HttpResponse, web::Data};
use utoipa::{
    Modify,
    openapi::{
        ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Server,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{
    CONTRACTS, Contract,
    mounts::{self, Mounted},
};
use crate::config::Settings;

/// `GET {mount}/openapi.json`.
pub async fn get(mounted: Data<Mounted>) -> HttpResponse {
    HttpResponse::Ok().json(document(mounted.contract, &mounted.mount.audience))
}

/// Says what `security(("bearer" = []))` of the handlers means.
pub struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// Every other refusal: each contract has one shape for all of them.
fn refused() -> RefOr<Response> {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    let words = "Any other refusal: malformed, too large, no JSON, too often, or not at the moment";
    RefOr::T(ResponseBuilder::new().description(words).content("application/json", body).build())
}

/// The document of a contract that stands at `server`.
pub fn document(contract: &Contract, server: &str) -> OpenApi {
    let mut document = (contract.document)();
    document.servers = Some(vec![Server::new(server)]);
    for path in document.paths.paths.values_mut() {
        let methods = [&mut path.get, &mut path.post, &mut path.patch, &mut path.delete];
        for operation in methods.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), refused());
        }
    }
    document
}

/// The document of a contract where the settings mount it, else where it usually stands; pretty, for people and diffs.
pub fn of(contract: &str, settings: &Settings) -> Option<String> {
    let contract = CONTRACTS.iter().find(|known| known.name == contract)?;
    let mounted = mounts::mounted(settings).ok()?;
    let here = mounted.iter().find(|mounted| mounted.contract.name == contract.name);
    let usual = || format!("{}{}", settings.issuer.origin(), contract.path);
    let server = here.map_or_else(usual, |mounted| mounted.mount.audience.clone());
    document(contract, &server).to_pretty_json().ok()
}
