//! People as lists of others name them: members of organisations and groups, owners of keys.

use serde::Serialize;

use crate::domain::user::User;

/// Enough to know somebody again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Person {
    id: String,
    username: String,
    email: Option<String>,
    /// What to call them
    display_name: String,
    /// active, suspended or disabled
    status: &'static str,
}

/// What the query of a list of members says.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query to the OpenAPI document")]
pub(super) struct MembersQuery {
    /// Entries at most
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before
    after: Option<String>,
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username.clone(),
            email: user.email.clone(),
            display_name: user.display_name().to_owned(),
            status: user.status.as_str(),
        }
    }
}
