//! The shape of the workspace is the one that `ARCHITECTURE.md` draws.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::harness::{list, project, text};

type Edges = BTreeMap<String, BTreeSet<String>>;

#[test]
fn crates_depend_on_each_other_as_drawn() {
    let (allowed, found) = (drawn(), edges());
    let names = |edges: &Edges| edges.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&allowed), names(&found), "the table must name every crate");
    for (name, dependencies) in &found {
        let undrawn: Vec<_> = dependencies.difference(&allowed[name]).collect();
        assert!(undrawn.is_empty(), "{name} must not depend on {undrawn:?}");
    }
}

/// Rows of the form: | `crate/` | one line | `dependency`, `dependency` |
fn drawn() -> Edges {
    let page = std::fs::read_to_string(project().join("ARCHITECTURE.md")).unwrap();
    let table: Vec<(String, String)> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let name = cells.first()?.trim_matches('`').strip_suffix('/')?;
            Some((name.to_owned(), (*cells.last()?).to_owned()))
        })
        .collect();
    let quoted = |cell: &str| -> BTreeSet<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let all: BTreeSet<String> = table.iter().map(|(name, _)| name.clone()).collect();
    let read = |(name, cell): &(String, String)| {
        let named = quoted(cell);
        let allowed = match cell.strip_prefix("all but") {
            Some(_) => all.difference(&named).filter(|other| *other != name).cloned().collect(),
            None => named,
        };
        (name.clone(), allowed)
    };
    table.iter().map(read).collect()
}

/// What the crates are built from; tests inside a crate may use more.
fn edges() -> Edges {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(project())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let crates = list(&metadata, "/packages").iter().map(|package| {
        let name = text(package, "/name");
        // This crate has nothing but tests.
        let kind = if name == "tests" { Value::from("dev") } else { Value::Null };
        let ours = list(package, "/dependencies")
            .iter()
            .filter(|dependency| dependency["path"].is_string() && dependency["kind"] == kind);
        let dependencies = ours.map(|dependency| text(dependency, "/name")).collect();
        (name, dependencies)
    });
    crates.collect()
}
