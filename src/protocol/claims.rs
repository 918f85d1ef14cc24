//! The `claims` parameter: single claims beside the scopes. OpenID Connect Core §5.4 and §5.5.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::OAuthError;

/// What one request asks for, by where it wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, ClaimRequest>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, ClaimRequest>,
}

/// §5.5.1: whether it must be, and with which value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimRequest {
    #[serde(skip_serializing_if = "is_false")]
    pub essential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// As a client writes it: null asks without conditions.
#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    userinfo: Option<BTreeMap<String, Option<ClaimRequest>>>,
    #[serde(default)]
    id_token: Option<BTreeMap<String, Option<ClaimRequest>>>,
}

/// Claims about a user that we can make.
const OF_USER: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "picture",
    "locale",
    "zoneinfo",
    "updated_at",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
];

/// Every claim that we make: `claims_supported`.
pub const SUPPORTED: &[&str] = &[
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "sid",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "picture",
    "locale",
    "zoneinfo",
    "updated_at",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
];

/// More than any honest request holds.
const MOST_BYTES: usize = 4096;

/// The claims that a scope releases at userinfo. §5.4.
pub fn claims_of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => {
            &["name", "given_name", "family_name", "preferred_username", "picture", "locale", "zoneinfo", "updated_at"]
        }
        "email" => &["email", "email_verified"],
        "phone" => &["phone_number", "phone_number_verified"],
        "address" => &["address"],
        _ => &[],
    }
}

impl ClaimsRequest {
    /// Keeps what we have: claims of the user, and `acr`, `sub` and `auth_time` with their conditions.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let malformed = || OAuthError::invalid_request("claims is not the JSON object of OpenID Connect Core 5.5");
        if text.len() > MOST_BYTES {
            return Err(OAuthError::invalid_request("claims is too long"));
        }
        let wire: Wire = serde_json::from_str(text).ok().ok_or_else(malformed)?;
        let kept = |name: &str| OF_USER.contains(&name) || ["acr", "sub", "auth_time"].contains(&name);
        let keep = |asked: Option<BTreeMap<String, Option<ClaimRequest>>>| {
            let asked = asked.unwrap_or_default().into_iter().filter(|(name, _)| kept(name));
            asked.map(|(name, request)| (name, request.unwrap_or_default())).collect()
        };
        Ok(Self { userinfo: keep(wire.userinfo), id_token: keep(wire.id_token) })
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what `to_json` wrote.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The claims about the user that it asks for: what the consent page shows.
    pub fn names(&self) -> BTreeSet<String> {
        let all = self.userinfo.keys().chain(self.id_token.keys());
        all.filter(|name| OF_USER.contains(&name.as_str())).cloned().collect()
    }

    /// Whether everything that `other` asks about the user is asked for here, too.
    pub fn covers(&self, other: &Self) -> bool {
        other.names().is_subset(&self.names())
    }

    /// The `acr` values of which one must be reached; `None` where none is essential (§5.5.1.1).
    pub fn essential_acrs(&self) -> Option<Vec<String>> {
        let acr = self.id_token.get("acr").filter(|acr| acr.essential)?;
        let wanted = acr.value.iter().chain(&acr.values).filter_map(Value::as_str).map(str::to_owned);
        Some(wanted.collect::<Vec<_>>()).filter(|wanted| !wanted.is_empty())
    }

    /// The user that it must be about (§5.5.1).
    pub fn required_sub(&self) -> Option<&str> {
        let asked = self.id_token.get("sub").or_else(|| self.userinfo.get("sub"))?;
        asked.value.as_ref()?.as_str()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core §5.5: the specification's own example.
    #[test]
    fn the_specifications_example_is_read() {
        let claims = ClaimsRequest::parse(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
               "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}"#,
        )
        .unwrap();
        let names: Vec<_> = claims.names().into_iter().collect();
        assert_eq!(names, ["email", "email_verified", "given_name", "picture"]);
        assert_eq!(claims.essential_acrs(), None);
        assert_eq!(ClaimsRequest::from_json(&claims.to_json()), claims);
    }

    #[test]
    fn an_essential_acr_and_a_subject_are_conditions() {
        let claims = ClaimsRequest::parse(
            r#"{"id_token": {"acr": {"essential": true, "values": ["a", "b"]}, "sub": {"value": "usr_1"}}}"#,
        )
        .unwrap();
        assert_eq!(claims.essential_acrs().unwrap(), ["a", "b"]);
        assert_eq!(claims.required_sub(), Some("usr_1"));
        assert!(claims.names().is_empty());
    }

    #[test]
    fn what_is_not_such_an_object_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for wrong in ["", "[]", "1", r#"{"userinfo": []}"#, &format!(r#"{{"id_token": {{"acr": {deep}}}}}"#)] {
            assert!(ClaimsRequest::parse(wrong).is_err(), "{wrong}");
        }
        assert!(ClaimsRequest::parse(&format!("{{{}}}", " ".repeat(5000))).is_err());
    }

    #[test]
    fn a_consent_covers_the_names_it_has() {
        let more = ClaimsRequest::parse(r#"{"userinfo": {"email": null, "name": null}}"#).unwrap();
        let less = ClaimsRequest::parse(r#"{"id_token": {"email": {"essential": true}}}"#).unwrap();
        assert!(more.covers(&less));
        assert!(!less.covers(&more));
        assert!(less.covers(&ClaimsRequest::default()));
    }

    #[test]
    fn every_claim_of_a_scope_is_supported() {
        for claim in ["profile", "email", "phone", "address"].into_iter().flat_map(claims_of_scope) {
            assert!(SUPPORTED.contains(claim) && OF_USER.contains(claim), "{claim}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r#"[\[\]{}":,a-z0-9 ]{0,80}"#) {
            if let Ok(claims) = ClaimsRequest::parse(&text) {
                assert_eq!(ClaimsRequest::from_json(&claims.to_json()), claims);
            }
        }
    }
}
