//! The program on its command line: what operators see.

use serde_json::json;

use crate::harness::{TestProcess, program};

#[tokio::test]
async fn an_installation_is_made_served_and_stopped_in_order() {
    let mut process = TestProcess::start().await;
    let owner = process.init().await;
    let me = owner.query("{ authenticatedUser { email org { name } } }").await;
    assert_eq!(
        me["authenticatedUser"],
        json!({ "email": "a@acme.test", "org": { "name": "Acme" } })
    );
    let again = process.run(&["init", "--organization", "Other", "--email", "b@b.test"]).await;
    assert!(!again.status.success(), "an installation has one organization");
    assert!(String::from_utf8_lossy(&again.stderr).contains("organization already"));

    // A token can be had while the server runs; it is as good as the first one.
    let token = process.run(&["token", "--email", "a@acme.test"]).await;
    assert!(token.status.success());
    let mut renewed = owner.clone();
    renewed.token = Some(String::from_utf8(token.stdout).unwrap().trim().to_owned());
    renewed.query("{ authenticatedUser { id } }").await;
    let unknown = process.run(&["token", "--email", "nobody@acme.test"]).await;
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("nobody@acme.test"));

    let customer = owner.create_customer("Initech").await;
    assert!(process.terminate().await, "{}", process.log());
    process.restart().await;
    let found = "query ($id: ID!) { customer(id: $id) { name } }";
    let data = owner.query_with(found, &json!({ "id": customer })).await;
    assert_eq!(data["customer"]["name"], "Initech");
}

#[tokio::test]
async fn a_folder_is_served_once_at_a_time() {
    let process = TestProcess::start().await;
    if process.shares_its_database() {
        return;
    }
    let second = process.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(!second.status.success());
    let error = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(error.contains("in use by another marquetry"), "{error}");
    let taken = process.run(&["serve", "--listen", process.address()]).await;
    let error = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(error.contains("--listen"), "a taken port says what to do: {error}");
}

#[tokio::test]
async fn another_installations_master_key_opens_nothing() {
    let mut process = TestProcess::start().await;
    process.init().await;
    assert!(process.terminate().await, "{}", process.log());
    process.replace_master_key();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["token", "--email", "a@acme.test"]]
    {
        let refused = process.run(command).await;
        assert!(!refused.status.success(), "{command:?}");
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(error.contains("not the installation's master key"), "{error}");
    }
}

#[tokio::test]
async fn the_demo_proves_itself() {
    let output = tokio::process::Command::new(program())
        .args(["demo", "--once", "--listen", "127.0.0.1:0"])
        .output()
        .await
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{error}");
    for promise in ["PRISMATIC_URL=", "PRISM_ACCESS_TOKEN=", "curl ", "Everything worked."] {
        assert!(printed.contains(promise), "{promise} is missing in:\n{printed}");
    }
}
