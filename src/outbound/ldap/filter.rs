//! Search filters with places for what somebody typed, which stays a value whatever it holds (RFC 4515 §3).

use ldap3::{ldap_escape, parse_filter};

/// A filter whose places are known and which stands as one when they are filled.
#[derive(Clone, Debug)]
pub(super) struct Filter(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(String),
}

impl Filter {
    pub(super) fn parse(template: &str, places: &[&str]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').ok_or_else(|| format!("{template}: a brace is not closed"))?;
            if !places.contains(&place) {
                return Err(format!("{template}: there is no {{{place}}}"));
            }
            parts.extend([Part::Text(text.to_owned()), Part::Place(place.to_owned())]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        let filter = Self(parts);
        let sample: Vec<_> = places.iter().map(|place| (*place, "x")).collect();
        match parse_filter(filter.fill(&sample)) {
            Ok(_) => Ok(filter),
            Err(()) => Err(format!("{template} is no LDAP filter")),
        }
    }

    /// Each place is filled once: a value that looks like a place is a value.
    pub(super) fn fill(&self, values: &[(&str, &str)]) -> String {
        let value = |place: &str| values.iter().find(|(name, _)| *name == place).map_or("", |(_, value)| *value);
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Place(place) => ldap_escape(value(place)).into_owned(),
        };
        self.0.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(email: &str) -> String {
        let filter = Filter::parse("(|(mail={email})(uid={username}))", &["email", "username"]).unwrap();
        filter.fill(&[("email", email), ("username", "x")])
    }

    /// RFC 4515 §3: `*`, `(`, `)`, `\` and NUL in a value are written as their codes.
    #[test]
    fn what_was_typed_stays_a_value() {
        assert_eq!(filled("ada@corp.example"), "(|(mail=ada@corp.example)(uid=x))");
        assert_eq!(filled("*)(uid=*"), r"(|(mail=\2a\29\28uid=\2a)(uid=x))");
        assert_eq!(filled("\\\0é"), r"(|(mail=\5c\00é)(uid=x))");
    }

    #[test]
    fn a_value_that_looks_like_a_place_is_not_filled_again() {
        assert_eq!(filled("{username}@corp.example"), "(|(mail={username}@corp.example)(uid=x))");
    }

    #[test]
    fn a_filter_that_cannot_stand_is_refused_before_anybody_signs_in() {
        for template in ["(mail={email}", "mail={mail}", "(mail={email", "(&(mail={email})"] {
            assert!(Filter::parse(template, &["email"]).is_err(), "{template}");
        }
        let nested = "(member:1.2.840.113556.1.4.1941:={dn})";
        assert!(Filter::parse(nested, &["dn"]).is_ok());
    }
}
