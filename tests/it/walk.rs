//! Every root field of the schema, tried by everybody who must get nothing out of it.
//!
//! The schema itself says what to try, so a field that is added is walked the same day.

mod alike;
mod canaries;
mod components;
mod connections;
mod fields;
mod marketplace;
mod scope;
mod workflow;

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::harness::embedded::public_key;
use crate::harness::{TestApp, ThirdParty, User, definition, eventually, example, list, text};

use fields::{Field, Fields};

/// Mutations that the walk cannot get to succeed for the owner, so that their refusals prove
/// little. This list may only shrink.
const UNPROVEN: &[&str] = &[];

/// What somebody must not see, and the ids to try.
struct Prey {
    ids: Vec<String>,
    /// Ids that go where a field asks for this noun.
    known: HashMap<&'static str, String>,
    /// Texts that show nowhere but in rows of the prey.
    secrets: Vec<String>,
    /// Who does what nobody does for others.
    user: User,
}

/// Somebody who must not get at the prey.
struct Intruder<'a> {
    name: &'a str,
    user: User,
    prey: &'a Prey,
    /// Members of the organization see each other's work.
    may_read: bool,
}

/// Proves R182.
#[tokio::test]
async fn nobody_reaches_the_rows_of_others() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let prey = prey(&app, &acme).await;
    let neighbour = acme.create_customer("Neighbour").await;
    let intruders = [
        ("nobody", app.anonymous(), false),
        ("stranger", app.organization("other").await, false),
        ("neighbour", app.customer_user(&acme, &neighbour, "Admin").await, false),
        ("guest", app.colleague(&acme, "Guest").await, true),
    ];
    let intruders =
        intruders.map(|(name, user, may_read)| Intruder { name, user, prey: &prey, may_read });
    let fields = Fields::read(&acme, &prey.known).await;
    for field in &fields.queries {
        for intruder in intruders.iter().filter(|intruder| !intruder.may_read) {
            intruder.read(field).await;
        }
    }
    let mut unproven = Vec::new();
    for field in &fields.mutations {
        let before = everything(&acme).await;
        for intruder in &intruders {
            intruder.write(field).await;
            assert_eq!(everything(&acme).await, before, "{} used {}", intruder.name, field.name);
        }
        if !succeeds(&acme, field, &prey).await && !succeeds(&prey.user, field, &prey).await {
            unproven.push(field.name.as_str());
        }
    }
    assert_eq!(unproven, UNPROVEN, "the walk must try these as the owner would");
}

impl Intruder<'_> {
    async fn read(&self, field: &Field) {
        for variables in field.attempts(&self.prey.ids) {
            let reply = self.user.ask(&field.document(self.name), &variables).await;
            self.look_at(&reply.body, field, &variables);
        }
    }

    async fn write(&self, field: &Field) {
        for variables in field.attempts(&self.prey.ids) {
            let reply = self.user.ask(&field.document(self.name), &variables).await;
            if !self.may_read {
                self.look_at(&reply.body, field, &variables);
            }
        }
    }

    fn look_at(&self, body: &Value, field: &Field, variables: &Value) {
        let answer = body.to_string();
        let leaked = self.prey.secrets.iter().find(|secret| answer.contains(secret.as_str()));
        let asked = format!("{} asked {} with {variables}", self.name, field.name);
        assert_eq!(leaked, None, "{asked} and got {body:#}");
    }
}

/// What inputs need that mean no row.
const GIVEN: [(&str, &str); 13] = [
    ("CreateExternalLogStreamInput.url", "https://example.test/"),
    ("CreateExternalLogStreamInput.payloadTemplate", "{{message}}"),
    ("LogSeverityLevelInput.id", "2"),
    ("LogSeverityLevelInput.name", "INFO"),
    ("CreateWebhookEndpointInput.url", "https://example.test/"),
    ("CreateWebhookEndpointInput.eventTypes", "customer.created"),
    ("RotateWebhookEndpointSecretInput.secret", "another"),
    ("ResendFailedWebhookDeliveriesInput.since", "2026-01-01T00:00:00Z"),
    ("CreateAlertWebhookInput.url", "https://example.test/"),
    ("CreateAlertWebhookInput.payloadTemplate", "$NAME"),
    ("ComponentDefinitionInput.key", "walked"),
    ("ComponentDisplayDefinition.label", "Walked"),
    ("ComponentDisplayDefinition.description", "Walks."),
];

/// A customer with everything that a customer can have.
async fn prey(app: &TestApp, acme: &User) -> Prey {
    let sync = example("order-sync").replace("name: Order Sync", "name: Canary Sync");
    let draft = acme.import(&sync).await;
    let version = acme.publish(&draft).await;
    let customer = acme.create_customer("Canary").await;
    let user = app.customer_user(acme, &customer, "Admin").await;
    let user = user.query("{ authenticatedUser { id } }").await;
    let instance = acme.create_instance(&version, &customer, &[]).await;
    acme.deploy(&instance).await;
    let alerts = alerts(acme, &instance.id, &text(&user, "/authenticatedUser/id")).await;
    let question = json!({ "sku": "canary" });
    let answer = acme.trigger(instance.url("Stock Check"), &question).await;
    let execution = answer.header("prismatic-executionid").to_owned();
    acme.ended(&execution).await;
    let (of_execution, of_draft) = parts(acme, &execution, &draft).await;
    let roles = acme.query("{ customerRoles { id } organizationRoles { id } }").await;
    let [case, profile] = case_and_profile(acme, &draft).await;
    let (endpoint, delivery) = told(acme).await;
    let stream = stream(acme).await;
    let shared = with_one_endpoint(acme).await;
    let connection = connection(acme).await;
    let shared_connections = connections::connections(acme, &customer).await;
    let happened = heard(acme).await;
    let mut known = HashMap::from([
        ("DisconnectConnectionInput.id", connection.clone()),
        ("UpdateOAuth2ConnectionInput.id", connection.clone()),
        ("customer", customer.clone()),
        ("profile", profile.clone()),
        ("integration", version.clone()),
        ("TestIntegrationEndpointConfigInput.id", shared.clone()),
        ("role", text(&roles, "/customerRoles/0/id")),
        ("CreateOrganizationUserInput.role", text(&roles, "/organizationRoles/0/id")),
        ("ReplayFailedExecutionsInput.flowConfig", instance.flow_config("Stock Check").to_owned()),
    ]);
    let wizard = marketplace::wizard(app, acme).await;
    known.extend(wizard.known);
    known.extend(shared_connections.known);
    known.insert("ImportWorkflowInput.definition", definition("workflow"));
    known.extend(known_to_embedding(acme).await);
    known.extend(GIVEN.map(|(input, value)| (input, value.to_owned())));
    known.extend(known_to_alerts(&instance.id, &text(&user, "/authenticatedUser/id"), &alerts));
    let mut ids = Vec::from(alerts);
    // Triggers are nobody's.
    ids.pop();
    ids.push(components::component(acme, &customer).await);
    ids.extend(wizard.ids);
    ids.extend(shared_connections.ids);
    ids.extend(workflow::workflow(acme, &customer).await);
    ids.extend([
        connection,
        happened,
        text(&of_execution, "/stepResults/nodes/0/id"),
        text(&of_execution, "/logs/nodes/0/id"),
        text(&of_draft, "/flows/nodes/0/id"),
        text(&user, "/authenticatedUser/id"),
        case,
        stream,
        acme.import_key("second").await,
        endpoint,
        delivery,
        profile,
        instance.flow_config("Stock Check").to_owned(),
        execution,
        instance.id,
        version,
        draft,
        customer,
    ]);
    let secrets = [ids.clone(), vec!["anary".to_owned()]].concat();
    Prey { ids, known, secrets, user: wizard.user }
}

/// What an execution left behind, and what a draft is made of.
async fn parts(acme: &User, execution: &str, draft: &str) -> (Value, Value) {
    let document = "query ($execution: ID!, $draft: ID!) {
        executionResult(id: $execution) { stepResults { nodes { id } } logs { nodes { id } } }
        integration(id: $draft) { flows { nodes { id } } } }";
    let variables = json!({ "execution": execution, "draft": draft });
    let data = acme.query_with(document, &variables).await;
    (data["executionResult"].clone(), data["integration"].clone())
}

/// A draft whose flows share an endpoint; its calls start the preprocess flow, whatever they hold.
async fn with_one_endpoint(acme: &User) -> String {
    let shared = definition("shared").replace("flows:", "preprocessFlowName: Pick\nflows:");
    acme.import(&shared.replace("name: Shared", "name: Canary Shared")).await
}

async fn case_and_profile(acme: &User, draft: &str) -> [String; 2] {
    let document = "mutation ($id: ID!) {
        createTestCase(input: { integration: $id, name: \"Canary case\" }) {
            testCase { id } errors { field messages } }
        createInstanceProfile(input: { name: \"Canary profile\" }) {
            instanceProfile { id } errors { field messages } } }";
    let data = acme.query_with(document, &json!({ "id": draft })).await;
    let ids = ["/createTestCase/testCase/id", "/createInstanceProfile/instanceProfile/id"];
    ids.map(|pointer| text(&data, pointer))
}

/// The id of what the monitor has heard of the run.
async fn heard(acme: &User) -> String {
    eventually("the monitor hears of the run", async || {
        let data = acme.query("{ alertEvents { nodes { id } } }").await;
        data.pointer("/alertEvents/nodes/0/id").map(|id| id.as_str().unwrap().to_owned())
    })
    .await
}

/// The config variable of an OAuth2 connection, of another customer.
async fn connection(acme: &User) -> String {
    let definition = definition("oauth2").replace("name: Shop Sync", "name: Canary Shop Sync");
    let version = acme.publish(&acme.import(&definition).await).await;
    let customer = acme.create_customer("Canary Shop").await;
    let instance = acme.create_instance(&version, &customer, &[]).await;
    let document = "query ($id: ID!) { instance(id: $id) { configVariables { nodes {
        id requiredConfigVariable { key } } } } }";
    let data = acme.query_with(document, &json!({ "id": instance.id })).await;
    let variables = list(&data, "/instance/configVariables/nodes");
    let is_shop = |it: &&Value| it["requiredConfigVariable"]["key"] == "Shop";
    text(variables.iter().find(is_shop).expect("it has a connection"), "/id")
}

/// A log stream that nothing reaches.
async fn stream(owner: &User) -> String {
    let document = "mutation { createExternalLogStream(input: { name: \"Canary stream\",
        url: \"https://example.test/canary\", payloadTemplate: \"{{message}}\",
        severityLevels: [{ id: 5, name: \"FATAL\" }] }) {
            externalLogStream { id } errors { field messages } } }";
    let data = owner.query(document).await;
    text(&data, "/createExternalLogStream/externalLogStream/id")
}

/// A webhook endpoint, and what was sent to it.
async fn told(owner: &User) -> (String, String) {
    let hook = ThirdParty::start().await;
    let document = "mutation ($url: String!) { createWebhookEndpoint(input: {
        name: \"Canary hook\", url: $url, eventTypes: [\"customer.created\"],
        headers: \"{\\\"x-canary\\\":\\\"canary\\\"}\", secret: \"canary\" }) {
            webhookEndpoint { id } errors { field messages } } }";
    let data = owner.query_with(document, &json!({ "url": hook.url("/canary") })).await;
    let endpoint = text(&data, "/createWebhookEndpoint/webhookEndpoint/id");
    owner.create_customer("Canary Two").await;
    let document = "query ($id: ID!) { webhookEndpoint(id: $id) {
        deliveries(state: DELIVERED) { nodes { id } } } }";
    let delivery = eventually("the delivery arrives", async || {
        let data = owner.query_with(document, &json!({ "id": endpoint })).await;
        let nodes = list(&data, "/webhookEndpoint/deliveries/nodes");
        nodes.first().map(|node| text(node, "/id"))
    })
    .await;
    (endpoint, delivery)
}

/// The ids of a monitor, a group, a webhook and a trigger.
async fn alerts(acme: &User, instance: &str, user: &str) -> [String; 4] {
    let data = acme.query("{ alertTriggers { nodes { id name } } }").await;
    let completed =
        list(&data, "/alertTriggers/nodes").iter().find(|it| it["name"] == "Execution Completed");
    let trigger = text(completed.unwrap(), "/id");
    let document = "mutation ($instance: ID!, $trigger: ID!, $user: ID!) {
        createAlertMonitor(input: { name: \"Canary monitor\", instance: $instance,
            triggers: [$trigger], users: [$user] }) {
            alertMonitor { id } errors { field messages } }
        createAlertGroup(input: { name: \"Canary group\" }) {
            alertGroup { id } errors { field messages } }
        createAlertWebhook(input: { name: \"Canary webhook\", url: \"https://canary.test\",
            payloadTemplate: \"$NAME\" }) { alertWebhook { id } errors { field messages } } }";
    let variables = json!({ "instance": instance, "trigger": trigger, "user": user });
    let data = acme.query_with(document, &variables).await;
    [
        text(&data, "/createAlertMonitor/alertMonitor/id"),
        text(&data, "/createAlertGroup/alertGroup/id"),
        text(&data, "/createAlertWebhook/alertWebhook/id"),
        trigger,
    ]
}

/// What belongs to the organization itself.
async fn known_to_embedding(acme: &User) -> [(&'static str, String); 3] {
    let theme = acme.query("{ theme { id } }").await;
    [
        ("ImportOrganizationSigningKeyInput.publicKey", public_key("first")),
        ("UpdateOrganizationInput.id", acme.organization_id().await),
        ("UpdateThemeInput.id", text(&theme, "/theme/id")),
    ]
}

fn known_to_alerts(
    instance: &str,
    user: &str,
    [_, group, webhook, trigger]: &[String; 4],
) -> [(&'static str, String); 7] {
    [
        ("CreateAlertMonitorInput.instance", instance),
        ("UpdateAlertMonitorInput.instance", instance),
        ("CreateAlertMonitorInput.triggers", trigger),
        ("UpdateAlertMonitorInput.triggers", trigger),
        ("users", user),
        ("groups", group),
        ("webhooks", webhook),
    ]
    .map(|(input, id)| (input, id.to_owned()))
}

/// What a successful intrusion would change.
async fn everything(owner: &User) -> Value {
    let document = "{
        customers { nodes { id name description updatedAt } }
        users { nodes { id name email role { id } } }
        integrations(allVersions: true) { nodes { id name description versionIsAvailable } }
        workflows(allVersions: true) { nodes { id name description externalId versionNumber
            instance { id enabled lastDeployedAt } } }
        instances { nodes { id name enabled lastDeployedAt needsDeploy integration { id }
            configVariables { nodes { id status } }
            userLevelConfigs { nodes { id updatedAt } } } }
        components(allVersions: true, public: false) { nodes { id signature starred } }
        testCases { nodes { id name payload updatedAt } }
        webhookEndpoints { nodes { id name url enabled updatedAt } }
        alertMonitors { nodes { id name updatedAt } }
        alertGroups { nodes { id name updatedAt } }
        alertWebhooks { nodes { id name url updatedAt } }
        organization { name historyContentsDays historyRecordsDays historyBytesMax labels
            theme { colors { totalCount } } embeddedOrigins brandedElements
            signingKeys { nodes { id } } }
        scopedConfigVariables(includeCustomer: true) { nodes { id key status lastConfiguredAt } }
        customerConfigVariables { nodes { id key status lastConfiguredAt } }
        instanceProfiles { nodes { id name description isDefaultProfile } }
        externalLogStreams { nodes { id name updatedAt } }
        executionResults { totalCount } }";
    owner.query(document).await
}

/// Whether the owner gets through with any of the ids.
async fn succeeds(owner: &User, field: &Field, prey: &Prey) -> bool {
    for variables in field.attempts(&prey.ids) {
        let reply = owner.ask(&field.document("owner"), &variables).await;
        let payload = &reply.body["data"][&field.name];
        if !payload.is_null() && list(payload, "/errors").is_empty() {
            return true;
        }
    }
    false
}
