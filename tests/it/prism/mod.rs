//! The published command line client against the real server: every command that needs nothing but
//! the API, once, in the order in which people use them.

mod components;
mod customers;
mod executions;
mod instances;
mod integrations;

use serde_json::Value;

use crate::harness::{Prism, TestApp, User};

/// A shell of an organization's owner.
async fn shell() -> (TestApp, User, Prism) {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let prism = Prism::new(&app.url(), &owner);
    (app, owner, prism)
}

/// One column of a table.
fn column<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[name].as_str().unwrap_or("(no text)")).collect()
}

#[tokio::test]
async fn a_person_finds_out_who_they_are() {
    let (app, acme, prism) = shell().await;
    let me = prism.ok(&["me"]).await;
    for line in [format!("Email: {}", acme.email), "Organization: acme".to_owned(), app.url()] {
        assert!(me.contains(&line), "{line} is missing in: {me}");
    }
    let nobody = Prism::new(&app.url(), &app.anonymous());
    nobody.refused(&["me"]).await;
}
