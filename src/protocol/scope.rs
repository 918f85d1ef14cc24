//! stub
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Vec<String>);
impl Scope {
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(text.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect()))
    }
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}
impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}
