//! stub
use std::collections::BTreeMap;
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimRequest {
    pub essential: bool,
    pub value: Option<serde_json::Value>,
    pub values: Vec<serde_json::Value>,
}
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    pub userinfo: BTreeMap<String, ClaimRequest>,
    pub id_token: BTreeMap<String, ClaimRequest>,
}
impl ClaimsRequest {
    pub fn to_json(&self) -> String {
        String::new()
    }
    pub fn from_json(_: &str) -> Self {
        Self::default()
    }
    pub fn is_empty(&self) -> bool {
        true
    }
}
