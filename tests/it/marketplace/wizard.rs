//! The configuration wizard, walked as a custom screen would.

use serde_json::{Value, json};

use super::Market;
use crate::harness::{User, definition, eventually, list, text};

const READ: &str = "query ($id: ID!) { instance(id: $id) { configState needsDeploy
    lastDeployedAt isCustomerDeployable isCustomerUpgradeable integration { configPages
        requiredConfigVariables { nodes { key header description dataType pickList
            userLevelConfigured dataSource { id key } inputs { nodes { name value } } } } }
    configVariables { nodes { value status requiredConfigVariable { key }
        inputs { nodes { name value hasValue } } } }
    flowConfigs { nodes { webhookUrl flow { name } } } } }";

const SAVE: &str =
    "mutation ($id: ID!, $variables: [InputInstanceConfigVariable], $last: Boolean) {
    updateInstanceConfigVariables(input: { id: $id, configVariables: $variables,
        configMode: \"INSTANCE\", configComplete: $last }) {
        instance { configState } errors { field messages } } }";

const PAGE: &str = "mutation ($id: ID!, $page: String) {
    fetchConfigWizardPageContent(input: { id: $id, pageName: $page }) {
        fetchConfigWizardPageContentResult { pageName content instance { id } }
        errors { field messages } } }";

const SOURCE: &str = "mutation ($id: ID!, $source: ID, $inputs: [InputExpression]) {
    fetchDataSourceContent(input: { id: $id, dataSource: $source, inputs: $inputs }) {
        fetchDataSourceContentResult { content dataSource { key } instance { id } }
        errors { field messages } } }";

async fn read(user: &User, id: &str) -> Value {
    user.query_with(READ, &json!({ "id": id })).await["instance"].clone()
}

async fn save(user: &User, id: &str, variables: Value) -> String {
    let variables = json!({ "id": id, "variables": variables, "last": false });
    let saved = user.query_with(SAVE, &variables).await;
    text(&saved, "/updateInstanceConfigVariables/instance/configState")
}

/// The entry of a list whose `key` is this one.
fn of_key<'a>(nodes: &'a [Value], pointer: &str, key: &str) -> &'a Value {
    let found = nodes.iter().find(|node| node.pointer(pointer) == Some(&json!(key)));
    found.unwrap_or_else(|| panic!("no {key} in {nodes:#?}"))
}

/// Proves R006, R021, R022, R023, R028, R029, R030, R031, R033, R035, R036, R037, R045.
#[tokio::test]
async fn a_customer_walks_through_the_wizard() {
    let market = Market::open().await;
    let shopper = &market.shopper;
    let (_, version) = market.offer(&definition("wizard")).await;
    let id = market.instance(shopper, &version, "My Wizard").await;
    is_presented(&read(shopper, &id).await);
    let login = json!([{ "name": "password", "type": "value", "value": "canary-password" }]);
    let state =
        save(shopper, &id, json!([{ "key": "Shop Login", "values": login.to_string() }])).await;
    assert_eq!(state, "FULLY_CONFIGURED");
    let read_back = read(shopper, &id).await;
    assert!(!read_back.to_string().contains("canary"), "{read_back:#}");
    let login = of_key(
        list(&read_back, "/configVariables/nodes"),
        "/requiredConfigVariable/key",
        "Shop Login",
    );
    let inputs = list(login, "/inputs/nodes");
    assert_eq!(of_key(inputs, "/name", "username")["value"], "guest");
    assert_eq!(
        of_key(inputs, "/name", "password"),
        &json!({"name": "password", "value": "", "hasValue": true})
    );

    let page = shopper.query_with(PAGE, &json!({ "id": id, "page": "Choose" })).await;
    let page = &page["fetchConfigWizardPageContent"]["fetchConfigWizardPageContentResult"];
    let content: Value = serde_json::from_str(&text(page, "/content")).unwrap();
    assert_eq!(content["Form"]["schema"]["properties"]["who"]["const"], "guest");
    assert_eq!(
        content["Form"]["data"],
        json!({
        "greeting": "Hello", "leaked": "***", "user": "", "customer": "Initech" })
    );
    let choices = json!([
        { "key": "Greeting", "value": "Moin" }, { "key": "Region", "value": "us" },
        { "key": "Notify", "value": "false" }, { "key": "Mapping", "value": "{\"b\":2}" },
        { "key": "Form", "value": "{\"name\":\"x\"}" } ]);
    save(shopper, &id, choices).await;
    let deploy = "mutation ($id: ID!) { deployInstance(input: { id: $id }) {
        instance { needsDeploy } errors { field messages } } }";
    shopper.query_with(deploy, &json!({ "id": id })).await;
    let deployed = read(shopper, &id).await;
    assert_eq!(deployed["needsDeploy"], false);
    // The flow that the deployment starts fails, and the deployment stands.
    let runs = "query ($id: ID!) { executionResults(instance: $id) { nodes { error endedAt
        invokeType } } }";
    let failed = eventually("the deploy flow ends", async || {
        let data = shopper.query_with(runs, &json!({ "id": id })).await;
        let run = list(&data, "/executionResults/nodes").first()?.clone();
        (!run["endedAt"].is_null()).then_some(run)
    });
    let failed = failed.await;
    assert!(text(&failed, "/error").contains("The set-up failed"), "{failed}");
    assert_eq!(failed["invokeType"], "DEPLOY_FLOW");
    let url =
        text(of_key(list(&deployed, "/flowConfigs/nodes"), "/flow/name", "Greet"), "/webhookUrl");
    let answer = shopper.get(shopper.trigger(&url, &json!({})).await.header("location")).await;
    assert_eq!(answer.json(), "Moin from elsewhere");
    // Reconfiguring begins with what was saved, and runs on the old values until it is deployed.
    save(shopper, &id, json!([{ "key": "Region", "value": "eu" }])).await;
    let again = shopper.get(shopper.trigger(&url, &json!({})).await.header("location")).await;
    assert_eq!(again.json(), "Moin from elsewhere");
    shopper.query_with(deploy, &json!({ "id": id })).await;
    let after = shopper.get(shopper.trigger(&url, &json!({})).await.header("location")).await;
    assert_eq!(after.json(), "Moin from Europe");
}

/// What the wizard shows before anything was entered.
fn is_presented(before: &Value) {
    assert_eq!(before["configState"], "NEEDS_INSTANCE_CONFIGURATION");
    let pages: Value = serde_json::from_str(&text(before, "/integration/configPages")).unwrap();
    assert_eq!(pages[0]["name"], "Connect");
    assert_eq!(pages[1]["elements"].as_array().unwrap().len(), 5, "one is not theirs: {pages}");
    let asked = list(before, "/integration/requiredConfigVariables/nodes");
    let notify = of_key(asked, "/key", "Notify");
    assert_eq!(
        (&notify["header"], &notify["description"]),
        (&json!("Messages"), &json!("Tell people."))
    );
    assert_eq!(of_key(asked, "/key", "Region")["pickList"], json!(["eu", "us"]));
    assert_eq!(notify["dataType"], "BOOLEAN");
    let variables = list(before, "/configVariables/nodes");
    let value = |key| &of_key(variables, "/requiredConfigVariable/key", key)["value"];
    assert_eq!((value("Greeting"), value("Notify")), (&json!("Hello"), &json!("true")));
}

/// What the code of a data source says reaches the page, and what it must not say does not.
#[tokio::test]
async fn data_sources_answer_within_limits_and_without_secrets() {
    let market = Market::open().await;
    let (owner, shopper) = (&market.owner, &market.shopper);
    let (_, version) = market.offer(&definition("wizard")).await;
    let id = market.instance(shopper, &version, "My Wizard").await;
    let login = json!([{ "name": "password", "type": "value", "value": "canary-password" }]);
    save(shopper, &id, json!([{ "key": "Shop Login", "values": login.to_string() }])).await;
    let asked = read(shopper, &id).await;
    let form = of_key(list(&asked, "/integration/requiredConfigVariables/nodes"), "/key", "Form");
    let source = text(form, "/dataSource/id");
    let ask = async |user: &User, inputs: Value| {
        let variables = json!({ "id": id, "source": source, "inputs": inputs });
        user.ask(SOURCE, &variables).await
    };
    let other = ask(shopper, json!([{ "name": "contextValue", "value": "mine" }])).await.data();
    let found = "/fetchDataSourceContent/fetchDataSourceContentResult";
    let content: Value = serde_json::from_str(&text(&other, &format!("{found}/content"))).unwrap();
    assert_eq!(content["schema"]["title"], "mine");
    let failed = ask(shopper, json!([{ "name": "contextValue", "value": "fail" }])).await;
    let problems = failed.problems("fetchDataSourceContent");
    assert!(problems[0].contains("The shop said: no such customer ***"), "{problems:?}");
    // Customers bring neither code nor connections of their own; the organization may try things.
    let code = "module.exports = async (c) =>
        ({ result: { schema: { all: c.configVars }, uiSchema: {} } })";
    let code = json!([{ "name": "code", "value": code }]);
    let refused = ask(shopper, code.clone()).await.problems("fetchDataSourceContent");
    assert_eq!(refused, ["inputs: \"`code` is set by the integration.\""]);
    let other_connection =
        json!([{ "name": "contextValue", "type": "configVar", "value": "Partner Code" }]);
    assert_eq!(ask(shopper, other_connection).await.problems("fetchDataSourceContent").len(), 1);
    ask(owner, code).await.data();
    let hanging = ask(shopper, json!([{ "name": "contextValue", "value": "hang" }])).await;
    assert_eq!(hanging.problems("fetchDataSourceContent").len(), 1, "{:#}", hanging.body);
    let document = "query ($id: ID!) { logs(instance: $id, logType_In: [\"DATA_SOURCE\"],
        requiredConfigVariableKey: \"Form\") { nodes { message severity requiredConfigVariableKey
            executionResult { id } } } }";
    let lines = shopper.query_with(document, &json!({ "id": id })).await;
    assert!(!lines.to_string().contains("canary"), "{lines:#}");
    let lines = list(&lines, "/logs/nodes");
    assert_eq!(lines[0]["severity"], "INFO");
    assert_eq!(lines[1]["severity"], "ERROR");
    assert!(text(&lines[1], "/message").contains("The shop said: no such customer ***"));
    let document = "query ($id: ID!) { instance(id: $id) { configVariables { nodes {
        requiredConfigVariable { key } logs(message_Icontains: \"no such customer\") { totalCount }
        } } } }";
    let counted = shopper.query_with(document, &json!({ "id": id })).await;
    for variable in list(&counted, "/instance/configVariables/nodes") {
        let is_form = variable["requiredConfigVariable"]["key"] == "Form";
        assert_eq!(variable["logs"]["totalCount"] == 0, !is_form, "{counted:#}");
    }
    let stranger = market.app.organization("other").await;
    assert_eq!(ask(&stranger, json!([])).await.errors(), ["Record not found"]);
    let missing = shopper.ask(PAGE, &json!({ "id": id, "page": "None" })).await;
    assert!(missing.problems("fetchConfigWizardPageContent")[0].starts_with("pageName: "));
}
