//! Documents beside integrations and customers.

use serde_json::{Value, json};

use crate::harness::{TestApp, definition};

/// Proves R127. Customers have them too.
#[tokio::test]
async fn documents_are_added_renamed_and_taken_away() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let draft = acme.import(&definition("answers")).await;
    let customer = acme.create_customer("Initech").await;
    let plan = json!({ "name": "Plan", "url": "https://docs.example.test/plan" });
    let other = json!({ "name": "Notes", "url": "http://docs.example.test/notes" });
    for (noun, id) in [("integration", &draft), ("customer", &customer)] {
        let mutation = if noun == "customer" { "updateCustomer" } else { "updateIntegration" };
        let input = format!("{}Input", mutation.replacen('u', "U", 1));
        let document = format!(
            "mutation ($input: {input}!) {{ {mutation}(input: $input) {{
                {noun} {{ allowManageAttachments attachments {{ name url }} }}
                errors {{ field messages }} }} }}"
        );
        let change = |change: &str, value: &Value| json!({ "input": { "id": id, change: value } });
        let attachments = |data: &Value| data[mutation][noun]["attachments"].clone();
        acme.query_with(&document, &change("addAttachment", &plan)).await;
        let both = acme.query_with(&document, &change("addAttachment", &other)).await;
        assert_eq!(attachments(&both), json!([plan, other]));
        assert_eq!(both[mutation][noun]["allowManageAttachments"], true);
        for refused in [
            change("addAttachment", &plan),
            change("addAttachment", &json!({ "name": "X", "url": "javascript:alert(1)" })),
            change("removeAttachment", &json!({ "name": "Gone", "url": "https://a.test" })),
            change(
                "renameAttachment",
                &json!({ "oldName": "Plan", "name": "Notes", "url": "https://a.test" }),
            ),
        ] {
            let problems = acme.ask(&document, &refused).await.problems(mutation);
            assert_eq!(problems.len(), 1, "{refused} {problems:?}");
        }
        let renamed = json!({ "oldName": "Plan", "name": "Plan B", "url": plan["url"] });
        acme.query_with(&document, &change("renameAttachment", &renamed)).await;
        let left = acme.query_with(&document, &change("removeAttachment", &other)).await;
        assert_eq!(attachments(&left), json!([{ "name": "Plan B", "url": plan["url"] }]));
    }
    let version = acme.publish(&draft).await;
    let document = "query ($id: ID!) { integration(id: $id) { attachments { name } } }";
    let seen = acme.query_with(document, &json!({ "id": version })).await;
    assert_eq!(seen["integration"]["attachments"], json!([{ "name": "Plan B" }]));
}
