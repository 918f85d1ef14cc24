//! The parameters of one request, as `application/x-www-form-urlencoded` carries them. RFC 6749 appendix B.

use std::borrow::Cow;

use url::form_urlencoded;

use super::error::OAuthError;

/// More than any honest request has.
const MOST: usize = 64;

/// Names and values in order. One without a value counts as left out (RFC 6749 §3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Why bytes are no parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadParams {
    NotUtf8,
    BadPercentEncoding,
    TooMany,
}

impl Params {
    pub fn parse(raw: &[u8]) -> Result<Self, BadParams> {
        let parts: Vec<_> = raw.split(|&b| b == b'&').filter(|part| !part.is_empty()).collect();
        if parts.len() > MOST {
            return Err(BadParams::TooMany);
        }
        let pairs = parts.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::from_pairs(pairs))
    }

    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value; `None` also where it is given twice, for an ambiguous parameter has no value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The first name that is given twice, where it must not be: all but `resource` (RFC 6749 §3.1, RFC 8707 §2).
    pub fn duplicate(&self) -> Option<&str> {
        let names = self.0.iter().map(|(name, _)| name.as_str()).filter(|&name| name != "resource");
        let mut seen = Vec::with_capacity(self.0.len());
        names.into_iter().find(|&name| {
            let again = seen.contains(&name);
            seen.push(name);
            again
        })
    }

    pub fn unambiguous(&self) -> Result<(), OAuthError> {
        match self.duplicate() {
            Some(_) => Err(OAuthError::invalid_request("a parameter is given twice")),
            None => Ok(()),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

fn pair(part: &[u8]) -> Result<(String, String), BadParams> {
    let mut halves = part.splitn(2, |&b| b == b'=');
    let half = |raw: Option<&[u8]>| decode(raw.unwrap_or_default());
    Ok((half(halves.next())?, half(halves.next())?))
}

/// Strict: the `url` crate would let a bad escape stand and replace bad UTF-8.
fn decode(raw: &[u8]) -> Result<String, BadParams> {
    let mut plain = Vec::with_capacity(raw.len());
    let mut rest = raw.iter().copied();
    while let Some(byte) = rest.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(digit), rest.next().and_then(digit)) {
                (Some(high), Some(low)) => high * 16 + low,
                _ => return Err(BadParams::BadPercentEncoding),
            },
            other => other,
        });
    }
    match String::from_utf8(plain) {
        Ok(text) => Ok(text),
        Err(_) => Err(BadParams::NotUtf8),
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// One form-encoded value on its own, as in HTTP Basic credentials (RFC 6749 §2.3.1).
pub(super) fn decode_value(text: &str) -> Option<Cow<'_, str>> {
    if text.bytes().any(|b| b == b'%' || b == b'+') {
        return decode(text.as_bytes()).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(text))
}

impl From<BadParams> for OAuthError {
    fn from(bad: BadParams) -> Self {
        Self::invalid_request(match bad {
            BadParams::NotUtf8 => "the parameters are not UTF-8",
            BadParams::BadPercentEncoding => "the parameters have a bad percent-encoding",
            BadParams::TooMany => "too many parameters",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Params {
        Params::parse(text.as_bytes()).unwrap()
    }

    /// RFC 6749 §3.1: parameters sent without a value MUST be treated as if they were omitted.
    #[test]
    fn a_parameter_without_a_value_is_left_out() {
        let params = parse("scope=&state&nonce=n");
        assert_eq!(params.get("scope"), None);
        assert_eq!(params.get("state"), None);
        assert_eq!(params.get("nonce"), Some("n"));
    }

    /// RFC 6749 §3.1: parameters MUST NOT be included more than once. RFC 8707 §2: `resource` may.
    #[test]
    fn an_ambiguous_parameter_has_no_value() {
        let params = parse("a=1&b=2&a=1&resource=x&resource=y");
        assert_eq!((params.get("a"), params.get("b")), (None, Some("2")));
        assert_eq!(params.duplicate(), Some("a"));
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(parse("resource=x&resource=y").duplicate(), None);
    }

    #[test]
    fn bad_encodings_are_refused() {
        for wrong in ["a=%", "a=%4", "a=%zz", "%=b"] {
            assert_eq!(Params::parse(wrong.as_bytes()), Err(BadParams::BadPercentEncoding), "{wrong}");
        }
        assert_eq!(Params::parse(b"a=%ff"), Err(BadParams::NotUtf8));
        assert_eq!(Params::parse(b"a=\xff"), Err(BadParams::NotUtf8));
        assert_eq!(Params::parse("a=1&".repeat(65).as_bytes()), Err(BadParams::TooMany));
    }

    #[test]
    fn spaces_come_as_plus_or_percent() {
        assert_eq!(parse("scope=a+b%20c").get("scope"), Some("a b c"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_parse_or_are_refused(raw: Vec<u8>) {
            if let Ok(params) = Params::parse(&raw) {
                assert_eq!(Params::parse(params.encode().as_bytes()), Ok(params));
            }
        }
    }
}
