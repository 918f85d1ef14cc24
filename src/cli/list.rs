//! Lists come in pages: the flags that move through them.

use clap::Args;

use crate::store::page::PageRequest;

#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Only entries of which a word of the name, id or address begins with this text
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Entries at most
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=500))]
    pub limit: i64,
    /// Go on after this id: the `next` of the page before
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
}

/// The same for a list that is not searched.
#[derive(Clone, Debug, Args)]
pub struct PageArgs {
    /// Members at most
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=500))]
    pub limit: i64,
    /// Go on after this id: the `next` of the page before
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
}

impl PageArgs {
    pub fn page(self) -> PageRequest {
        PageRequest { after: self.after, limit: self.limit, search: None }
    }
}

impl ListArgs {
    pub fn page(self) -> PageRequest {
        PageRequest { after: self.after, limit: self.limit, search: self.search }
    }
}

/// What a person reads below a list that goes on.
pub(super) fn more(next: Option<&str>) -> String {
    next.map_or_else(String::new, |next| format!("\nMore: --after {next}"))
}
