//! The claims that we can make about a user. OpenID Connect Core §5.1, §5.4.

use serde_json::{Map, Value, json};

use crate::{
    domain::user::User,
    protocol::{claims::claims_of_scope, scope::Scope},
};

/// The claims with these names, as far as the user has them: an absent one is left out, never null.
pub fn of_user(user: &User, names: &[&str]) -> Map<String, Value> {
    names.iter().filter_map(|&name| Some((name.to_owned(), claim(user, name)?))).collect()
}

/// The claims that the scopes release at userinfo.
pub fn of_scope(user: &User, scope: &Scope) -> Map<String, Value> {
    scope.iter().flat_map(|name| of_user(user, claims_of_scope(name))).collect()
}

fn claim(user: &User, name: &str) -> Option<Value> {
    let profile = &user.profile;
    let text = |value: &Option<String>| value.clone().map(Value::String);
    match name {
        "name" => text(&profile.name),
        "given_name" => text(&profile.given_name),
        "family_name" => text(&profile.family_name),
        "preferred_username" => Some(user.username.clone().into()),
        "picture" => text(&profile.picture),
        "locale" => text(&profile.locale),
        "zoneinfo" => text(&profile.zoneinfo),
        "updated_at" => Some(user.updated_at.unix().into()),
        "email" => text(&user.email),
        "email_verified" => user.email.as_ref().map(|_| user.email_verified.into()),
        "phone_number" => text(&profile.phone_number),
        "phone_number_verified" => profile.phone_number.as_ref().map(|_| profile.phone_number_verified.into()),
        "address" => profile.address.as_ref().map(|address| json!(address)),
        _ => None,
    }
}
