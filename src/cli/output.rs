//! Where answers go: text for people or one JSON document for programs, errors beside them.

use std::{
    fmt::{self, Display, Write as _},
    io::{self, Write},
};

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// The only way of the program to standard output and standard error.
pub struct Output {
    format: Format,
    answers: Box<dyn Write + Send>,
    errors: Box<dyn Write + Send>,
}

impl Output {
    pub fn of_process(format: Format) -> Self {
        Self::new(format, Box::new(io::stdout()), Box::new(io::stderr()))
    }

    pub fn new(format: Format, answers: Box<dyn Write + Send>, errors: Box<dyn Write + Send>) -> Self {
        Self { format, answers, errors }
    }

    pub const fn format(&self) -> Format {
        self.format
    }

    /// The answer of a command.
    pub fn answer(&mut self, answer: &(impl Serialize + Display)) -> io::Result<()> {
        match self.format {
            Format::Text => writeln!(self.answers, "{}", answer.to_string().trim_end())?,
            Format::Json => {
                serde_json::to_writer_pretty(&mut self.answers, answer)?;
                writeln!(self.answers)?;
            }
        }
        self.answers.flush()
    }

    /// A document that reads the same in either format.
    pub fn document(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.answers, "{}", text.trim_end())?;
        self.answers.flush()
    }

    /// A line for people, in either format; standard error keeps it apart from the answer.
    pub fn note(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.errors, "{text}")?;
        self.errors.flush()
    }

    /// The beginning of a line that the user goes on with.
    pub fn ask(&mut self, text: impl Display) -> io::Result<()> {
        write!(self.errors, "{text}")?;
        self.errors.flush()
    }

    pub fn error(&mut self, text: impl Display) -> io::Result<()> {
        self.note(format_args!("error: {text}"))
    }
}

/// Labels and values in two columns; what is empty is left out.
#[derive(Default)]
pub struct Sheet(Vec<(&'static str, String)>);

impl Sheet {
    #[must_use]
    pub fn with(mut self, label: &'static str, value: impl Display) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.0.push((label, value));
        }
        self
    }

    /// One line for each value.
    #[must_use]
    pub fn with_each<T: Display>(mut self, label: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        for (at, value) in values.into_iter().enumerate() {
            self.0.push((if at == 0 { label } else { "" }, value.to_string()));
        }
        self
    }
}

impl Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        self.0.iter().try_for_each(|(label, value)| writeln!(f, "  {label:width$}  {value}"))
    }
}

/// Rows under headings, each column as wide as it must be.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(ToString::to_string).collect()] }
    }

    pub fn row(&mut self, cells: &[&dyn Display]) {
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell_width = |row: &Vec<String>, at: usize| row.get(at).map_or(0, |cell| cell.chars().count());
        for row in &self.rows {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                let width = self.rows.iter().map(|row| cell_width(row, at)).max().unwrap_or(0);
                write!(line, "{cell:width$}  ")?;
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let mut table = Table::new(&["ID", "NAME"]);
        table.row(&[&"a-long-id", &"Zoë"]);
        table.row(&[&"b", &""]);
        assert_eq!(table.to_string(), "ID         NAME\na-long-id  Zoë\nb\n");
    }

    #[test]
    fn a_sheet_leaves_out_what_is_empty() {
        let sheet = Sheet::default().with("name", "App").with("logo", "").with_each("redirect", ["a", "b"]);
        assert_eq!(sheet.to_string(), "  name      App\n  redirect  a\n            b\n");
    }
}
