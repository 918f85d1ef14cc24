//! `signet audit …`: who did what, and whether the log is whole.

use std::fmt;

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde::Serialize;

use super::{
    CommandError,
    client::word,
    list::more,
    operator,
    output::{Output, Sheet, Table},
};
use crate::{
    domain::{
        audit::{Action, Event, Outcome},
        time::Timestamp,
    },
    services::{
        admin::{self, audit::Sought},
        audit::{self, Finding, Verdict, key_gone},
        core::Core,
        fault::Fault,
    },
    store::page::{Page, PageRequest},
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet audit list --user alice@example.com
  signet audit verify
  signet audit export --from 2026-01-01 > audit.jsonl

Entries are chained every 10 seconds: from then on, one that is altered or removed is found. They are deleted after \
audit.keep_days.")]
pub enum AuditCommand {
    List(ListArgs),
    /// Verify the whole log; 1 as exit code where an entry was altered, removed or added
    #[command(after_help = "Examples:
  signet audit verify
  signet audit verify --json

Whoever can write to the database, but has no sealing key, cannot change the log unseen. Two things are beyond it: \
entries of the last 10 seconds, and putting back the whole database as it once was. Export the log to another place, \
and compare.")]
    Verify,
    Export(ExportArgs),
}

/// Show entries, the newest first
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet audit list --limit 20
  signet audit list --action login --outcome refused --from 2026-01-31
  signet audit list --actor operator --until 2026-01-31T12:00:00Z --json")]
pub struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Entries at most
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=500))]
    limit: i64,
    /// Go on after this id: the `next` of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

/// Write chained entries as lines of JSON, the oldest first, each with its place and link
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet audit export > audit.jsonl
  signet audit export --after 48213 >> audit.jsonl
  signet audit export --user alice --from 2026-01-01

Places only grow: to go on after the last `position` that you have misses nothing.")]
pub struct ExportArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Go on after this place
    #[arg(long, default_value_t = 0, value_name = "POSITION")]
    after: i64,
}

#[derive(Clone, Debug, Args)]
struct FilterArgs {
    /// Who did it: a user, client:ID, the id of an API key, operator or anonymous
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
    /// Whose account it concerns: id, e-mail address or username
    #[arg(long, value_name = "WHO")]
    user: Option<String>,
    #[arg(long, help = "What was done: login, create_client, …", hide_possible_values = true, value_parser = action())]
    action: Option<Action>,
    /// How it ended
    #[arg(long, value_parser = word(&["done", "refused"], Outcome::parse))]
    outcome: Option<Outcome>,
    /// From this moment on: 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Before this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// A part of the detail
    #[arg(long, value_name = "TEXT")]
    detail: Option<String>,
}

#[derive(Serialize)]
struct EventShape {
    id: String,
    at: String,
    actor: String,
    user_id: Option<String>,
    action: &'static str,
    outcome: &'static str,
    address: Option<String>,
    detail: Option<String>,
}

#[derive(Serialize)]
struct EventList {
    events: Vec<EventShape>,
    next: Option<String>,
}

#[derive(Serialize)]
struct VerdictShape {
    finding: &'static str,
    /// The first place at which the log is not whole, and what is the case there.
    position: Option<i64>,
    problem: Option<&'static str>,
    verified: i64,
    key_gone: i64,
    waiting: i64,
    reached: i64,
}

impl AuditCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::List(args) => args.run(core, output).await,
            Self::Verify => verify(core, output).await,
            Self::Export(args) => args.run(core, output).await,
        }
    }
}

impl ListArgs {
    async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        let sought = self.filter.sought();
        let page = PageRequest { after: self.after, limit: self.limit, search: None };
        Ok(output.answer(&EventList::from(&admin::audit::list(core, &operator(), &sought, page).await?))?)
    }
}

impl ExportArgs {
    async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        let sought = self.filter.sought();
        // Without a running server nobody else would have chained what waits.
        if let Err(reason) = chain(core).await {
            output.note(format_args!("warning: {reason}"))?;
        }
        let mut after = Some(self.after);
        while let Some(position) = after {
            let part = admin::audit::export(core, &operator(), &sought, position).await?;
            if !part.lines.is_empty() {
                output.document(&part.lines.join("\n"))?;
            }
            after = part.next;
        }
        Ok(())
    }
}

impl FilterArgs {
    fn sought(self) -> Sought {
        let Self { actor, user, action, outcome, from, until, detail } = self;
        Sought {
            actor: actor.unwrap_or_default(),
            user: user.unwrap_or_default(),
            action: action.map_or("", Action::as_str).to_owned(),
            outcome: outcome.map_or("", Outcome::as_str).to_owned(),
            from: from.map(Timestamp::rfc3339).unwrap_or_default(),
            until: until.map(Timestamp::rfc3339).unwrap_or_default(),
            detail: detail.unwrap_or_default(),
        }
    }
}

async fn chain(core: &Core) -> Result<(), Fault> {
    while core.run(audit::chain).await? > 0 {}
    Ok(())
}

async fn verify(core: &Core, output: &mut Output) -> Result<(), CommandError> {
    let verdict = admin::audit::verify(core, &operator()).await?;
    output.answer(&VerdictShape::from(&verdict))?;
    if verdict.finding == Finding::Intact { Ok(()) } else { Err(CommandError::Told) }
}

fn action() -> impl TypedValueParser<Value = Action> {
    PossibleValuesParser::new(Action::ALL.map(Action::as_str))
        .try_map(|text| Action::parse(&text).ok_or("is not possible"))
}

fn moment(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(text).ok_or("neither 2026-01-31 nor 2026-01-31T12:00:00Z")
}

/// What strangers wrote must not move the cursor of a terminal.
fn inert(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

impl From<&Event> for EventShape {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.to_string(),
            at: event.at.rfc3339(),
            actor: event.actor.text(),
            user_id: event.user_id.as_ref().map(ToString::to_string),
            action: event.action.as_str(),
            outcome: event.outcome.as_str(),
            address: event.address.map(|address| address.to_string()),
            detail: event.detail.clone(),
        }
    }
}

impl From<&Page<Event>> for EventList {
    fn from(page: &Page<Event>) -> Self {
        Self { events: page.items.iter().map(EventShape::from).collect(), next: page.next.clone() }
    }
}

impl From<&Verdict> for VerdictShape {
    fn from(verdict: &Verdict) -> Self {
        let (finding, position, problem) = match verdict.finding {
            Finding::Intact => ("intact", None, None),
            Finding::Broken { position, how } => ("broken", Some(position), Some(how.words())),
            Finding::Unknown(end) => ("unknown", None, Some(key_gone(end))),
        };
        let Verdict { verified, key_gone, waiting, .. } = *verdict;
        Self { finding, position, problem, verified, key_gone, waiting, reached: verdict.reached.position }
    }
}

impl fmt::Display for EventList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["AT", "ACTOR", "ACTION", "OUTCOME", "USER", "FROM", "DETAIL"]);
        for event in &self.events {
            let or_dash = |text: &Option<String>| inert(text.as_deref().unwrap_or("-"));
            let (user, from, detail) = (or_dash(&event.user_id), or_dash(&event.address), or_dash(&event.detail));
            table.row(&[&event.at, &inert(&event.actor), &event.action, &event.outcome, &user, &from, &detail]);
        }
        write!(f, "{table}{}", more(self.next.as_deref()))
    }
}

impl fmt::Display for VerdictShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.finding, self.position, self.problem) {
            (_, Some(position), Some(problem)) => writeln!(f, "The log is broken at place {position}: {problem}.\n")?,
            (_, None, Some(problem)) => writeln!(f, "The log {problem}.\n")?,
            _ => writeln!(f, "The log is intact.\n")?,
        }
        let mut sheet = Sheet::default().with("verified", self.verified).with("up to place", self.reached);
        if self.key_gone > 0 {
            sheet = sheet.with("cannot be verified", format_args!("{}: the key is gone", self.key_gone));
        }
        write!(f, "{}", sheet.with("wait to be chained", self.waiting))
    }
}
