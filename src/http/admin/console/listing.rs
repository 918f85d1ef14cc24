//! Lists of the console: what is sought, and the ways to the other pages.

use crate::{
    protocol::params::Params,
    services::admin::{Page, PageRequest},
};

/// Entries of a page.
const SIZE: i64 = 50;

/// What the query of a list says; what is malformed counts for nothing.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    query: &'a Params,
    /// The fields of the search.
    fields: &'a [&'a str],
}

/// The ways from one page of a list to the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    /// To the first page, from any other.
    pub(super) back: Option<String>,
    pub(super) onward: Option<String>,
}

impl<'a> Sought<'a> {
    /// `fields` narrow the list; the first one is the text that is sought.
    pub(super) fn new(query: &'a Params, fields: &'a [&'a str]) -> Self {
        Self { query, fields }
    }

    pub(super) fn text(&self, field: &str) -> &'a str {
        self.query.get(field).unwrap_or_default()
    }

    /// Whether this is not the whole list.
    pub(super) fn narrows(&self) -> bool {
        self.fields.iter().any(|field| !self.text(field).is_empty())
    }

    pub(super) fn page(&self) -> PageRequest {
        let text = |field: &str| Some(self.text(field).to_owned()).filter(|text| !text.is_empty());
        let search = self.fields.first().and_then(|field| text(field));
        PageRequest { after: text("after"), limit: SIZE, search }
    }

    pub(super) fn ways<T>(&self, path: &str, page: &Page<T>) -> Ways {
        let back = (!self.text("after").is_empty()).then(|| self.way(path, None));
        Ways { back, onward: page.next.as_deref().map(|next| self.way(path, Some(next))) }
    }

    fn way(&self, path: &str, after: Option<&str>) -> String {
        let fields = self.fields.iter().map(|field| (*field, self.text(field)));
        let pairs = fields.chain(after.map(|after| ("after", after))).filter(|(_, text)| !text.is_empty());
        let query = Params::from_pairs(pairs).encode();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_seeks_the_same() {
        let query = Params::from_pairs([("q", "a&b"), ("after", "x"), ("notice", "sealed")]);
        let sought = Sought::new(&query, &["q", "user"]);
        let page = Page { items: vec![()], next: Some("y".to_owned()), cut_short: false };
        let (back, onward) = (Some("/l?q=a%26b".to_owned()), Some("/l?q=a%26b&after=y".to_owned()));
        assert_eq!(sought.ways("/l", &page), Ways { back, onward });
        assert!(sought.narrows());
        assert_eq!(sought.page(), PageRequest { after: Some("x".into()), limit: SIZE, search: Some("a&b".into()) });
        let nothing = Params::default();
        let whole = Sought::new(&nothing, &["q"]);
        assert_eq!(whole.ways("/l", &Page { next: None, ..page }), Ways::default());
        assert!(!whole.narrows());
    }
}
