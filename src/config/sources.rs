//! Where settings come from, and who is to blame for a wrong one.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{Misfit, Settings};
use crate::domain::secret::Secret;

const PREFIX: &str = "SIGNET_";
const DEFAULT_FILE: &str = "signet.toml";
const SEALING_KEY: &str = "SIGNET_SEALING_KEY";
const CONFIG: &str = "SIGNET_CONFIG";

/// What stands over the defaults, weakest first: a file, the environment, flags.
#[derive(Clone, Default)]
pub struct Sources {
    /// `--config`: must exist. Without it `SIGNET_CONFIG`, else `signet.toml` if there is one.
    pub file: Option<PathBuf>,
    pub environment: BTreeMap<String, String>,
    /// Settings by name, such as `("http.listen", "127.0.0.1:9000")`.
    pub flags: Vec<(&'static str, String)>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(PathBuf),
    Variable(String),
    Flag,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("cannot read the configuration file {}: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: io::Error },
    /// The reason names the place and never quotes the text: it may be a password.
    #[error("{} is not TOML: line {line}: {reason}", file.display())]
    NotToml { file: PathBuf, line: usize, reason: String },
    #[error("{name} ({origin}): there is no such setting")]
    Unknown { name: String, origin: Origin },
    #[error("{name} ({origin}): {reason}")]
    Wrong { name: String, origin: Origin, reason: String },
}

/// One value on its way into the settings.
struct Given {
    name: String,
    value: Value,
    origin: Origin,
}

impl Sources {
    /// The environment of this process; variables that are not Unicode cannot be ours.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { file, environment: std::env::vars_os().filter_map(text).collect(), flags: Vec::new() }
    }

    #[must_use]
    pub fn with_flag(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.flags.push((name, value.into()));
        self
    }

    pub(super) fn read(&self) -> Result<Settings, SettingsError> {
        let defaults = defaults();
        let file = self.find_file();
        let mut given = Vec::new();
        if let Some(file) = &file {
            flatten("", &read_file(file)?, &defaults, &Origin::File(file.clone()), &mut given);
        }
        given.extend(self.variables(&defaults)?);
        for (name, text) in &self.flags {
            given.push(typed((*name).to_owned(), text, Origin::Flag, &defaults)?);
        }
        let mut settings = apply(defaults, &given)?;
        settings.check().map_err(|misfit| blame(misfit, &given))?;
        settings.keys.sealing_key = self.sealing_key();
        settings.file = file;
        Ok(settings)
    }

    /// An empty one is what an unset variable of a compose file becomes.
    fn sealing_key(&self) -> Option<Secret<String>> {
        self.environment.get(SEALING_KEY).filter(|text| !text.trim().is_empty()).cloned().map(Secret::new)
    }

    fn find_file(&self) -> Option<PathBuf> {
        let named = self.file.clone().or_else(|| self.environment.get(CONFIG).map(PathBuf::from));
        named.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists()))
    }

    fn variables(&self, defaults: &Table) -> Result<Vec<Given>, SettingsError> {
        let ours = self.environment.iter().filter_map(|(variable, text)| {
            let name = variable.strip_prefix(PREFIX)?;
            (!is_foreign(variable)).then(|| (variable, name.to_lowercase().replace("__", "."), text))
        });
        ours.map(|(variable, name, text)| typed(name, text, Origin::Variable(variable.clone()), defaults)).collect()
    }
}

/// Variables with our prefix that are no settings. Kubernetes and container links write `SIGNET_PORT…` and
/// `SIGNET_SERVICE_…` into each container beside a service called signet.
fn is_foreign(variable: &str) -> bool {
    [SEALING_KEY, CONFIG, "SIGNET_PORT", "SIGNET_NAME"].contains(&variable)
        || ["SIGNET_TEST_", "SIGNET_PORT_", "SIGNET_SERVICE_"].iter().any(|prefix| variable.starts_with(prefix))
}

fn read_file(file: &Path) -> Result<Table, SettingsError> {
    let unreadable = |reason| SettingsError::Unreadable { file: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    text.parse::<Table>().map_err(|reason| {
        let before = reason.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        SettingsError::NotToml { file: file.to_owned(), line, reason: reason.message().to_owned() }
    })
}

/// The default settings as a table: the list of all names, with a value of the right type for each.
pub(super) fn defaults() -> Table {
    Table::try_from(Settings::default()).unwrap_or_default()
}

/// Tables are taken apart only where the defaults have a table, too; what is left is judged as one value.
fn flatten(above: &str, table: &Table, defaults: &Table, origin: &Origin, given: &mut Vec<Given>) {
    for (key, value) in table {
        let name = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match (value, find(defaults, &name)) {
            (Value::Table(inner), Some(Value::Table(_))) => flatten(&name, inner, defaults, origin, given),
            _ => given.push(Given { name, value: value.clone(), origin: origin.clone() }),
        }
    }
}

/// A text from the environment or a flag, read as the type that the setting has.
fn typed(name: String, text: &str, origin: Origin, defaults: &Table) -> Result<Given, SettingsError> {
    let text = text.trim();
    let value = match find(defaults, &name) {
        None | Some(Value::Table(_)) => return Err(SettingsError::Unknown { name, origin }),
        Some(Value::Integer(_)) => text.parse().map(Value::Integer).map_err(|_reason| "must be a whole number"),
        Some(Value::Boolean(_)) => text.parse().map(Value::Boolean).map_err(|_reason| "must be true or false"),
        Some(Value::Array(_)) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(items.map(Value::from).collect::<Vec<_>>().into())
        }
        Some(_) => Ok(Value::from(text)),
    };
    match value {
        Ok(value) => Ok(Given { name, value, origin }),
        Err(reason) => Err(SettingsError::Wrong { name, origin, reason: reason.to_owned() }),
    }
}

/// Puts one value after the other over the defaults: the one at which reading fails is the wrong one.
fn apply(mut table: Table, given: &[Given]) -> Result<Settings, SettingsError> {
    for Given { name, value, origin } in given {
        let Some(place) = find_mut(&mut table, name) else {
            return Err(SettingsError::Unknown { name: name.clone(), origin: origin.clone() });
        };
        *place = value.clone();
        table.clone().try_into::<Settings>().map_err(|reason| wrong(name, origin, reason.message()))?;
    }
    table.try_into().map_err(|reason: toml::de::Error| wrong("settings", &Origin::Default, reason.message()))
}

fn wrong(name: &str, origin: &Origin, reason: &str) -> SettingsError {
    SettingsError::Wrong { name: name.to_owned(), origin: origin.clone(), reason: reason.trim().to_owned() }
}

/// A value that does not fit the others came from the last source that named it.
fn blame(misfit: Misfit, given: &[Given]) -> SettingsError {
    let source = given.iter().rev().find(|given| given.name == misfit.name);
    let origin = source.map_or(Origin::Default, |given| given.origin.clone());
    SettingsError::Wrong { name: misfit.name.to_owned(), origin, reason: misfit.reason }
}

fn find<'a>(table: &'a Table, name: &str) -> Option<&'a Value> {
    match name.split_once('.') {
        None => table.get(name),
        Some((section, rest)) => find(table.get(section)?.as_table()?, rest),
    }
}

fn find_mut<'a>(table: &'a mut Table, name: &str) -> Option<&'a mut Value> {
    match name.split_once('.') {
        None => table.get_mut(name),
        Some((section, rest)) => find_mut(table.get_mut(section)?.as_table_mut()?, rest),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("by default"),
            Self::File(file) => write!(f, "from {}", file.display()),
            Self::Variable(variable) => write!(f, "from the environment variable {variable}"),
            Self::Flag => f.write_str("from the command line"),
        }
    }
}
