//! Workflows, which customers build for themselves.

mod sdk;

use serde_json::{Value, json};

use crate::harness::{TestApp, User, definition, list, text};

/// A customer who may build, and what its users do.
pub struct Workshop {
    pub app: TestApp,
    pub owner: User,
    pub customer: String,
    pub builder: User,
}

impl Workshop {
    pub async fn open() -> Self {
        let app = TestApp::start().await;
        let owner = app.organization("acme").await;
        Self::within(app, owner).await
    }

    async fn within(app: TestApp, owner: User) -> Self {
        let customer = owner.create_customer("Initech").await;
        let builder = app.customer_user(&owner, &customer, "Admin").await;
        let workshop = Self { app, owner, customer, builder };
        workshop.allow(true).await;
        workshop
    }

    pub async fn allow(&self, allow: bool) {
        let document = "mutation ($id: ID!, $allow: Boolean) { updateCustomer(input: {
            id: $id, allowEmbeddedWorkflowBuilder: $allow }) {
            customer { allowEmbeddedWorkflowBuilder } errors { field messages } } }";
        let variables = json!({ "id": self.customer, "allow": allow });
        let data = self.owner.query_with(document, &variables).await;
        assert_eq!(data["updateCustomer"]["customer"]["allowEmbeddedWorkflowBuilder"], allow);
    }
}

/// Sends `importWorkflow`; returns the workflow.
pub async fn import(user: &User, input: Value) -> Value {
    let document = "mutation ($input: ImportWorkflowInput!) { importWorkflow(input: $input) {
        workflow { id name versionNumber hasUnpublishedChanges externalId metadata
            customer { name } instance { id } flow { name testUrl trigger { name } } }
        errors { field messages } } }";
    let data = user.query_with(document, &json!({ "input": input })).await;
    data["importWorkflow"]["workflow"].clone()
}

pub async fn publish(user: &User, workflow: &str) -> Value {
    let document = "mutation ($id: ID!) { publishWorkflow(input: { id: $id, comment: \"Good\" }) {
        workflow { id versionNumber versionComment } errors { field messages } } }";
    let data = user.query_with(document, &json!({ "id": workflow })).await;
    data["publishWorkflow"]["workflow"].clone()
}

/// Enables, disables or deletes a workflow.
pub async fn act(user: &User, mutation: &str, workflow: &str) -> Value {
    let reply = user.ask(&document_of(mutation), &json!({ "id": workflow })).await;
    reply.data()[mutation].clone()
}

fn document_of(mutation: &str) -> String {
    let answer = if mutation == "deleteWorkflow" {
        "integration { id }"
    } else {
        "instance { id enabled deployedVersion instanceType name
            flowConfigs { nodes { webhookUrl } } workflow { id } }"
    };
    format!(
        "mutation ($id: ID!) {{ {mutation}(input: {{ id: $id }}) {{ {answer}
            errors {{ field messages }} }} }}"
    )
}

/// A workflow that answers its callers with this word.
pub fn saying(word: &str) -> String {
    definition("workflow").replace("WORD", word)
}

async fn answer(user: &User, instance: &Value) -> String {
    let url = text(instance, "/flowConfigs/nodes/0/webhookUrl");
    let page = user.trigger(&url, &json!({})).await;
    let location = page.header("location").to_owned();
    let page = if location.is_empty() { page } else { user.get(&location).await };
    page.body
}

/// What runs is the newest version at the time it was enabled, at a URL that stays.
#[tokio::test]
async fn drafts_do_not_touch_what_runs() {
    let workshop = Workshop::open().await;
    let builder = &workshop.builder;
    let workflow = import(builder, json!({ "definition": saying("one") })).await;
    let id = text(&workflow, "/id");
    assert_eq!(workflow["customer"]["name"], "Initech");
    assert_eq!((&workflow["versionNumber"], &workflow["instance"]), (&json!(0), &Value::Null));
    let early = builder.ask(&document_of("enableWorkflow"), &json!({ "id": id })).await;
    assert_eq!(
        early.problems("enableWorkflow"),
        ["id: \"This workflow has no version yet; publish it first.\""]
    );

    assert_eq!(publish(builder, &id).await["versionNumber"], 1);
    let enabled = act(builder, "enableWorkflow", &id).await["instance"].clone();
    assert_eq!(enabled["instanceType"], "WORKFLOW");
    assert_eq!((&enabled["enabled"], &enabled["deployedVersion"]), (&json!(true), &json!(1)));
    assert_ne!(enabled["flowConfigs"]["nodes"][0]["webhookUrl"], workflow["flow"]["testUrl"]);
    assert!(answer(builder, &enabled).await.contains("one"));

    import(builder, json!({ "id": id, "definition": saying("two") })).await;
    publish(builder, &id).await;
    assert!(answer(builder, &enabled).await.contains("one"), "nobody enabled the second version");
    let again = act(builder, "enableWorkflow", &id).await["instance"].clone();
    assert_eq!((&again["id"], &again["deployedVersion"]), (&enabled["id"], &json!(2)));
    assert_eq!(again["flowConfigs"], enabled["flowConfigs"]);
    assert!(answer(builder, &again).await.contains("two"));

    let disabled = act(builder, "disableWorkflow", &id).await["instance"].clone();
    assert_eq!(disabled["enabled"], false);
    let url = text(&enabled, "/flowConfigs/nodes/0/webhookUrl");
    assert!(builder.trigger(&url, &json!({})).await.status >= 400);
    act(builder, "enableWorkflow", &id).await;
    assert!(answer(builder, &again).await.contains("two"));
    act(builder, "deleteWorkflow", &id).await;
    assert_eq!(builder.trigger(&url, &json!({})).await.status, 404);
    let found = "query ($id: ID!) { workflow(id: $id) { id } }";
    let gone = builder.ask(found, &json!({ "id": id })).await;
    assert_eq!(gone.errors(), ["Record not found"]);
}

/// What keeps a version from running can be configured, while what ran before goes on.
#[tokio::test]
async fn what_a_workflow_lacks_is_configured_after_the_first_try() {
    let workshop = Workshop::open().await;
    let builder = &workshop.builder;
    let id = text(&import(builder, json!({ "definition": saying("one") })).await, "/id");
    let asks = |key: &str| {
        let required = format!("requiredConfigVars: [{{key: {key}, dataType: string}}]");
        format!("{}\n{required}\n", saying("two"))
    };
    let copy_of = async || {
        let document = "query ($id: ID!) { workflow(id: $id) { instance {
            id enabled deployedVersion } } }";
        let data = builder.query_with(document, &json!({ "id": id })).await;
        data["workflow"]["instance"].clone()
    };
    let configure = async |copy: &Value, key: &str| {
        let document = "mutation ($id: ID!, $key: String!) { updateInstanceConfigVariables(input: {
            id: $id, configVariables: [{ key: $key, value: \"x\" }] }) { errors { messages } } }";
        builder.query_with(document, &json!({ "id": copy["id"], "key": key })).await;
    };
    for (version, key) in [(1, "Colour"), (2, "Size")] {
        import(builder, json!({ "id": id, "definition": asks(key) })).await;
        publish(builder, &id).await;
        let enable = document_of("enableWorkflow");
        let refused = builder.ask(&enable, &json!({ "id": id })).await.problems("enableWorkflow");
        assert!(refused.concat().contains(key), "{refused:?}");
        let copy = copy_of().await;
        let before = (json!(version > 1), json!(version - 1));
        assert_eq!((copy["enabled"].clone(), copy["deployedVersion"].clone()), before);
        configure(&copy, key).await;
        let enabled = act(builder, "enableWorkflow", &id).await["instance"].clone();
        assert_eq!((&enabled["id"], &enabled["enabled"]), (&copy["id"], &json!(true)));
        assert!(answer(builder, &enabled).await.contains("two"));
        assert_eq!(copy_of().await["deployedVersion"], version);
    }
}

/// Lists of integrations and of what customers activate know nothing of workflows.
#[tokio::test]
async fn workflows_are_listed_among_themselves() {
    let workshop = Workshop::open().await;
    let (owner, builder) = (&workshop.owner, &workshop.builder);
    let workflow = import(builder, json!({ "definition": saying("hi") })).await;
    let id = text(&workflow, "/id");
    let version = publish(builder, &id).await;
    act(builder, "enableWorkflow", &id).await;
    let draft = owner.import(&definition("shared")).await;
    let document = "{ integrations { totalCount } categories { name }
        integrationLabels { name } workflowCategories { name } workflowLabels { name }
        workflows { totalCount nodes { id instance { enabled } deployedVersion { id }
            versionSequence { totalCount } components { nodes { key } } } }
        all: workflows(allVersions: true) { totalCount }
        both: integrationVariants(sortBy: [{ field: CREATED_AT, direction: ASC }]) {
            totalCount nodes { __typename ... on Node { id } } }
        integration: integrationVariants(exclude: [WORKFLOW]) { totalCount }
        instances(isSystem: false, instanceType: INTEGRATION) { totalCount }
        copies: instances(isSystem: false, instanceType: WORKFLOW) {
            nodes { integration { versionNumber } workflow { id } } }
        customers(isSystem: false) { nodes { integrations { totalCount } } } }";
    let seen = owner.query(document).await;
    for (pointer, expected) in [
        ("/integrations/totalCount", json!(1)),
        ("/categories", json!([])),
        ("/workflowCategories", json!([{ "name": "Greetings" }])),
        ("/workflowLabels", json!([{ "name": "polite" }])),
        ("/workflows/totalCount", json!(1)),
        ("/workflows/nodes/0/id", workflow["id"].clone()),
        ("/workflows/nodes/0/instance/enabled", json!(true)),
        ("/workflows/nodes/0/deployedVersion/id", version["id"].clone()),
        ("/workflows/nodes/0/versionSequence/totalCount", json!(1)),
        ("/all/totalCount", json!(2)),
        ("/both/totalCount", json!(2)),
        ("/both/nodes/0", json!({ "__typename": "Workflow", "id": workflow["id"] })),
        ("/both/nodes/1", json!({ "__typename": "Integration", "id": draft })),
        ("/integration/totalCount", json!(1)),
        ("/instances/totalCount", json!(0)),
        ("/copies/nodes/0/workflow/id", version["id"].clone()),
        ("/customers/nodes/0/integrations/totalCount", json!(0)),
    ] {
        assert_eq!(seen.pointer(pointer), Some(&expected), "{pointer} of {seen:#}");
    }
    let offered = "{ marketplaceIntegrations(includeActiveIntegrations: true) { totalCount } }";
    assert_eq!(builder.query(offered).await["marketplaceIntegrations"]["totalCount"], 0);
    let made = "mutation ($version: ID!, $customer: ID!) { createInstance(input: { name: \"Mine\",
        integration: $version, customer: $customer }) { instance { id }
        errors { field messages } } }";
    let variables = json!({ "version": version["id"], "customer": workshop.customer });
    let refused = owner.ask(made, &variables).await.problems("createInstance");
    assert!(refused[0].starts_with("integration: "), "{refused:?}");
}

/// Customers build what they are allowed to, and only for themselves.
#[tokio::test]
async fn customers_need_leave_to_build() {
    let workshop = Workshop::open().await;
    let (owner, builder) = (&workshop.owner, &workshop.builder);
    let workflow = import(builder, json!({ "name": "Mine", "externalId": "m-1" })).await;
    let id = text(&workflow, "/id");
    assert_eq!(workflow["flow"]["trigger"]["name"], "Trigger");
    publish(builder, &id).await;
    let input = json!({ "input": { "name": "Again", "externalId": "m-1" } });
    let document = "mutation ($input: ImportWorkflowInput!) { importWorkflow(input: $input) {
        workflow { id } errors { field messages } } }";
    let taken = builder.ask(document, &input).await.problems("importWorkflow");
    assert!(taken[0].starts_with("externalId: "), "{taken:?}");
    let other = owner.create_customer("Hooli").await;
    let theirs = json!({ "name": "Again", "externalId": "m-1", "customer": other });
    assert_eq!(import(owner, theirs).await["customer"]["name"], "Hooli");
    for (input, field) in [
        (json!({ "name": "Nobody's" }), "customer"),
        (json!({ "customer": other }), "name"),
        (json!({ "customer": other, "name": "x", "contextData": "{" }), "contextData"),
        (json!({ "customer": other, "definition": definition("shared") }), "definition"),
    ] {
        let refused = owner.ask(document, &json!({ "input": input })).await;
        let problems = refused.problems("importWorkflow");
        assert!(problems.iter().all(|it| it.starts_with(&format!("{field}: "))), "{problems:?}");
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    let member = workshop.app.customer_user(owner, &workshop.customer, "Member").await;
    workshop.allow(false).await;
    let tried = [
        (document, json!({ "input": { "name": "More" } })),
        (document, json!({ "input": { "id": id, "name": "More" } })),
        (&document_of("enableWorkflow"), json!({ "id": id })),
        (&document_of("deleteWorkflow"), json!({ "id": id })),
    ];
    for user in [builder, &member] {
        for (document, variables) in &tried {
            let refused = user.ask(document, variables).await;
            assert_eq!(refused.errors().len(), 1, "{document} {:#}", refused.body);
        }
    }
    let rights = "query ($id: ID!) { workflow(id: $id) { name allowUpdate allowRemove } }";
    let seen = builder.query_with(rights, &json!({ "id": id })).await;
    let expected = json!({ "name": "Mine", "allowUpdate": false, "allowRemove": false });
    assert_eq!(seen["workflow"], expected);
    let seen = owner.query_with(rights, &json!({ "id": id })).await;
    assert_eq!(seen["workflow"]["allowUpdate"], true);
    let neighbour = workshop.app.customer_user(owner, &other, "Admin").await;
    assert_eq!(
        list(&neighbour.query("{ workflows { nodes { id } } }").await, "/workflows/nodes").len(),
        1
    );
}

#[tokio::test]
async fn customers_need_leave_to_change_integrations_of_their_own() {
    let workshop = Workshop::open().await;
    let allow = async |allow: bool| {
        let document = "mutation ($id: ID!, $allow: Boolean) { updateCustomer(input: {
            id: $id, allowEmbeddedDesigner: $allow }) { errors { messages } } }";
        let variables = json!({ "id": workshop.customer, "allow": allow });
        workshop.owner.query_with(document, &variables).await;
    };
    allow(true).await;
    let draft = workshop.builder.import(&definition("greeter")).await;
    workshop.builder.publish(&draft).await;
    allow(false).await;
    for change in ["updateIntegration", "publishIntegration", "deleteIntegration"] {
        let document = format!(
            "mutation ($id: ID!) {{ {change}(input: {{ id: $id }}) {{ errors {{ messages }} }} }}"
        );
        let refused = workshop.builder.ask(&document, &json!({ "id": draft })).await;
        assert_eq!(refused.errors().len(), 1, "{change} {:#}", refused.body);
    }
    workshop.owner.publish(&draft).await;
}
