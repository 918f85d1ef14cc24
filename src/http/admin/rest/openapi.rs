//! The OpenAPI 3.1 document of the REST API, made from its handlers and shapes.

use actix_web::{HttpResponse, web::Data};
use utoipa::{
    Modify,
    openapi::{
        ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Server,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::routes::Document;
use crate::{config::Settings, http::app::App, services::admin::admit::API};

/// `GET /admin/api/v1/openapi.json`
pub async fn get(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(document(app.settings()))
}

/// Says what `security(("bearer" = …))` of the handlers means.
pub(super) struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// The document at the address of this server.
pub fn document(settings: &Settings) -> OpenApi {
    let mut document = <Document as utoipa::OpenApi>::openapi();
    document.servers = Some(vec![Server::new(settings.issuer.url(API))]);
    for (path, item) in &mut document.paths.paths {
        let area = path.split('/').nth(1).unwrap_or_default().replace('-', "_");
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            // OpenAPI 3.1 §4.8.10: unique in the document; the handlers' names are so in their files only.
            operation.operation_id = operation.operation_id.take().map(|name| format!("{area}_{name}"));
            operation.responses.responses.insert("default".to_owned(), refused());
        }
    }
    document
}

/// Every other refusal has the one shape.
fn refused() -> RefOr<Response> {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let words = "Any other refusal: malformed, not authenticated, not allowed, too large, or not at the moment";
    RefOr::T(ResponseBuilder::new().description(words).content("application/problem+json", body).build())
}
