//! What is typed, and what becomes of it.

use clap::{CommandFactory, Parser, error::ErrorKind};

use super::{Administer, Cli, Command, client::ClientCommand};

fn parse(line: &[&str]) -> Result<Cli, ErrorKind> {
    Cli::try_parse_from([&["signet"], line].concat()).map_err(|refused| refused.kind())
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

/// Every command that can be run explains itself, and shows how it is typed.
#[test]
fn every_command_shows_an_example() {
    fn visit(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} says nothing");
        if command.get_name() != "help" && command.get_arguments().any(|arg| !arg.is_global_set()) {
            let shown = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(shown.contains("signet "), "{path} shows no example");
        }
        command.get_subcommands().for_each(|inner| visit(inner, &path));
    }
    visit(&Cli::command(), "");
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let create = ["client", "create", "--name", "x"];
    let with = |more: &[&str]| parse(&[&create, more].concat()).map(|_| ());
    assert_eq!(with(&["--first-party", "--third-party"]), Err(ErrorKind::ArgumentConflict));
    assert_eq!(with(&["--public", "--client-secret", "x"]), Err(ErrorKind::ArgumentConflict));
    assert_eq!(with(&["--grant", "password"]), Err(ErrorKind::InvalidValue));
    assert_eq!(with(&["--pkce", "plain"]), Err(ErrorKind::InvalidValue));
    assert_eq!(with(&["--public", "--redirect-uri", "https://a.example/cb"]), Ok(()));
}

#[test]
fn a_secret_on_the_command_line_is_not_printed() {
    let secret = "0123456789abcdef0123456789abcdef";
    let cli = parse(&["client", "create", "--name", "x", "--client-secret", secret]).unwrap();
    assert!(!format!("{cli:?}").contains(secret));
}

#[test]
fn global_flags_may_stand_anywhere() {
    let cli = parse(&["client", "list", "--json", "--config", "a.toml"]).unwrap();
    assert!(cli.global.json);
    assert_eq!(cli.global.config.as_deref(), Some(std::path::Path::new("a.toml")));
    assert!(matches!(cli.command, Command::Administer(Administer::Client(ClientCommand::List(_)))));
}
