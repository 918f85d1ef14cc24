//! What the macros of `templates/layout/console_*.html` take: choices of a form, bars of a chart.

/// One line of a select, one box of a group, one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) words: String,
    /// What it means; may be empty.
    pub(super) about: String,
    pub(super) chosen: bool,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, words: impl Into<String>, about: impl Into<String>) -> Self {
        Self { value: value.into(), words: words.into(), about: about.into(), chosen: false }
    }

    pub(super) fn chosen_if(self, chosen: impl FnOnce(&str) -> bool) -> Self {
        Self { chosen: chosen(&self.value), ..self }
    }
}

/// One bar of a chart; its heights are parts of a hundred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) words: String,
    pub(super) height: i64,
    /// The part of it that went wrong.
    pub(super) bad: i64,
}
