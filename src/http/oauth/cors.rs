//! Which browser origins may read an answer: those of the client that it was made for. WHATWG Fetch §3.2.

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderValue},
    middleware::Next,
    web::Data,
};

use crate::{
    http::app::App,
    protocol::{client_auth::Presented, params::Params},
    services::oauth::cors,
};

/// Left in the request by a handler that knows whose answer it is.
struct OfClient(String);

/// Says whose answer this is; the middleware asks whether the page's origin is one of the client's.
pub fn of_client(request: &HttpRequest, client_id: &str) {
    if request.headers().contains_key(header::ORIGIN) {
        request.extensions_mut().insert(OfClient(client_id.to_owned()));
    }
}

/// The same where the client names itself, by its own credentials.
pub fn of_presented(request: &HttpRequest, authorization: Option<&str>, params: &Params) {
    if request.headers().contains_key(header::ORIGIN)
        && let Ok(presented) = Presented::gather(authorization, params)
    {
        of_client(request, &presented.client_id);
    }
}

/// A preflight names no client, so it is answered for every origin; without the answer's own header a page
/// of a foreign origin still reads nothing.
pub async fn preflight(request: HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::NoContent();
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        answer
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "3600"));
    }
    answer.finish()
}

/// Adds the headers to an answer whose client has this origin. A refusal holds nothing that needs guarding, and a page
/// that may not read it cannot tell its user what is wrong: it is readable from everywhere.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut answer = next.call(request).await?;
    if let (Some(app), Some(origin)) = (app, origin) {
        let refused = answer.status().is_client_error() || answer.status().is_server_error();
        let client = answer.request().extensions_mut().remove::<OfClient>();
        let of_client = match (client, origin.to_str()) {
            (Some(OfClient(id)), Ok(origin)) if !refused => cors::allows(&app.core, &id, origin).await,
            _ => false,
        };
        allow(answer.headers_mut(), origin, refused || of_client);
    }
    Ok(answer)
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, allowed: bool) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if allowed && !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    }
}
