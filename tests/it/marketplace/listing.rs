//! What the marketplace shows to whom.

use serde_json::json;

use super::{Market, names};
use crate::harness::text;

/// An integration with a webhook flow and nothing to configure.
fn simple(name: &str, category: &str, label: &str) -> String {
    format!(
        "{{definitionVersion: 7, name: {name}, category: {category}, labels: [{label}],
          description: 'About {name}', flows: [{{name: Take, steps: [{{name: Call,
            isTrigger: true, action: {{key: webhook, component: {{key: webhook-triggers,
              isPublic: true, version: LATEST}}}}, inputs: {{}}}}]}}]}}"
    )
}

/// Proves R004, R009.
#[tokio::test]
async fn customers_see_what_is_offered_and_what_they_have() {
    let market = Market::open().await;
    let (owner, shopper) = (&market.owner, &market.shopper);
    let (alpha, alpha_version) = market.offer(&simple("Alpha", "CRM", "sales")).await;
    market.offer(&simple("Beta", "Files", "docs")).await;
    let (gamma, _) = market.offer(&simple("Gamma", "CRM", "docs")).await;
    market.list_as(&gamma, "AVAILABLE_NOT_DEPLOYABLE").await;
    let hidden = owner.publish(&owner.import(&simple("Hidden", "Files", "docs")).await).await;
    // An unpublished integration is not on offer, however it is marked.
    market
        .list_as(&owner.import(&simple("Draft", "CRM", "docs")).await, "AVAILABLE_AND_DEPLOYABLE")
        .await;
    market.instance(owner, &hidden, "Hidden").await;
    market.instance(owner, &alpha_version, "Alpha").await;

    let by_all = "(filterQuery: \"[[\\\"equal\\\",\\\"name\\\",\\\"Beta\\\"],\
                  [\\\"in\\\",\\\"labels\\\",\\\"docs\\\"]]\"";
    let cases = [
        (String::new(), "Alpha Gamma Beta"),
        ("(sortBy: [{ field: NAME, direction: DESC }])".into(), "Gamma Beta Alpha"),
        ("(category: \"CRM\")".into(), "Alpha Gamma"),
        ("(labels_Contains: \"docs\")".into(), "Gamma Beta"),
        ("(name_Icontains: \"LPH\")".into(), "Alpha"),
        ("(activated: true)".into(), "Alpha"),
        ("(activated: false)".into(), "Gamma Beta"),
        ("(includeActiveIntegrations: true)".into(), "Alpha Gamma Beta Hidden"),
        ("(includeActiveIntegrations: true, activated: true)".into(), "Alpha Hidden"),
        ("(category: \"Files\", includeActiveIntegrations: true)".into(), "Alpha Beta Hidden"),
        (format!("{by_all})"), "Gamma Beta"),
        (format!("{by_all}, strictMatchFilterQuery: true)"), "Beta"),
        (
            query(&json!(["or", ["startsWith", "name", "Al"], ["endsWith", "name", "ta"]])),
            "Alpha Beta",
        ),
        (query(&json!(["notIn", "labels", ["docs", "other"]])), "Alpha"),
        (
            query(&json!(["and", ["in", "category", "R"], ["doesNotStartWith", "name", "G"]])),
            "Alpha",
        ),
        (query(&json!(["equal", "name", "alpha"])), ""),
    ];
    for (arguments, expected) in cases {
        assert_eq!(names(shopper, &arguments).await.join(" "), expected, "{arguments}");
    }
    for wrong in [json!(["like", "name", "x"]), json!(["equal", "secret", "x"]), json!({})] {
        let document = format!("{{ marketplaceIntegrations{} {{ totalCount }} }}", query(&wrong));
        assert!(!shopper.ask(&document, &json!({})).await.errors().is_empty(), "{wrong}");
    }
    // Whoever is a customer of the same organization has no part in it.
    let other = owner.create_customer("Hooli").await;
    let other = market.app.customer_user(owner, &other, "Marketplace Admin").await;
    let all = "(includeActiveIntegrations: true)";
    assert_eq!(names(&other, all).await.join(" "), "Alpha Gamma Beta");
    assert_eq!(names(&other, "(activated: true)").await.join(" "), "");
    let document = "query ($id: ID!) { marketplaceIntegration(id: $id) { name } }";
    let refused = other.ask(document, &json!({ "id": hidden })).await;
    assert_eq!(refused.errors(), ["Record not found"]);
    let seen = shopper.query_with(document, &json!({ "id": hidden })).await;
    assert_eq!(seen["marketplaceIntegration"]["name"], "Hidden");
    let drafts = shopper.ask(document, &json!({ "id": alpha })).await;
    assert_eq!(drafts.errors(), ["Record not found"], "customers know of no drafts");
}

fn query(condition: &serde_json::Value) -> String {
    format!("(filterQuery: {})", json!(condition.to_string()))
}

/// The newest version that is available counts, and instances are told of together.
#[tokio::test]
async fn entries_say_how_far_the_customer_has_got() {
    let market = Market::open().await;
    let (owner, shopper) = (&market.owner, &market.shopper);
    let (draft, first) = market.offer(&simple("Alpha", "CRM", "sales")).await;
    let second = owner.publish(&draft).await;
    let entry = async || {
        let document = "{ marketplaceIntegrations { nodes { id versionNumber deploymentStatus
            deployedInstances firstDeployedInstance { id } isCustomerDeployable
            allowMultipleMarketplaceInstances embeddedVersionSequence { nodes { versionNumber } }
            instances { nodes { name } } } totalCount } }";
        shopper.query(document).await["marketplaceIntegrations"].clone()
    };
    let before = entry().await;
    assert_eq!(before["totalCount"], 1);
    let node = &before["nodes"][0];
    assert_eq!(node["id"], second.as_str());
    assert_eq!(node["deploymentStatus"], json!(null));
    assert_eq!(
        node["embeddedVersionSequence"]["nodes"],
        json!([{"versionNumber": 1}, {"versionNumber": 2}])
    );
    let withdraw = "mutation ($id: ID!) { updateIntegrationVersionAvailability(input: {
        id: $id, available: false }) { integration { id } errors { field messages } } }";
    owner.query_with(withdraw, &json!({ "id": second })).await;
    assert_eq!(entry().await["nodes"][0]["id"], first.as_str());

    let instance = shopper.create_instance(&first, &market.customer, &[]).await;
    let status = async || text(&entry().await, "/nodes/0/deploymentStatus");
    assert_eq!(status().await, "UNCONFIGURED");
    shopper.deploy(&instance).await;
    assert_eq!(status().await, "ACTIVATED");
    let pause = "mutation ($id: ID!) { updateInstance(input: { id: $id, enabled: false }) {
        instance { id } errors { field messages } } }";
    shopper.query_with(pause, &json!({ "id": instance.id })).await;
    assert_eq!(status().await, "PAUSED");
    let node = &entry().await["nodes"][0];
    assert_eq!(node["deployedInstances"], "ONE");
    assert_eq!(node["firstDeployedInstance"]["id"], instance.id.as_str());
}
