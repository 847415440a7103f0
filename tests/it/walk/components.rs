//! A component to try things with.

use crate::components::{described, package, publish, put};
use crate::harness::{User, text};

/// The id of a component of a customer that nothing uses.
pub async fn component(acme: &User, customer: &str) -> String {
    let mut canary = described("canary-component");
    canary["definition"]["display"]["description"] = "Canary description".into();
    let result = publish(acme, &canary, customer.into()).await;
    let package = package(&[("index.js", "module.exports = {};")]);
    assert_eq!(put(acme, &text(&result, "/packageUploadUrl"), package).await.status, 200);
    text(&result, "/component/id")
}
