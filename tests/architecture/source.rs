//! A Rust file as the rules look at it: its words, its comments, the modules and libraries that it names.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) comments: String,
    /// The code's words and signs, without comments and the content of strings, each with its line.
    tokens: Vec<(usize, String)>,
}

impl Source {
    pub(crate) fn new(path: &str, text: String) -> Self {
        let (code, comments) = parted(&text);
        Self { path: path.to_owned(), tokens: tokens(&code), text, comments }
    }

    pub(crate) fn below_src(&self) -> &str {
        self.path.strip_prefix("src/").unwrap_or(&self.path)
    }

    pub(crate) fn layer(&self) -> &str {
        self.below_src().split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// The places at which the tokens from there on fit.
    pub(crate) fn at(&self, fits: impl Fn(&[&str]) -> bool) -> Vec<String> {
        let words: Vec<&str> = self.tokens.iter().map(|(_, word)| word.as_str()).collect();
        let hits = self.tokens.iter().enumerate().filter(|(start, _)| fits(words.get(*start..).unwrap_or_default()));
        hits.map(|(_, (line, _))| format!("{}:{line}:", self.path)).collect()
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |(_, word)| word)
    }

    /// Crates of others: the first name of a path, and what is imported whole.
    pub(crate) fn libraries(&self) -> Vec<(usize, String)> {
        let first = |at: usize| at == 0 || !["::", "."].contains(&self.word(at - 1));
        let imported = |at: usize| at > 0 && self.word(at - 1) == "use";
        let hits =
            self.tokens.iter().enumerate().filter(|(at, _)| first(*at) && (self.word(at + 1) == "::" || imported(*at)));
        hits.map(|(_, token)| token.clone()).collect()
    }

    /// The modules below the crate's root that this file names by `crate::` and `super::`, with nested imports.
    pub(crate) fn crate_paths(&self) -> Vec<(usize, String)> {
        let stem = self.below_src().trim_end_matches(".rs").trim_end_matches("/mod");
        let home = stem.split('/').count();
        let (mut depth, mut inner) = (0_usize, vec![]);
        let mut found = vec![];
        for at in 0..self.tokens.len() {
            match self.word(at) {
                "{" => {
                    depth += 1;
                    if at >= 2 && self.word(at - 2) == "mod" {
                        inner.push(depth);
                    }
                }
                "}" => {
                    inner.retain(|opened| *opened != depth);
                    depth = depth.saturating_sub(1);
                }
                "crate" if self.word(at + 1) == "::" => found.extend(self.heads(at + 2)),
                "super" if self.word(at.wrapping_sub(1)) != "::" => {
                    let climbs = (at..).step_by(2).take_while(|up| self.word(*up) == "super").count();
                    if climbs == home + inner.len() {
                        found.extend(self.heads(at + 2 * climbs));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The first names of a path or of each path in a group.
    fn heads(&self, at: usize) -> Vec<(usize, String)> {
        if self.word(at) != "{" {
            return self.tokens.get(at).cloned().into_iter().collect();
        }
        let (mut depth, mut heads) = (0_usize, vec![]);
        for here in at..self.tokens.len() {
            match self.word(here) {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            match depth {
                0 => break,
                1 if ["{", ","].contains(&self.word(here)) => heads.extend(self.tokens.get(here + 1).cloned()),
                _ => {}
            }
        }
        heads
    }
}

/// Code and comments of a file, each at its place in a text of spaces; strings belong to neither.
fn parted(text: &str) -> (String, String) {
    let (mut code, mut comments) = (String::new(), String::new());
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, length) = piece(rest);
        let (this, after) = rest.split_at(length);
        let blank: String = this.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.push_str(if kind == Kind::Code { this } else { &blank });
        comments.push_str(if kind == Kind::Comment { this } else { &blank });
        rest = after;
    }
    (code, comments)
}

#[derive(PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// What a text begins with, and how long that is.
fn piece(text: &str) -> (Kind, usize) {
    let until = |end: &str, from: usize| {
        let at = text.get(from..).and_then(|rest| rest.find(end));
        at.map_or(text.len(), |at| from + at + end.len())
    };
    let first = text.chars().next().map_or(0, char::len_utf8);
    if text.starts_with("//") {
        return (Kind::Comment, text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return (Kind::Comment, until("*/", 2));
    }
    if text.starts_with('"') {
        return (Kind::Literal, quoted(text));
    }
    let hashes = text.strip_prefix('r').map_or(0, |raw| raw.chars().take_while(|c| *c == '#').count());
    if text.starts_with('r') && text.get(1 + hashes..).is_some_and(|rest| rest.starts_with('"')) {
        return (Kind::Literal, until(&format!("\"{}", "#".repeat(hashes)), 2 + hashes));
    }
    if text.starts_with("'\\") {
        return (Kind::Literal, until("'", 3));
    }
    if text.starts_with('\'') && text.chars().nth(2) == Some('\'') {
        return (Kind::Literal, text.char_indices().nth(3).map_or(text.len(), |(at, _)| at));
    }
    let word: usize = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    // A `b` may begin a byte string, so it stands alone.
    (Kind::Code, if text.starts_with("br") || text.starts_with("b\"") { 1 } else { word.max(first) })
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = vec![];
    for (at, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let length = if rest.starts_with("::") { 2 } else { word.max(first.len_utf8()) };
            let (token, after) = rest.split_at(length);
            found.push((at + 1, token.to_owned()));
            rest = after.trim_start();
        }
    }
    found
}

/// Every Rust file below the folders.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let mut todo: Vec<PathBuf> = folders.iter().map(PathBuf::from).filter(|folder| folder.exists()).collect();
    let mut found = vec![];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(Source::new(path.to_str().unwrap(), read(&path)));
        }
    }
    found
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
