//! The marketplace in a real browser: a host page on another site, the published SDK, nothing kept.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{TestApp, User, definition, project, text};

/// A story of `tests/browser`, told with what the server holds.
async fn play(story: &str, facts: &Value) {
    let stories = project().join("tests/browser");
    let output = Command::new("node")
        .arg(stories.join(format!("{story}.mjs")))
        .env("STORY", facts.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{story}: {said}{}", String::from_utf8_lossy(&output.stdout));
}
