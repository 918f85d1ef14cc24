//! Reading a password: from a pipe, or from a person at a terminal.

use std::{
    io::{self, IsTerminal, Read},
    process::{Command, Stdio},
};

use clap::Args;

use super::{CommandError, output::Output};
use crate::domain::secret::Secret;

#[derive(Clone, Copy, Debug, Args)]
pub struct PasswordArgs {
    /// Read the password from standard input (one line end at the end is dropped); else it is asked for
    #[arg(long)]
    pub password_stdin: bool,
}

/// Nothing longer is a password of ours, whatever the settings say.
const LONGEST: u64 = 8192;

impl PasswordArgs {
    pub fn read(self, output: &mut Output) -> Result<Secret<String>, CommandError> {
        if self.password_stdin {
            return from_pipe(io::stdin().lock());
        }
        if !io::stdin().is_terminal() {
            return Err(CommandError::Usage("there is no terminal to ask at: use --password-stdin".to_owned()));
        }
        let first = prompt(output, "Password: ")?;
        let second = prompt(output, "Again: ")?;
        if first.reveal() == second.reveal() {
            Ok(first)
        } else {
            Err(CommandError::Usage("the two passwords differ".to_owned()))
        }
    }
}

fn from_pipe(from: impl Read) -> Result<Secret<String>, CommandError> {
    let mut text = String::new();
    from.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|reason| CommandError::Usage(format!("cannot read the password from standard input: {reason}")))?;
    Ok(without_line_end(text))
}

fn prompt(output: &mut Output, words: &str) -> Result<Secret<String>, CommandError> {
    let _silence = Silence::begin()?;
    output.ask(words)?;
    let mut text = String::new();
    io::stdin().read_line(&mut text)?;
    output.note("")?;
    Ok(without_line_end(text))
}

fn without_line_end(mut text: String) -> Secret<String> {
    let kept = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).map(str::len);
    text.truncate(kept.unwrap_or(text.len()));
    Secret::new(text)
}

/// A terminal that shows nothing of what is typed, until it is dropped.
struct Silence;

impl Silence {
    fn begin() -> Result<Self, CommandError> {
        if stty("-echo") {
            return Ok(Self);
        }
        Err(CommandError::Usage("the terminal would show the password: use --password-stdin".to_owned()))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(mode: &str) -> bool {
    let run = Command::new("stty").arg(mode).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_does_not_belong_to_the_password() {
        let read = |text: &str| from_pipe(text.as_bytes()).unwrap().reveal().clone();
        assert_eq!(read("correct horse\n"), "correct horse");
        assert_eq!(read("correct horse\r\n"), "correct horse");
        assert_eq!(read(" two lines \n\n"), " two lines \n");
        assert_eq!(read("no end"), "no end");
    }
}
