//! The outbox page: letters as text, in which only addresses of this server are links.

use askama::Template;

use crate::{http::pages::layout::Layout, services::mail::Delivered};

#[derive(Debug, Template)]
#[template(path = "pages/outbox.html")]
pub struct OutboxView<'a> {
    pub layout: &'a Layout,
    /// Where the files lie.
    pub folder: &'a str,
    /// The newest first.
    pub letters: Vec<LetterView<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterView<'a> {
    pub at: String,
    pub to: &'a str,
    pub subject: &'a str,
    pub lines: Vec<Line<'a>>,
}

/// A line of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Words(&'a str),
    /// An address of this server, which stands alone on its line.
    Link(&'a str),
}

impl<'a> LetterView<'a> {
    pub fn new(letter: &'a Delivered, issuer: &str) -> Self {
        let lines = letter.text.lines().map(|line| Line::new(line, issuer)).collect();
        Self { at: letter.at.rfc3339(), to: &letter.to, subject: &letter.subject, lines }
    }
}

impl<'a> Line<'a> {
    /// Whatever else somebody has written into a letter stays words.
    fn new(line: &'a str, issuer: &str) -> Self {
        let ours = line.strip_prefix(issuer).is_some_and(|path| path.starts_with('/'));
        if ours && !line.contains(char::is_whitespace) { Self::Link(line) } else { Self::Words(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::time::Timestamp, http::pages::layout::examples::layout};

    const ISSUER: &str = "https://id.example/base";

    fn page(text: &str) -> String {
        let letter = Delivered {
            at: Timestamp::from_unix(1_767_958_200),
            to: "alice@example.com".to_owned(),
            subject: "Hello <b>".to_owned(),
            text: text.to_owned(),
        };
        let layout = layout();
        let letters = vec![LetterView::new(&letter, ISSUER)];
        OutboxView { layout: &layout, folder: "data/outbox", letters }.render().unwrap()
    }

    #[test]
    fn a_letter_shows_its_reader_its_subject_and_its_text() {
        let page = page("Your code:\n\n    123456\n");
        for part in ["alice@example.com", "Hello &#60;b&#62;", "    123456", "2026-01-09T11:30:00Z"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }

    #[test]
    fn only_addresses_of_this_server_are_links() {
        let link = "https://id.example/base/account/reset?token=a";
        assert!(page(link).contains(&format!("<a href=\"{link}\">{link}</a>")));
        for stray in [
            "https://evil.example/",
            "https://id.example/base.evil.example/",
            "https://id.example/other",
            "javascript:alert(1)",
            "Click https://id.example/base/x",
            "https://id.example/base/x <script>",
        ] {
            let page = page(stray);
            assert!(!page.contains("<a href=\"http") && !page.contains("<script") && !page.contains("<a href=\"java"));
        }
    }

    #[test]
    fn without_letters_the_page_says_so() {
        let layout = layout();
        let view = OutboxView { layout: &layout, folder: "data/outbox", letters: vec![] };
        assert!(view.render().unwrap().contains("No letters yet"));
    }
}
