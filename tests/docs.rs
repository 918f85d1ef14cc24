//! Keeps the pages true: a test that a page names exists.

#![expect(clippy::unwrap_used, reason = "a failing test should stop loudly")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The pages whose third column names tests.
const PAGES: &[&str] = &["docs/security.md", "docs/conformance.md"];

#[test]
fn every_test_that_a_page_names_exists() {
    let known = functions();
    for page in PAGES {
        let named = named(&fs::read_to_string(page).unwrap());
        assert!(!named.is_empty(), "{page} names no test");
        let missing: Vec<_> = named.difference(&known).collect();
        assert!(missing.is_empty(), "{page} names tests that do not exist: {missing:?}");
    }
}

/// Code moves; the pages that point at it must move with it.
#[test]
fn every_source_that_a_page_names_exists() {
    let known: Vec<String> = sources().iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let pages = ["README.md", "docs/architecture.md", "docs/security.md"];
    let strange = pages.iter().flat_map(|page| {
        let text = fs::read_to_string(page).unwrap();
        let quoted: Vec<String> = text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let files = quoted.into_iter().filter(|word| is_rust(Path::new(word)) && !word.contains('<'));
        let missing = files.filter(|file| !known.iter().any(|path| Path::new(path).ends_with(file)));
        missing.map(|file| format!("{page}: {file} does not exist")).collect::<Vec<_>>()
    });
    let strange: Vec<String> = strange.collect();
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}

/// "`file.rs` `name`": the name stands in that file.
#[test]
fn every_name_behind_a_source_is_in_it() {
    let sources = sources();
    let strange = ["docs/architecture.md", "docs/security.md"].iter().flat_map(|page| {
        let text = fs::read_to_string(page).unwrap();
        let pieces: Vec<&str> = text.split('`').collect();
        let behind = pieces
            .windows(3)
            .skip(1)
            .step_by(2)
            .filter(|words| is_rust(Path::new(words[0])) && words[1] == " " && !is_rust(Path::new(words[2])));
        let missing = behind.filter(|words| {
            let mut files = sources.iter().filter(|path| path.ends_with(words[0]));
            !files.any(|file| fs::read_to_string(file).unwrap().contains(words[2]))
        });
        missing.map(|words| format!("{page}: {} has no {}", words[0], words[2])).collect::<Vec<_>>()
    });
    let strange: Vec<String> = strange.collect();
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}

/// Every page of ours that another one links to is there.
#[test]
fn every_link_leads_somewhere() {
    let pages = ["README.md", "keys/README.md", "docs/deploy/README.md"].into_iter().map(PathBuf::from);
    let docs = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let broken: Vec<String> = pages
        .chain(docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")))
        .flat_map(|page| broken_links(&page))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn broken_links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let ours = targets.filter(|target| !target.contains("://")).filter_map(|target| target.split('#').next());
    let broken = ours.filter(|target| !target.is_empty() && !page.parent().unwrap().join(target).exists());
    broken.map(|target| format!("{}: {target} does not exist", page.display())).collect()
}

/// The words in backticks in the third cell of each row.
fn named(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|row| row.split('|').nth(3));
    let quoted = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    quoted.map(str::to_owned).collect()
}

/// The names of all functions in `src/` and `tests/`.
fn functions() -> BTreeSet<String> {
    let names = |path: &PathBuf| -> Vec<String> {
        let text = fs::read_to_string(path).unwrap();
        text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next()).map(str::to_owned).collect()
    };
    sources().iter().flat_map(names).collect()
}

/// Every Rust file in `src/` and `tests/`.
fn sources() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("src"), PathBuf::from("tests")];
    let mut found = vec![];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if is_rust(&path) {
            found.push(path);
        }
    }
    found
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "rs")
}
