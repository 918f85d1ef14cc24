//! Claims: which scope releases which, and the `claims` parameter that asks for single ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::error::OAuthError;

/// Every claim that we can answer with.
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

const SCOPES_WITH_CLAIMS: &[&str] = &["profile", "email", "phone", "address"];

/// Claims that may be asked for but say nothing that the client would not be told anyway.
const ABOUT_THE_LOGIN: &[&str] = &["acr", "sub", "auth_time"];

const LONGEST: usize = 4096;
/// Of a `value`: an address is an object, nothing of ours is deeper.
const DEEPEST: u8 = 3;

/// The claims that a scope releases. OIDC Core §5.4.
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

/// The claims asked for one by one, by the place they shall be told. OIDC Core §5.5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    pub userinfo: BTreeMap<String, ClaimRequest>,
    pub id_token: BTreeMap<String, ClaimRequest>,
}

/// How one claim is asked for. OIDC Core §5.5.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimRequest {
    pub essential: bool,
    pub value: Option<Value>,
    pub values: Vec<Value>,
}

impl ClaimsRequest {
    /// At most 4096 bytes. Claims that we do not have are left out, as are members that we do not know (OIDC Core §5.5).
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        if text.len() > LONGEST {
            return Err(OAuthError::invalid_request("claims is too long"));
        }
        let read = Self::read(text).ok_or_else(|| OAuthError::invalid_request("claims is malformed"))?;
        if read.subs().any(|sub| Some(sub) != read.required_sub()) {
            return Err(OAuthError::invalid_request("claims names two users"));
        }
        Ok(read)
    }

    /// The text that `from_json` reads.
    pub fn to_json(&self) -> String {
        let sections = [("userinfo", &self.userinfo), ("id_token", &self.id_token)];
        let asked = sections.into_iter().filter(|(_, claims)| !claims.is_empty());
        Value::Object(asked.map(|(name, claims)| (name.to_owned(), write_section(claims))).collect()).to_string()
    }

    /// What `to_json` wrote; the empty request for any other text.
    pub fn from_json(text: &str) -> Self {
        Self::read(text).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The claims that tell something about the user.
    pub fn names(&self) -> BTreeSet<String> {
        let all = self.userinfo.keys().chain(self.id_token.keys());
        all.filter(|name| !ABOUT_THE_LOGIN.contains(&name.as_str())).cloned().collect()
    }

    /// Whether a consent to `self` is a consent to `other`: by name, wherever it is told.
    pub fn covers(&self, other: &Self) -> bool {
        other.names().is_subset(&self.names())
    }

    /// The authentication contexts of which one must be reached. OIDC Core §5.5.1.1.
    pub fn essential_acrs(&self) -> Option<Vec<String>> {
        let acr = self.id_token.get("acr").filter(|acr| acr.essential)?;
        let wanted: Vec<&Value> = acr.value.iter().chain(&acr.values).collect();
        let names = wanted.iter().filter_map(|value| value.as_str()).map(str::to_owned).collect();
        (!wanted.is_empty()).then_some(names)
    }

    /// The only user for whom the answer may be a success. OIDC Core §3.1.2.2.
    pub fn required_sub(&self) -> Option<&str> {
        self.subs().next()
    }

    fn subs(&self) -> impl Iterator<Item = &str> {
        let asked = [&self.id_token, &self.userinfo];
        asked.into_iter().filter_map(|claims| claims.get("sub")?.value.as_ref()?.as_str())
    }

    fn read(text: &str) -> Option<Self> {
        let Ok(Value::Object(sections)) = serde_json::from_str(text) else { return None };
        Some(Self {
            userinfo: read_section(sections.get("userinfo"))?,
            id_token: read_section(sections.get("id_token"))?,
        })
    }
}

impl ClaimRequest {
    fn read(name: &str, asked: &Value) -> Option<Self> {
        let asked = match asked {
            Value::Null => return Some(Self::default()),
            Value::Object(members) => members,
            _ => return None,
        };
        let essential = match asked.get("essential") {
            None => false,
            Some(Value::Bool(essential)) => *essential,
            Some(_) => return None,
        };
        let values = match asked.get("values") {
            None => Vec::new(),
            Some(Value::Array(values)) => values.clone(),
            Some(_) => return None,
        };
        let value = asked.get("value").filter(|value| !value.is_null()).cloned();
        // A subject that is no text could be met by nobody; ignoring it would let anybody meet it.
        let is_readable = name != "sub" || value.as_ref().is_none_or(Value::is_string);
        let is_shallow = value.iter().chain(&values).all(|value| is_within(value, DEEPEST));
        (is_readable && is_shallow).then_some(Self { essential, value, values })
    }

    fn write(&self) -> Value {
        let mut members = Map::new();
        if self.essential {
            members.insert("essential".to_owned(), Value::Bool(true));
        }
        if let Some(value) = &self.value {
            members.insert("value".to_owned(), value.clone());
        }
        if !self.values.is_empty() {
            members.insert("values".to_owned(), Value::Array(self.values.clone()));
        }
        if members.is_empty() { Value::Null } else { Value::Object(members) }
    }
}

fn read_section(section: Option<&Value>) -> Option<BTreeMap<String, ClaimRequest>> {
    match section {
        None | Some(Value::Null) => Some(BTreeMap::new()),
        Some(Value::Object(claims)) => {
            let known = claims.iter().filter(|(name, _)| may_be_asked_for(name));
            known.map(|(name, asked)| Some((name.clone(), ClaimRequest::read(name, asked)?))).collect()
        }
        Some(_) => None,
    }
}

fn write_section(claims: &BTreeMap<String, ClaimRequest>) -> Value {
    Value::Object(claims.iter().map(|(name, asked)| (name.clone(), asked.write())).collect())
}

fn may_be_asked_for(name: &str) -> bool {
    ABOUT_THE_LOGIN.contains(&name) || SCOPES_WITH_CLAIMS.iter().any(|scope| claims_of_scope(scope).contains(&name))
}

fn is_within(value: &Value, depth: u8) -> bool {
    let Some(below) = depth.checked_sub(1) else { return false };
    match value {
        Value::Array(items) => items.iter().all(|item| is_within(item, below)),
        Value::Object(members) => members.values().all(|member| is_within(member, below)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn asked(claims: &Value) -> ClaimsRequest {
        ClaimsRequest::parse(&claims.to_string()).unwrap()
    }

    fn names(request: &ClaimsRequest) -> Vec<String> {
        request.names().into_iter().collect()
    }

    /// OIDC Core §5.5, its own example.
    #[test]
    fn the_example_of_the_specification_is_read() {
        let request = asked(&json!({
            "userinfo": {
                "given_name": {"essential": true},
                "nickname": null,
                "email": {"essential": true},
                "email_verified": {"essential": true},
                "picture": null,
                "http://example.info/claims/groups": null
            },
            "id_token": {
                "auth_time": {"essential": true},
                "acr": {"values": ["urn:mace:incommon:iap:silver"]}
            }
        }));
        assert_eq!(names(&request), ["email", "email_verified", "given_name", "picture"]);
        assert!(request.userinfo["email"].essential);
        assert!(!request.userinfo["picture"].essential);
        assert!(request.id_token["auth_time"].essential);
        assert_eq!(request.id_token["acr"].values, [json!("urn:mace:incommon:iap:silver")]);
        assert_eq!(request.essential_acrs(), None);
    }

    /// OIDC Core §5.5.
    #[test]
    fn unknown_members_and_claims_are_left_out() {
        let request = asked(&json!({"verified": 7, "userinfo": {"shoe_size": 7, "iss": null}, "id_token": null}));
        assert!(request.is_empty());
        assert_eq!(request.to_json(), "{}");
    }

    #[test]
    fn what_has_another_shape_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "{",
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":"email"}"#,
            r#"{"userinfo":{"email":true}}"#,
            r#"{"userinfo":{"email":{"essential":"true"}}}"#,
            r#"{"userinfo":{"email":{"values":"a"}}}"#,
            r#"{"id_token":{"sub":{"value":7}}}"#,
            r#"{"id_token":{"acr":{"value":[[[["deep"]]]]}}}"#,
        ] {
            assert_eq!(ClaimsRequest::parse(text), Err(OAuthError::invalid_request("claims is malformed")), "{text}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let padded = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
        assert!(ClaimsRequest::parse(&padded(4096)).is_ok());
        assert_eq!(ClaimsRequest::parse(&padded(4097)), Err(OAuthError::invalid_request("claims is too long")));
        assert!(ClaimsRequest::parse(&"[".repeat(4096)).is_err());
    }

    #[test]
    fn what_is_about_the_login_tells_nothing_of_the_user() {
        let request = asked(&json!({"id_token": {"acr": null, "sub": null, "auth_time": null, "name": null}}));
        assert_eq!(names(&request), ["name"]);
        assert_eq!(request.id_token.len(), 4);
    }

    #[test]
    fn consent_covers_by_name_wherever_it_is_told() {
        let consented = asked(&json!({"userinfo": {"email": null, "name": null}}));
        let elsewhere = asked(&json!({"id_token": {"email": {"essential": true}, "acr": {"value": "x"}}}));
        let more = asked(&json!({"userinfo": {"email": null, "phone_number": null}}));
        assert!(consented.covers(&elsewhere));
        assert!(consented.covers(&ClaimsRequest::default()));
        assert!(!consented.covers(&more));
        assert!(!ClaimsRequest::default().covers(&consented));
    }

    /// OIDC Core §5.5.1.1.
    #[test]
    fn an_essential_acr_must_be_one_of_those_named() {
        let acrs = |acr: Value| asked(&json!({"id_token": {"acr": acr}})).essential_acrs();
        let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(acrs(json!({"essential": true, "values": ["a", "b"]})), named(&["a", "b"]));
        assert_eq!(acrs(json!({"essential": true, "value": "a"})), named(&["a"]));
        assert_eq!(acrs(json!({"essential": true, "values": [7]})), named(&[]));
        assert_eq!(acrs(json!({"essential": true})), None);
        assert_eq!(acrs(json!({"values": ["a"]})), None);
    }

    /// OIDC Core §3.1.2.2.
    #[test]
    fn a_sub_with_a_value_is_required() {
        assert_eq!(asked(&json!({"id_token": {"sub": {"value": "alice"}}})).required_sub(), Some("alice"));
        assert_eq!(asked(&json!({"userinfo": {"sub": {"value": "alice"}}})).required_sub(), Some("alice"));
        assert_eq!(asked(&json!({"id_token": {"sub": {"essential": true}}})).required_sub(), None);
    }

    #[test]
    fn every_claim_of_a_scope_is_supported() {
        for scope in SCOPES_WITH_CLAIMS {
            assert!(!claims_of_scope(scope).is_empty(), "{scope}");
            assert!(claims_of_scope(scope).iter().all(|claim| SUPPORTED.contains(claim)), "{scope}");
        }
        assert!(claims_of_scope("openid").is_empty());
        assert!(ABOUT_THE_LOGIN.iter().all(|claim| SUPPORTED.contains(claim)));
    }

    #[test]
    fn what_was_not_stored_by_us_is_the_empty_request() {
        assert!(ClaimsRequest::from_json("").is_empty());
        assert!(ClaimsRequest::from_json(r#"{"userinfo":7}"#).is_empty());
    }

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from)
        ]
    }

    fn section() -> impl Strategy<Value = BTreeMap<String, ClaimRequest>> {
        let name = prop::sample::select(vec!["email", "name", "address", "acr", "auth_time"]);
        let parts = (any::<bool>(), prop::option::of(scalar()), prop::collection::vec(scalar(), 0..4));
        let claim = parts.prop_map(|(essential, value, values)| ClaimRequest { essential, value, values });
        prop::collection::btree_map(name.prop_map(str::to_owned), claim, 0..5)
    }

    proptest! {
        #[test]
        fn what_is_stored_reads_back(userinfo in section(), id_token in section()) {
            let request = ClaimsRequest { userinfo, id_token };
            prop_assert_eq!(ClaimsRequest::from_json(&request.to_json()), request);
        }

        #[test]
        fn parsing_never_panics(text in any::<String>(), near in "[{}\\[\\]\":,a-z_0-9]{0,64}") {
            let _ = (ClaimsRequest::parse(&text), ClaimsRequest::parse(&near));
        }
    }
}
