//! stub
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);
impl Challenge {
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
