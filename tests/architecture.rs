//! Keeps the shape of the building: which layer may name which, and the habits that every file follows.

#![expect(clippy::unwrap_used, reason = "a failing test should stop loudly")]

#[path = "architecture/source.rs"]
mod source;

use std::{collections::BTreeSet, fs, path::Path};

use source::{Source, read, sources};

/// Each layer and the layers that it may name. What is not listed (app, server, main, lib) may name all.
const LAYERS: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("domain", &["protocol"]),
    ("config", &["protocol", "domain"]),
    ("crypto", &["protocol", "domain", "config"]),
    ("store", &["protocol", "domain"]),
    ("outbound", &["protocol", "domain", "config"]),
    ("services", &["protocol", "domain", "config", "crypto", "store", "outbound"]),
    ("jobs", &["protocol", "domain", "config", "crypto", "store", "outbound", "services"]),
    ("cli", &["protocol", "domain", "config", "crypto", "store", "outbound", "services"]),
    ("http", &["protocol", "domain", "config", "services"]),
];

/// The files above all layers, where the parts meet.
const TOP: &[&str] = &["lib.rs", "main.rs", "app.rs", "run.rs", "server.rs"];

/// Libraries that stay where they are: the beginning of the crate's name, and the paths below `src/` that may say it.
const CONFINED: &[(&str, &[&str])] = &[
    ("actix", &["http/", "app.rs", "server.rs", "main.rs"]),
    ("argon2", &["crypto/"]),
    ("askama", &["http/", "outbound/mail/"]),
    ("diesel", &["store/"]),
    ("lettre", &["outbound/"]),
    ("ldap3", &["outbound/"]),
    ("openidconnect", &["protocol/discovery.rs", "outbound/"]),
    ("oxide_auth", &["services/grants/"]),
    ("r2d2", &["store/"]),
    ("reqwest", &["outbound/"]),
    ("rsa", &["crypto/"]),
];

/// What the two pure layers may use besides `std`.
const PURE: &[(&str, &[&str])] = &[
    ("protocol", &["serde", "serde_json", "url", "base64", "sha2", "subtle", "openidconnect"]),
    ("domain", &["chrono", "icu_properties", "serde", "zeroize"]),
];

/// Names of `std` that reach outside of a pure value.
const IMPURE: &[&str] =
    &["fs", "env", "process", "thread", "TcpStream", "UdpSocket", "SystemTime", "Instant", "Utc::now"];

const LONGEST: usize = 400;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

const DRAWERS: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager", "data", "info", "v2"];

/// Beginnings of function names that say nothing.
const HOLLOW: &[&str] = &["handle_", "do_", "process_"];

#[test]
fn a_layer_names_only_layers_below_it() {
    verdict(sources(&["src"]).iter().flat_map(layering));
}

#[test]
fn libraries_stay_in_their_layer() {
    verdict(sources(&["src"]).iter().flat_map(confinement));
}

#[test]
fn pure_layers_stay_pure() {
    let manifest: toml::Table = read(Path::new("Cargo.toml")).parse().unwrap();
    let crates: Vec<String> =
        manifest["dependencies"].as_table().unwrap().keys().map(|k| k.replace('-', "_")).collect();
    verdict(sources(&["src"]).iter().flat_map(|source| purity(source, &crates)));
}

#[test]
fn files_are_short_and_begin_with_what_they_are() {
    verdict(sources(&["src", "tests", "benches"]).iter().flat_map(|source| {
        let lines = source.text.lines().count();
        let excused = LONGER.iter().any(|(path, _)| *path == source.path);
        let long = (lines > LONGEST && !excused).then(|| format!("{}:{LONGEST}: {lines} lines", source.path));
        let mute = (!source.text.starts_with("//! ")).then(|| format!("{}:1: no `//!` sentence", source.path));
        long.into_iter().chain(mute)
    }));
    for (path, reason) in LONGER {
        assert!(read(Path::new(path)).lines().count() > LONGEST && !reason.is_empty(), "{path} needs no exception");
    }
}

#[test]
fn nothing_is_named_after_a_drawer() {
    verdict(sources(&["src", "tests", "benches"]).iter().flat_map(names));
}

#[test]
fn no_note_is_left_for_later() {
    verdict(sources(&["src", "tests", "benches"]).iter().flat_map(|source| {
        let notes = source.comments.lines().enumerate();
        let left = notes.filter(|(_, line)| line.contains("TODO") || line.contains("FIXME") || line.contains("XXX"));
        left.map(|(at, _)| format!("{}:{}: a note for later: file an issue", source.path, at + 1)).collect::<Vec<_>>()
    }));
}

#[test]
fn there_is_one_macro() {
    let macros: Vec<String> = sources(&["src"])
        .iter()
        .flat_map(|source| source.at(|tokens| matches!(tokens, ["macro_rules", "!", ..])))
        .collect();
    assert_eq!(macros.len(), 1, "one `macro_rules!` is enough:\n{}", macros.join("\n"));
}

#[test]
fn each_migration_exists_for_both_databases() {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let sqlite = names("migrations/sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("migrations/postgres"));
}

#[test]
fn the_readme_names_every_specification() {
    let Ok(readme) = fs::read_to_string("README.md") else { return };
    let table = Source::new("src/protocol/mod.rs", read(Path::new("src/protocol/mod.rs"))).comments;
    let numbers =
        table.split("RFC ").skip(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let missing: BTreeSet<String> = numbers.filter(|number| !readme.contains(&format!("RFC {number}"))).collect();
    assert!(missing.is_empty(), "src/protocol/mod.rs lists RFCs that README.md does not name: {missing:?}");
}

// The rules

fn layering(source: &Source) -> Vec<String> {
    let layer = source.layer();
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        let known = TOP.contains(&source.below_src());
        return if known { vec![] } else { vec![format!("{}:1: belongs to no layer", source.path)] };
    };
    let named = source.crate_paths().into_iter().filter(|(_, root)| {
        let ours =
            LAYERS.iter().any(|(name, _)| name == root) || TOP.iter().any(|top| top.strip_suffix(".rs") == Some(root));
        ours && root != layer && !below.contains(&root.as_str())
    });
    named.map(|(line, root)| format!("{}:{line}: {layer} names {root}", source.path)).collect()
}

fn confinement(source: &Source) -> Vec<String> {
    let outside = |name: &str| {
        let home = CONFINED
            .iter()
            .find(|(start, _)| name.strip_prefix(start).is_some_and(|r| r.is_empty() || r.starts_with('_')));
        home.is_some_and(|(_, homes)| !homes.iter().any(|home| source.below_src().starts_with(home)))
    };
    let named = source.libraries().into_iter().filter(|(_, name)| outside(name));
    named.map(|(line, name)| format!("{}:{line}: {name} is not for this folder", source.path)).collect()
}

fn purity(source: &Source, crates: &[String]) -> Vec<String> {
    let Some((layer, allowed)) = PURE.iter().find(|(name, _)| *name == source.layer()) else { return vec![] };
    let strange = |name: &String| crates.contains(name) && !allowed.contains(&name.as_str());
    let foreign = source.libraries().into_iter().filter(|(_, name)| strange(name));
    let mut wrong: Vec<_> =
        foreign.map(|(line, name)| format!("{}:{line}: {layer} uses {name}", source.path)).collect();
    for word in IMPURE {
        let parts: Vec<&str> = word.split("::").flat_map(|part| ["::", part]).skip(1).collect();
        let found = source.at(|tokens| tokens.starts_with(&parts) && (parts.len() > 1 || tokens.get(1) != Some(&":")));
        wrong.extend(found.into_iter().map(|place| format!("{place} {layer} reaches out by {word}")));
    }
    wrong
}

fn names(source: &Source) -> Vec<String> {
    let words = source.path.split(['/', '.', '_']);
    let drawers = words.filter(|word| DRAWERS.contains(word)).map(|word| format!("{}:1: named `{word}`", source.path));
    let hollow = source.at(|tokens| match tokens {
        ["fn", name, ..] => HOLLOW.iter().any(|start| name.starts_with(start)),
        _ => false,
    });
    drawers.chain(hollow.into_iter().map(|place| format!("{place} a name that begins with {HOLLOW:?}"))).collect()
}

fn verdict(wrong: impl Iterator<Item = String>) {
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The rules themselves: each refuses what it is there for.
mod rules {
    use super::{Source, confinement, layering, names, purity};

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text.to_owned())
    }

    #[test]
    fn a_name_from_above_is_refused_however_it_is_imported() {
        let imports = [
            "use crate::services::core;",
            "use crate::{domain::user::User, services};",
            "use crate::{\n    domain::{user, client},\n    services::{a, b},\n};",
            "use super::super::services;",
            "fn f() -> crate::services::Core {}",
            "mod tests {\n    use super::super::super::services::core;\n}",
        ];
        for text in imports {
            assert_eq!(layering(&source("src/store/users.rs", text)).len(), 1, "{text}");
        }
        assert_eq!(
            layering(&source("src/store/mod.rs", "\n\nuse super::http;")),
            ["src/store/mod.rs:3: store names http"]
        );
        assert_eq!(layering(&source("src/drawer/mod.rs", "")).len(), 1);
    }

    #[test]
    fn a_name_from_below_or_beside_in_the_same_layer_is_fine() {
        let text = "use crate::{domain::user, protocol};\nuse super::http;\nmod tests { use super::super::services; }\n\
            // crate::services\nconst A: &str = \"crate::services\"; const B: &str = r#\"\"crate::http\"#; const C: char = '\"';";
        assert!(layering(&source("src/store/users.rs", text)).is_empty());
        assert!(layering(&source("src/main.rs", "use crate::http;")).is_empty());
    }

    #[test]
    fn a_library_away_from_home_is_refused() {
        for text in
            ["use diesel::prelude::*;", "use actix_web::web;", "fn f() { oxide_auth::code_grant::f() }", "use askama;"]
        {
            assert_eq!(confinement(&source("src/services/core.rs", text)).len(), 1, "{text}");
        }
        let fine = "/// `diesel::x`\nfn f(rsa: u8) { crate::actix::f(rsa) }";
        assert!(confinement(&source("src/services/core.rs", fine)).is_empty());
        assert!(confinement(&source("src/services/grants/flow.rs", "use oxide_auth::code_grant;")).is_empty());
    }

    #[test]
    fn io_and_clocks_in_a_pure_layer_are_refused() {
        let crates = ["tokio".to_owned(), "serde".to_owned()];
        for text in ["use std::fs;", "use tokio::sync;", "fn f() { chrono::Utc::now(); }", "use std::{env, fmt};"] {
            assert_eq!(purity(&source("src/domain/user.rs", text), &crates).len(), 1, "{text}");
        }
        assert!(purity(&source("src/domain/user.rs", "use serde::Serialize;"), &crates).is_empty());
        assert!(purity(&source("src/store/users.rs", "use tokio::sync;"), &crates).is_empty());
    }

    #[test]
    fn hollow_names_are_refused() {
        for (path, text) in
            [("src/http/util.rs", ""), ("src/http/token.rs", "fn handle_token() {}"), ("tests/db_helper.rs", "")]
        {
            assert_eq!(names(&source(path, text)).len(), 1, "{path}");
        }
        assert!(names(&source("src/http/userinfo.rs", "fn information() {}")).is_empty());
    }
}
