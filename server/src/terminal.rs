//! Secrets that people type.

use std::io::{BufRead, IsTerminal, Read, Write};

use anyhow::{Context, ensure};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;

/// Longest line that is read.
const LINE_BYTES_MAX: u64 = 4_096;

/// The first line of standard input; a terminal does not show what is typed.
pub fn read_secret(prompt: &str) -> anyhow::Result<SecretString> {
    let input = std::io::stdin();
    let hidden = if input.is_terminal() {
        let mut output = std::io::stderr();
        write!(output, "{prompt}").and_then(|()| output.flush()).context("asking")?;
        Some(Hidden::new()?)
    } else {
        None
    };
    let mut line = String::new();
    input.lock().take(LINE_BYTES_MAX).read_line(&mut line).context("reading standard input")?;
    if hidden.is_some() {
        // The line break that was typed was not shown either.
        let _ = writeln!(std::io::stderr());
    }
    let text = line.trim_end_matches(['\r', '\n']);
    ensure!(!text.is_empty(), "nothing was typed");
    Ok(SecretString::from(text))
}

/// For as long as it lives, the terminal does not show what is typed.
struct Hidden(Termios);

impl Hidden {
    fn new() -> anyhow::Result<Self> {
        let shown = tcgetattr(std::io::stdin()).context("looking at the terminal")?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &hidden).context("hiding")?;
        Ok(Self(shown))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that went away shows nothing.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.0);
    }
}
