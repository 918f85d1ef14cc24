//! The parameters of one request, decoded once.

use std::fmt;

use url::form_urlencoded;

use super::error::OAuthError;

const MOST: usize = 64;

/// The parameters of a query or a form, in the order sent. RFC 6749 §3.1: one without a value counts as omitted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Why the text is no list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadParams {
    NotUtf8,
    BadPercentEncoding,
    /// A NUL: no grammar of RFC 6749 appendix A has it, and PostgreSQL stores none.
    Nul,
    /// More than 64 parameters.
    TooMany,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded`. Strict: what would have to be guessed is refused.
    pub fn parse(raw: &[u8]) -> Result<Self, BadParams> {
        let mut pairs = Vec::new();
        for (position, piece) in raw.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()).enumerate() {
            if position >= MOST {
                return Err(BadParams::TooMany);
            }
            let mut halves = piece.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self::from_pairs(pairs))
    }

    /// The parameters from pairs that are decoded already.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(pairs.filter(|(_, value): &(String, String)| !value.is_empty()).collect())
    }

    /// The value of a parameter. One that is given twice has none: whoever reads the other one is the attacker.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// Every value of a parameter that may be given more than once.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(given, _)| *given == name).map(|(_, value)| value)
    }

    /// The first name given more than once. `resource` may be (RFC 8707 §2), no other (RFC 6749 §3.1).
    pub fn duplicate(&self) -> Option<&str> {
        self.iter().map(|(name, _)| name).find(|name| *name != "resource" && self.all(name).nth(1).is_some())
    }

    /// Refuses a request in which a parameter is given twice. RFC 6749 §3.1.
    pub fn unambiguous(&self) -> Result<(), OAuthError> {
        match self.duplicate() {
            Some(_) => Err(OAuthError::invalid_request("a parameter is given more than once")),
            None => Ok(()),
        }
    }

    /// Names and values in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The text that `parse` reads.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

// Values are codes, secrets and tokens: only names are printed.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl From<BadParams> for OAuthError {
    fn from(fault: BadParams) -> Self {
        Self::invalid_request(match fault {
            BadParams::NotUtf8 => "the parameters are not UTF-8",
            BadParams::BadPercentEncoding => "the parameters are not percent-encoded correctly",
            BadParams::Nul => "a parameter holds a NUL",
            BadParams::TooMany => "there are too many parameters",
        })
    }
}

/// One name or value of a form. WHATWG URL §5.1, but refusing what that would let pass.
pub(super) fn decode(raw: &[u8]) -> Result<String, BadParams> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => (nibble(bytes.next())? << 4) | nibble(bytes.next())?,
            plain => plain,
        });
    }
    if decoded.contains(&0) {
        return Err(BadParams::Nul);
    }
    String::from_utf8(decoded).ok().ok_or(BadParams::NotUtf8)
}

const fn nibble(digit: Option<u8>) -> Result<u8, BadParams> {
    match digit {
        Some(byte @ b'0'..=b'9') => Ok(byte - b'0'),
        Some(byte @ b'a'..=b'f') => Ok(byte - b'a' + 10),
        Some(byte @ b'A'..=b'F') => Ok(byte - b'A' + 10),
        _ => Err(BadParams::BadPercentEncoding),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Params {
        Params::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn plus_and_percent_are_decoded() {
        let params = parsed("scope=openid+profile&state=%C3%A4%2B%26%3D&nonce=a=b");
        assert_eq!(params.get("scope"), Some("openid profile"));
        assert_eq!(params.get("state"), Some("ä+&="));
        assert_eq!(params.get("nonce"), Some("a=b"));
    }

    /// RFC 6749 §3.1.
    #[test]
    fn a_parameter_without_a_value_is_omitted() {
        let params = parsed("state=&nonce&&scope=openid&state=x");
        assert_eq!(params.iter().collect::<Vec<_>>(), [("scope", "openid"), ("state", "x")]);
        assert_eq!(params.duplicate(), None);
    }

    /// RFC 6749 §3.1, however the second one is spelt.
    #[test]
    fn a_parameter_given_twice_has_no_value() {
        let params = parsed("client_id=a&client%5Fid=b");
        assert_eq!(params.get("client_id"), None);
        assert_eq!(params.duplicate(), Some("client_id"));
        assert_eq!(params.unambiguous(), Err(OAuthError::invalid_request("a parameter is given more than once")));
    }

    /// RFC 8707 §2.
    #[test]
    fn resource_may_be_given_twice() {
        let params = parsed("resource=https://a.example&resource=https://b.example");
        assert_eq!(params.unambiguous(), Ok(()));
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn what_cannot_be_decoded_is_refused() {
        for broken in ["a=%", "a=%4", "a=%zz", "%=a", "a=%+1", "a=%u0041"] {
            assert_eq!(Params::parse(broken.as_bytes()), Err(BadParams::BadPercentEncoding), "{broken}");
        }
        assert_eq!(Params::parse(b"a=%ff"), Err(BadParams::NotUtf8));
        assert_eq!(Params::parse(b"a=\xc3"), Err(BadParams::NotUtf8));
        assert_eq!(Params::parse(b"a=%C0%AF"), Err(BadParams::NotUtf8));
        assert_eq!(Params::parse(b"a=%00"), Err(BadParams::Nul));
        assert_eq!(Params::parse(b"a\0=b"), Err(BadParams::Nul));
    }

    #[test]
    fn there_are_at_most_64_parameters() {
        let most = |count: usize| (0..count).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
        assert!(Params::parse(most(64).as_bytes()).is_ok());
        assert_eq!(Params::parse(most(65).as_bytes()), Err(BadParams::TooMany));
    }

    #[test]
    fn debug_prints_no_value() {
        let printed = format!("{:?}", parsed("client_secret=hunter2&code=abc"));
        assert_eq!(printed, r#"["client_secret", "code"]"#);
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = Params::parse(&raw);
        }

        #[test]
        fn what_is_encoded_reads_back(pairs in prop::collection::vec(("[^\0]{1,12}", "[^\0]{0,24}"), 0..32)) {
            let params = Params::from_pairs(pairs);
            prop_assert_eq!(Params::parse(params.encode().as_bytes()), Ok(params));
        }
    }
}
