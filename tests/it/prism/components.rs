//! Components, as the command line client publishes them.

use serde_json::json;

use crate::harness::{Prism, TestApp, list};

const INDEX: &str = include_str!("../../components/workshop/index.js");

#[tokio::test]
async fn a_component_is_published_from_its_folder() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let prism = Prism::new(&app.url(), &owner);
    prism.file("workshop/index.js", INDEX);
    let publish = ["components:publish", "--no-confirm", "--comment", "From a shell"];
    let published = prism.run_in("workshop", &publish).await;
    assert_eq!(published.code, 0, "{published:?}");
    assert!(published.stdout.contains("Successfully submitted Workshop (v1)"), "{published:?}");
    let again = [&publish[..], &["--skip-on-signature-match"]].concat();
    let again = prism.run_in("workshop", &again).await;
    assert!(again.stdout.contains("Package signatures match"), "{again:?}");

    let document = "query ($key: String) { components(key: $key) { nodes {
        versionNumber versionComment versionIsAvailable public
        actions(isDataSource: false, isTrigger: false) { nodes { key } } } } }";
    let data = owner.query_with(document, &json!({ "key": "workshop" })).await;
    let component = &list(&data, "/components/nodes")[0];
    assert_eq!((&component["versionNumber"], &component["public"]), (&json!(1), &json!(false)));
    assert_eq!(component["versionComment"], "From a shell");
    assert_eq!(component["versionIsAvailable"], true);
    assert_eq!(list(component, "/actions/nodes").len(), 7);
}
