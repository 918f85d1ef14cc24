//! `/clients`: registering OAuth clients and looking after them.

mod shapes;
mod wishes;

use actix_web::web::Path;

use self::{
    shapes::{Client, Secret, SecretMade, Usage},
    wishes::{ClientChange, ClientToCreate, Rotation, member},
};
use super::{
    Answer,
    call::Call,
    created, current,
    json::Sent,
    listing::{self, ListQuery, Listed},
    nothing, ok,
    problem::{Problem, ProblemBody},
};
use crate::{
    domain::secret,
    services::admin::{
        AdminError,
        clients::{self, usage},
        edition::Current,
    },
};

/// The clients, in the order of their ids
#[utoipa::path(get, path = "/clients", tag = "Clients", security(("bearer" = ["admin:clients:read"])),
    params(ListQuery), responses((status = 200, body = Listed<Client>)))]
pub(super) async fn list(call: Call) -> Answer {
    let page = listing::page(&call.query)?;
    let found = clients::list(&call.core, &call.admin, page).await?;
    Ok(ok(Listed::<Client>::of(&found)))
}

/// Register a client; its secret is shown this once
#[utoipa::path(post, path = "/clients", tag = "Clients", security(("bearer" = ["admin:clients"])),
    request_body = ClientToCreate, responses(
    (status = 201, body = Client, headers(("ETag" = String), ("Location" = String))),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn create(Sent(call, body): Sent<ClientToCreate>) -> Answer {
    let made = clients::create(&call.core, &call.admin, body.wish()?).await.map_err(named)?;
    let id = made.client.id.as_str();
    let Current { shown, edition } = clients::show(&call.core, &call.admin, id).await?;
    let path = call.at(&["clients", id]);
    Ok(created(Client::made(&shown.client, made.secret.as_ref()), &edition, &path))
}

/// One client
#[utoipa::path(get, path = "/clients/{client_id}", tag = "Clients", security(("bearer" = ["admin:clients:read"])),
    params(("client_id" = String, Path, description = "The client, percent-encoded")), responses(
    (status = 200, body = Client, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, id: Path<String>) -> Answer {
    let Current { shown, edition } = clients::show(&call.core, &call.admin, &id).await?;
    Ok(current(Client::from(&shown.client), &edition))
}

/// Change a client: what is not named stays as it is, a list that is named is replaced, null clears
#[utoipa::path(patch, path = "/clients/{client_id}", tag = "Clients", security(("bearer" = ["admin:clients"])),
    params(
        ("client_id" = String, Path, description = "The client, percent-encoded"),
        ("If-Match" = Option<String>, Header)
    ),
    request_body = ClientChange, responses(
    (status = 200, body = Client, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn update(id: Path<String>, Sent(call, body): Sent<ClientChange>) -> Answer {
    let changed = clients::update(&call.core, &call.admin, &id, call.expected, body.members()?).await.map_err(named)?;
    Ok(current(Client::from(&changed.shown.client), &changed.edition))
}

/// Delete a client with its secrets, consents and grants; there is no way back
#[utoipa::path(delete, path = "/clients/{client_id}", tag = "Clients", security(("bearer" = ["admin:clients"])),
    params(
        ("client_id" = String, Path, description = "The client, percent-encoded"),
        ("If-Match" = Option<String>, Header)
    ),
    responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn delete(call: Call, id: Path<String>) -> Answer {
    clients::delete(&call.core, &call.admin, &id, call.expected).await?;
    Ok(nothing())
}

/// The secrets of a client: their times, never the secrets
#[utoipa::path(get, path = "/clients/{client_id}/secrets", tag = "Clients",
    security(("bearer" = ["admin:clients:read"])),
    params(("client_id" = String, Path, description = "The client, percent-encoded")), responses(
    (status = 200, body = Listed<Secret>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn secrets(call: Call, id: Path<String>) -> Answer {
    let shown = clients::show(&call.core, &call.admin, &id).await?.shown;
    Ok(ok(Listed::<Secret>::whole(&shown.secrets)))
}

/// Give a client a new secret, shown this once; the one before works on for a while
#[utoipa::path(post, path = "/clients/{client_id}/secrets", tag = "Clients", security(("bearer" = ["admin:clients"])),
    params(("client_id" = String, Path, description = "The client, percent-encoded")),
    request_body = Rotation, responses(
    (status = 201, body = SecretMade, headers(("Location" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn rotate(id: Path<String>, Sent(call, body): Sent<Rotation>) -> Answer {
    let overlap = body.overlap()?;
    let given = body.client_secret.map(secret::Secret::new);
    let rotated = clients::rotate_secret(&call.core, &call.admin, &id, given, overlap).await.map_err(named)?;
    let edition = clients::show(&call.core, &call.admin, &id).await?.edition;
    let path = call.at(&["clients", &id, "secrets", rotated.id.as_str()]);
    Ok(created(SecretMade::from(&rotated), &edition, &path))
}

/// End one secret at once
#[utoipa::path(delete, path = "/clients/{client_id}/secrets/{id}", tag = "Clients",
    security(("bearer" = ["admin:clients"])),
    params(
        ("client_id" = String, Path, description = "The client, percent-encoded"),
        ("id" = String, Path, description = "The secret's id")
    ),
    responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn revoke(call: Call, path: Path<(String, String)>) -> Answer {
    let (id, secret) = path.into_inner();
    clients::revoke_secret(&call.core, &call.admin, &id, &secret).await?;
    Ok(nothing())
}

/// How much a client is used, and what would end with it
#[utoipa::path(get, path = "/clients/{client_id}/usage", tag = "Clients",
    security(("bearer" = ["admin:clients:read"])),
    params(("client_id" = String, Path, description = "The client, percent-encoded")), responses(
    (status = 200, body = Usage),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn used(call: Call, id: Path<String>) -> Answer {
    let used = usage::show(&call.core, &call.admin, &id).await?;
    let ends = clients::ends(&call.core, &call.admin, &id).await?;
    Ok(ok(Usage::of(&used, &ends)))
}

/// A refusal that names the member as it stands in the JSON.
fn named(error: AdminError) -> Problem {
    let name = match &error {
        AdminError::Unfit { what, .. } => Some(member(what)),
        _ => None,
    };
    let problem = Problem::from(error);
    match name {
        Some(name) => problem.about(name),
        None => problem,
    }
}
