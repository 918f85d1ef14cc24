//! The OpenAPI 3.1 document of each contract, made from its handlers and shapes.

use actix_web::{HttpResponse, web::Data};
use utoipa::openapi::{OpenApi, Server};

use super::{CONTRACTS, Contract, mounts::Mounted};

/// `GET {mount}/openapi.json`.
pub async fn get(mounted: Data<Mounted>) -> HttpResponse {
    HttpResponse::Ok().json(document(mounted.contract, &mounted.mount.audience))
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
