//! How the demo talks: short lines, names and values in columns.

use std::io::Write;

use anyhow::Context;

/// Width of the column of names.
const NAME_WIDTH: usize = 20;

pub struct Output;

impl Output {
    pub fn title(&self, text: &str) -> anyhow::Result<()> {
        self.line(text)?;
        self.line(&"─".repeat(text.chars().count()))
    }

    /// Begins a step.
    pub fn step(&self, number: usize, text: &str) -> anyhow::Result<()> {
        self.line("")?;
        self.line(&format!("{number}. {text}"))
    }

    /// Something that holds: a name and what was seen.
    pub fn done(&self, name: &str, value: &str) -> anyhow::Result<()> {
        self.line(&format!("   ✓ {name:<NAME_WIDTH$} {value}"))
    }

    pub fn facts(&self, facts: &[(&str, &str)]) -> anyhow::Result<()> {
        facts
            .iter()
            .try_for_each(|(name, value)| self.line(&format!("     {name:<NAME_WIDTH$} {value}")))
    }

    /// Lines to copy into a shell: not indented, so that whole lines can be marked.
    pub fn commands(&self, title: &str, commands: &[String]) -> anyhow::Result<()> {
        self.line("")?;
        self.line(&format!("# {title}"))?;
        commands.iter().try_for_each(|command| self.line(command))
    }

    pub fn line(&self, text: &str) -> anyhow::Result<()> {
        writeln!(std::io::stdout(), "{text}").context("writing to standard output")
    }
}
