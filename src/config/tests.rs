//! What holds for the settings as a whole, and that the documents tell the truth about them.

use std::{collections::BTreeMap, fs, io::Write};

use toml::{Table, Value};

use super::{Origin, Settings, SettingsError, Sources, database::Synchronous, sources::defaults};
use crate::domain::time::Seconds;

/// A file that nobody else writes, and the environment given.
fn load(file: &str, environment: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Settings, SettingsError> {
    let mut written = tempfile::NamedTempFile::new().unwrap();
    written.write_all(file.as_bytes()).unwrap();
    let pairs = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::load(&Sources {
        file: Some(written.path().to_owned()),
        environment: pairs.collect(),
        flags: flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
    })
}

fn message(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment, &[]).unwrap_err().to_string()
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let file = "[http]\nworkers = 2\nadmission = 20\nlisten = '127.0.0.1:2'\n[database]\nsynchronous = 'full'";
    let environment = [("SIGNET_HTTP__ADMISSION", "30"), ("SIGNET_HTTP__LISTEN", "127.0.0.1:3"), ("PATH", "/bin")];
    let settings = load(file, &environment, &[("http.listen", "127.0.0.1:4")]).unwrap();

    assert_eq!(settings.http.workers, 2);
    assert_eq!(settings.http.admission, 30);
    assert_eq!(settings.http.listen.port(), 4);
    assert_eq!(settings.database.synchronous, Synchronous::Full);
    assert_eq!(settings.tokens.access_seconds, Seconds(3600));
}

#[test]
fn the_environment_reaches_every_type() {
    let environment = [
        ("SIGNET_ISSUER", "https://login.example.com/auth"),
        ("SIGNET_CLIENTS__PKCE_REQUIRED", "true"),
        ("SIGNET_HTTP__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
        ("SIGNET_LIMITS__NODE_PER_ADDRESS__BURST", "7"),
        ("SIGNET_LOG__FORMAT", "json"),
        ("SIGNET_SEALING_KEY", "1 abc"),
    ];
    let settings = load("", &environment, &[]).unwrap();

    assert_eq!(settings.issuer.path(), "/auth");
    assert!(settings.clients.pkce_required);
    assert_eq!(settings.http.trusted_proxies.len(), 2);
    assert_eq!(settings.limits.node_per_address.burst, 7);
    assert_eq!(settings.limits.node_per_address.per_minute, 60);
    assert_eq!(settings.keys.sealing_key.as_ref().unwrap().reveal(), "1 abc");
    assert!(!format!("{settings:?}").contains("abc"));
}

#[test]
fn a_setting_that_does_not_exist_stops_the_start_with_its_name_and_source() {
    assert!(message("[http]\nlissten = 'x'", &[]).starts_with("http.lissten (from /"));
    assert!(message("[htttp]\nlisten = 'x'", &[]).starts_with("htttp (from /"));
    let from_environment = message("", &[("SIGNET_HTTP__LISSTEN", "x")]);
    assert_eq!(
        from_environment,
        "http.lissten (from the environment variable SIGNET_HTTP__LISSTEN): there is no such setting"
    );
    assert!(message("", &[("SIGNET_HTTP", "x")]).contains("no such setting"));
    assert!(message("[keys]\nsealing_key = 'x'", &[]).contains("no such setting"));
}

#[test]
fn a_wrong_value_stops_the_start_with_its_name_and_source() {
    assert!(message("[http]\nlisten = 'here'", &[]).starts_with("http.listen (from /"));
    assert!(message("issuer = 'http://login.example.com'", &[]).contains("https"));
    assert!(message("http = 3", &[]).starts_with("http (from /"));
    assert_eq!(
        message("", &[("SIGNET_TOKENS__ACCESS_SECONDS", "1h")]),
        "tokens.access_seconds (from the environment variable SIGNET_TOKENS__ACCESS_SECONDS): must be a whole number"
    );
    assert!(message("", &[("SIGNET_LIMITS__NODE_PER_ACCOUNT__BURST", "0")]).contains("node_per_account.burst"));
}

#[test]
fn settings_are_checked_against_each_other() {
    assert!(message("[tokens]\nrefresh_idle_seconds = 20000000", &[]).starts_with("tokens.refresh_idle_seconds"));
    assert!(message("[sessions]\nidle_seconds = 9000000", &[]).starts_with("sessions.idle_seconds (from /"));
    assert!(message("[http]\ntls_key = 'key.pem'", &[]).contains("http.tls_key is set"));
    assert!(message("[passwords]\nmemory_kib = 8\nlanes = 2", &[]).starts_with("passwords.memory_kib"));
    let narrow = "[keys]\nrotation_days = 1\njwks_max_age_seconds = 86400";
    assert!(message(narrow, &[]).starts_with("keys.rotation_days"));
    assert!(message("[log]\nfilter = 'signet=loud'", &[]).starts_with("log.filter"));
    assert!(message("", &[("SIGNET_TOKENS__CODE_SECONDS", "0")]).contains("SIGNET_TOKENS__CODE_SECONDS"));
}

/// A line that does not parse may hold the database's password.
#[test]
fn a_broken_file_is_reported_by_line_without_its_text() {
    let text = message("issuer = 'https://a.example'\n[database]\nurl = 'postgres://u:hunter2@db/x", &[]);
    assert!(text.contains("line 3"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

/// Kubernetes writes these into every container beside a service called signet.
#[test]
fn service_links_are_not_taken_for_settings() {
    let links =
        [("SIGNET_PORT", "tcp://10.0.0.1:80"), ("SIGNET_SERVICE_HOST", "10.0.0.1"), ("SIGNET_TEST_REQUIRE", "x")];
    assert!(load("", &links, &[]).is_ok());
}

#[test]
fn a_file_that_was_asked_for_must_exist() {
    let sources = Sources { file: Some("/nonexistent/signet.toml".into()), ..Sources::default() };
    assert!(matches!(Settings::load(&sources), Err(SettingsError::Unreadable { .. })));
    let named = [("SIGNET_CONFIG".to_owned(), "/nonexistent/signet.toml".to_owned())];
    let sources = Sources { environment: BTreeMap::from(named), ..Sources::default() };
    assert!(matches!(Settings::load(&sources), Err(SettingsError::Unreadable { .. })));
}

#[test]
fn the_defaults_fit_each_other() {
    Settings::default().check().unwrap();
    let error = message("[tokens]\nid_seconds = 86400\n[keys]\nrotation_days = 1", &[]);
    assert!(error.contains("keys.rotation_days"), "{error}");
    assert_eq!(Origin::Default.to_string(), "by default");
}

/// Every setting's name and default, as the documents write it.
fn leaves(above: &str, table: &Table) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (key, value) in table {
        let name = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            Value::Table(inner) => found.extend(leaves(&name, inner)),
            other => _ = found.insert(name, other.to_string()),
        }
    }
    found
}

#[test]
fn the_manual_has_one_true_row_for_each_setting() {
    let manual = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in manual.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [name, variable, default, _unit, meaning] = cells[..] else { panic!("five columns: {line}") };
        assert_eq!(variable, format!("SIGNET_{}", name.to_uppercase().replace('.', "__")));
        assert!(!meaning.is_empty(), "{line}");
        assert_eq!(rows.insert(name.to_owned(), default.to_owned()), None, "{name} stands twice");
    }
    assert_eq!(rows, leaves("", &defaults()));
}

/// `#name = value` is a setting at its default, `# words` are words.
#[test]
fn the_example_file_shows_every_setting_at_its_default() {
    let example = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signet.example.toml")).unwrap();
    let uncommented: Vec<_> = example.lines().map(|line| line.strip_prefix('#').map_or(line, str::trim_end)).collect();
    let settings: String = uncommented.iter().filter(|line| !line.starts_with(' ')).flat_map(|l| [l, "\n"]).collect();
    let mut shown = leaves("", &settings.parse().unwrap());
    let mut expected = leaves("", &defaults());
    assert_eq!(shown.remove("issuer").as_deref(), Some("\"https://login.example.com\""));
    expected.remove("issuer");
    assert_eq!(shown, expected);
    load(&example, &[], &[]).unwrap();
}

/// A redeemed code's row must be there for as long as a replay of the code is watched for.
#[test]
fn a_grant_outlives_the_code_that_made_it() {
    let file = "[tokens]\ncode_seconds = 600\nrefresh_idle_seconds = 1200";
    assert!(load(file, &[], &[]).unwrap_err().to_string().contains("tokens.refresh_idle_seconds"));
}
