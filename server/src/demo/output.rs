//! How the demo talks: short lines, names and values in columns.

use std::io::Write;

use anyhow::Context;

/// Width of the column of names.
const NAME_WIDTH: usize = 20;

pub fn title(text: &str) -> anyhow::Result<()> {
    line(text)?;
    line(&"─".repeat(text.chars().count()))
}

/// Begins a step.
pub fn step(number: usize, text: &str) -> anyhow::Result<()> {
    line("")?;
    line(&format!("{number}. {text}"))
}

/// Something that holds: a name and what was seen.
pub fn done(name: &str, value: &str) -> anyhow::Result<()> {
    line(&format!("   ✓ {name:<NAME_WIDTH$} {value}"))
}

pub fn facts(facts: &[(&str, &str)]) -> anyhow::Result<()> {
    facts.iter().try_for_each(|(name, value)| line(&format!("     {name:<NAME_WIDTH$} {value}")))
}

/// Lines to copy into a shell: not indented, so that whole lines can be marked.
pub fn commands(title: &str, commands: &[String]) -> anyhow::Result<()> {
    line("")?;
    line(&format!("# {title}"))?;
    commands.iter().try_for_each(|command| line(command))
}

pub fn line(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("writing to standard output")
}
