//! From a definition to a deployed instance, as the command line does it.

use serde_json::{Value, json};

use super::{ORDERS, World};

/// Proves R053, R054, R056, R057, R058, R183.
#[tokio::test]
async fn an_integration_is_published_deployed_upgraded_and_rolled_back() {
    let world = World::new().await;
    let customer = world.customer("Acme").await;
    let (draft, first) = world.published(None).await;
    let state = "query($id: ID!) { integration(id: $id) {
        versionNumber hasUnpublishedChanges definition(version: 7)
        flows { nodes {
            name testUrl trigger { name action { component { key } scheduleSupport } }
        } }
        systemInstance { configState flowConfigs { nodes { webhookUrl } } }
        testConfigVariables(status: \"pending\") { nodes { id requiredConfigVariable { key } } }
        versionSequence(sortBy: [{field: VERSION_NUMBER, direction: DESC}]) {
            nodes { id versionNumber versionComment versionCreatedBy { email } versionIsAvailable }
        }
    } }";
    let of = world.ask(state, json!({ "id": draft })).await["integration"].take();
    assert_eq!((&of["versionNumber"], &of["hasUnpublishedChanges"]), (&json!(1), &json!(false)));
    assert!(of["definition"].as_str().unwrap().contains("Order arrives"));
    let flow = &of["flows"]["nodes"][0];
    assert_eq!(flow["testUrl"], of["systemInstance"]["flowConfigs"]["nodes"][0]["webhookUrl"]);
    assert_eq!(flow["trigger"]["action"]["component"]["key"], "webhook-triggers");
    assert_eq!(flow["trigger"]["name"], "Order arrives");
    assert_eq!(of["systemInstance"]["configState"], "NEEDS_INSTANCE_CONFIGURATION");
    let pending = &of["testConfigVariables"]["nodes"];
    assert_eq!(pending[0]["requiredConfigVariable"]["key"], "Endpoint");
    assert_eq!(pending[1], Value::Null);
    let version = &of["versionSequence"]["nodes"][0];
    assert_eq!(version["id"], first);
    assert_eq!(version["versionCreatedBy"]["email"], "owner@acme.test");

    let instance = json!({"name": "Live", "customer": customer, "integration": first});
    let instance = world.change("createInstance", "instance", instance).await;
    let deploy = "mutation($id: ID!) { deployInstance(input: {id: $id}) {
        instance { deployedVersion needsDeploy } errors { field messages }
    } }";
    let refused = world.ask(deploy, json!({ "id": instance })).await;
    assert_eq!(refused["deployInstance"]["instance"], Value::Null);
    assert_ne!(refused["deployInstance"]["errors"], json!([]));
    let values = json!([{"key": "Endpoint", "value": "https://example.test"}]);
    let change = json!({"id": instance, "configVariables": values});
    world.change("updateInstanceConfigVariables", "instance", change).await;
    let deployed = world.ask(deploy, json!({ "id": instance })).await;
    assert_eq!(
        deployed["deployInstance"],
        json!({"instance": {"deployedVersion": 1, "needsDeploy": false}, "errors": []})
    );

    let import = json!({"definition": ORDERS.replace("Takes", "Handles"), "integrationId": draft});
    world.change("importIntegration", "integration", import).await;
    let of = world.ask(state, json!({ "id": draft })).await["integration"].take();
    assert_eq!(of["hasUnpublishedChanges"], true);
    let publish = json!({"id": draft});
    let second = world.change("publishIntegration", "integration", publish).await;
    for (version, number) in [(&second, 2), (&first, 1)] {
        let update = json!({"id": instance, "integration": version});
        world.change("updateInstance", "instance", update).await;
        let deployed = world.ask(deploy, json!({ "id": instance })).await;
        assert_eq!(deployed["deployInstance"]["instance"]["deployedVersion"], number);
    }
}

/// Proves R018, R019, R020.
#[tokio::test]
async fn instances_are_found_by_what_people_know_of_them() {
    let world = World::new().await;
    let (draft, version) = world.published(None).await;
    let mut customers = Vec::new();
    for name in ["Acme", "Umbrella"] {
        let customer = world.customer(name).await;
        let instance = json!({
            "name": format!("{name} orders"), "customer": customer, "integration": version,
            "description": format!("for {name}"), "labels": [name],
        });
        world.change("createInstance", "instance", instance).await;
        customers.push(customer);
    }
    let first = &customers[0];
    for arguments in [
        "name_Icontains: \"acme\"".to_owned(),
        "description_Icontains: \"FOR ACME\"".to_owned(),
        "labels_Contains: \"Acme\"".to_owned(),
        format!("customer: \"{first}\""),
        format!("integration: {draft}, first: 1, orderBy: {{field: CUSTOMER, direction: ASC}}"),
        format!("integration: {version}, last: 1, orderBy: {{field: VERSION, direction: DESC}}"),
    ] {
        let query = format!(
            "{{ instances(isSystem: false, {arguments}) {{ nodes {{ name }} }}
                components(key: \"webhook-triggers\") {{ nodes {{ key }} }} }}"
        );
        let data = world.ask(&query, json!({})).await;
        assert_eq!(data["instances"]["nodes"], json!([{"name": "Acme orders"}]), "{arguments}");
    }
}

/// Proves R089, R110, R111, R112, R113.
#[tokio::test]
async fn runs_and_their_logs_are_found_from_everywhere() {
    let world = World::new().await;
    let (_, version) = world.published(None).await;
    let customer = world.customer("Acme").await;
    let instance = json!({
        "name": "Live", "customer": customer, "integration": version,
        "configVariables": [{"key": "Endpoint", "value": "https://example.test"}],
    });
    let instance = world.change("createInstance", "instance", instance).await;
    world.change("deployInstance", "instance", json!({ "id": instance })).await;
    let execution = world.run(&instance).await;

    let everywhere = "query($instance: ID!, $customer: ID!, $version: ID!, $execution: ID!) {
        all: executionResults(replayForExecution_Isnull: true) { nodes { id } totalCount }
        ofCustomer: executionResults(instance_Customer: $customer, last: 1) { nodes { id } }
        ofIntegration: executionResults(instance_Integration: $version) { totalCount }
        instance(id: $instance) {
            lastExecutedAt inFailedState
            executionResults(first: 1) { nodes { replayForExecution { id } invokeType } }
            logs(message_Icontains: \"NOTEIT\", severity: 2) { nodes { message severity } }
        }
        executionResult(id: $execution) {
            endedAt error replays { totalCount } logs { totalCount }
            first: stepResults(first: 1, orderBy: {field: STARTED_AT, direction: ASC}) {
                nodes { stepName resultsUrl }
            }
            last: stepResults(last: 1) { nodes { stepName } }
            named: stepResults(displayStepName: \"NOTEIT\") { nodes { stepName } totalCount }
        }
        logSeverityLevels { id name }
    }";
    let variables = json!({
        "instance": instance, "customer": customer, "version": version, "execution": execution,
    });
    let data = world.ask(everywhere, variables).await;
    assert_eq!(data["all"], json!({"nodes": [{"id": execution}], "totalCount": 1}));
    assert_eq!(data["ofCustomer"]["nodes"], json!([{"id": execution}]));
    assert_eq!(data["ofIntegration"]["totalCount"], 2);
    let live = &data["instance"];
    assert!(live["lastExecutedAt"].is_string());
    assert_eq!(live["inFailedState"], false);
    assert_eq!(live["executionResults"]["nodes"][0]["replayForExecution"]["id"], execution);
    let expected = json!([{"message": "line of noteIt", "severity": "INFO"}]);
    assert_eq!(live["logs"]["nodes"], expected);
    let run = &data["executionResult"];
    assert_eq!(run["endedAt"], Value::Null);
    assert_eq!(run["replays"]["totalCount"], 1);
    assert_eq!(run["first"]["nodes"][0]["stepName"], "orderArrives");
    assert_eq!(run["last"]["nodes"], json!([{"stepName": "noteIt"}]));
    assert_eq!(run["named"], json!({"nodes": [{"stepName": "noteIt"}], "totalCount": 1}));

    let tail = "query($execution: ID, $after: String, $since: DateTime, $until: DateTime) {
        logs(executionResult: $execution, after: $after, timestamp_Gte: $since,
             timestamp_Lte: $until, orderBy: {field: TIMESTAMP, direction: ASC}) {
            edges { node { message timestamp } cursor }
        }
    }";
    let data = world.ask(tail, json!({ "execution": execution, "after": "" })).await;
    let edges = data["logs"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 2);
    let after = json!({ "execution": execution, "after": edges[0]["cursor"] });
    let data = world.ask(tail, after).await;
    assert_eq!(data["logs"]["edges"], json!([edges[1]]));
    let since = json!({ "since": edges[1]["node"]["timestamp"] });
    let data = world.ask(tail, since).await;
    assert_eq!(data["logs"]["edges"][0]["node"]["message"], "line of noteIt");
    let (first, last) = (&edges[0]["node"]["timestamp"], &edges[1]["node"]["timestamp"]);
    for (since, until, found) in [(first, first, &edges[..1]), (last, last, &edges[1..])] {
        let between = json!({ "execution": execution, "since": since, "until": until });
        assert_eq!(world.ask(tail, between).await["logs"]["edges"], json!(found));
    }
}

/// Proves R055.
#[tokio::test]
async fn customers_find_the_newest_version_on_offer() {
    let world = World::new().await;
    let (draft, first) = world.published(None).await;
    let customer = world.customer("Acme").await;
    let instance = json!({"name": "Live", "customer": customer, "integration": first});
    world.change("createInstance", "instance", instance).await;
    let second = world.change("publishIntegration", "integration", json!({ "id": draft })).await;
    let offer = json!({"id": draft, "marketplaceConfiguration": "available_and_deployable"});
    world.change("updateIntegrationMarketplaceConfiguration", "integration", offer).await;

    let newer = "{ instances(isSystem: false) { nodes {
        integration { versionNumber versionAt(latestAvailable: true) { id versionNumber } }
    } } }";
    let data = world.ask(newer, json!({})).await;
    let of = &data["instances"]["nodes"][0]["integration"];
    assert_eq!((&of["versionNumber"], &of["versionAt"]["versionNumber"]), (&json!(1), &json!(2)));
    assert_eq!(of["versionAt"]["id"], second);

    let user = world.user(&customer, "Marketplace Admin").await;
    let offers = "query($all: Boolean) {
        integrations(allVersions: $all) { nodes { id } totalCount }
        customers { totalCount }
    }";
    let seen = world.answer(&user, offers, json!({})).await;
    assert_eq!(seen["data"]["integrations"], json!({"nodes": [{"id": second}], "totalCount": 1}));
    let seen = world.answer(&user, offers, json!({"all": true})).await;
    assert_eq!(seen["data"]["integrations"]["totalCount"], 2);

    let withdraw = json!({"id": second, "available": false});
    world.change("updateIntegrationVersionAvailability", "integration", withdraw).await;
    let seen = world.answer(&user, offers, json!({})).await;
    assert_eq!(seen["data"]["integrations"]["nodes"], json!([{"id": first}]));
}
