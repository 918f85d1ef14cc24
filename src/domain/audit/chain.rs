//! The chain of the audit log: each row is bound to the one before it, and the two ends are marked.

/// A row as it stands, whatever its words mean to this version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: String,
    /// Seconds since 1970.
    pub at: i64,
    pub actor: String,
    pub user_id: Option<String>,
    pub action: String,
    pub outcome: String,
    pub address: Option<String>,
    pub detail: Option<String>,
}

/// A place on the chain: its number, the first row's is 1, and what binds the row there to all before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub position: i64,
    pub link: Vec<u8>,
}

/// A row that has its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chained {
    pub place: Place,
    pub written: Written,
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The place of the last row that retention removed; before that, place 0.
    Start,
    /// The place of the last row chained.
    Head,
}

/// An end as it is kept: nobody without the sealing key moves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub place: Place,
    pub mac: Vec<u8>,
}

impl Place {
    /// The number of the place after this one.
    pub const fn following(&self) -> i64 {
        self.position.saturating_add(1)
    }
}

impl End {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Head => "head",
        }
    }
}
