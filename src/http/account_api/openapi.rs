//! The OpenAPI 3.1 document of each contract, made from its handlers and shapes.

use actix_web::{HttpResponse, web::Data};
use utoipa::{
    Modify,
    openapi::{
        OpenApi, Server,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{CONTRACTS, Contract, mounts::Mounted};

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

/// The document of a contract that stands at `server`.
pub fn document(contract: &Contract, server: &str) -> OpenApi {
    let mut document = (contract.document)();
    document.servers = Some(vec![Server::new(server)]);
    document
}

/// A contract by its name.
pub fn contract(name: &str) -> Option<&'static Contract> {
    CONTRACTS.iter().find(|contract| contract.name == name).copied()
}
