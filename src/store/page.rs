//! Lists by pages: keyset pagination, so that a page costs the same at any depth.

use super::search::Sought;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The `next` of the page before.
    pub after: Option<String>,
    pub limit: i64,
    /// The beginning of a word of a name, in any case; of users also of the address,
    /// its domain, the username or the id.
    pub search: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
    /// A search found more than it looks at, and the rest is on no page: a longer text finds it.
    pub cut_short: bool,
}

const LARGEST: i64 = 500;

impl PageRequest {
    /// One row more than the page holds tells whether there is another page.
    pub(super) fn fetch(&self) -> i64 {
        self.size().saturating_add(1)
    }

    pub(super) fn start(&self) -> &str {
        // PostgreSQL takes no NUL; no id has one.
        self.after.as_deref().filter(|text| !text.contains('\0')).unwrap_or_default()
    }

    pub(super) fn sought(&self) -> Option<Sought> {
        self.search.as_deref().and_then(Sought::new)
    }

    pub(super) fn pattern(&self) -> Option<String> {
        self.search.as_deref().and_then(pattern)
    }

    fn size(&self) -> i64 {
        self.limit.clamp(1, LARGEST)
    }
}

/// The pattern for LIKE with `\` as escape; the text's own wild cards are taken literally. The database lowers it as it
/// lowers the column: SQLite's `lower` knows ASCII only.
pub(super) fn pattern(text: &str) -> Option<String> {
    let sought = Some(text.trim()).filter(|text| !text.is_empty())?;
    let literal = sought.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Some(format!("%{literal}%"))
}

impl<T> Page<T> {
    pub(super) fn cut(mut items: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> String) -> Self {
        let size = usize::try_from(request.size()).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(key);
        Self { items, next, cut_short: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(limit: i64, search: &str) -> PageRequest {
        PageRequest { after: None, limit, search: Some(search.to_owned()) }
    }

    #[test]
    fn wild_cards_in_a_search_are_literal() {
        assert_eq!(request(1, " 100%_A\\ ").pattern().as_deref(), Some("%100\\%\\_A\\\\%"));
        assert_eq!(request(1, "  ").pattern(), None);
    }

    #[test]
    fn only_a_full_page_has_a_next() {
        let page = Page::cut(vec!["a", "b", "c"], &request(2, ""), |item| (*item).to_owned());
        assert_eq!((page.items, page.next.as_deref()), (vec!["a", "b"], Some("b")));
        assert_eq!(Page::cut(vec!["a", "b"], &request(2, ""), |item| (*item).to_owned()).next, None);
        assert_eq!(request(0, "").fetch(), 2);
    }
}
