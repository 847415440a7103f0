//! What the demo shows, in order.

use std::net::SocketAddr;
use std::slice;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::client::{Client, text};
use super::host::Host;
use super::third_party::ThirdParty;
use super::{output, storefront};

const ORDER_SYNC: &str = include_str!("../../../examples/order-sync.yaml");
const CONTACT_FORM: &str = include_str!("../../../examples/contact-form.yaml");
const NIGHTLY_REPORT: &str = include_str!("../../../examples/nightly-report.yaml");

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const ORDER: &str =
    r#"{"id":"1001","items":[{"sku":"oak-board","quantity":2},{"sku":"bone-glue"}]}"#;

/// How long an execution of the demo may take.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

pub struct Story<'a> {
    pub client: &'a Client,
    /// Where the product that embeds the marketplace should listen.
    pub host_address: SocketAddr,
    pub third_party: &'a ThirdParty,
}

struct Integration {
    name: String,
    version: String,
}

struct Instance {
    id: String,
    flows: Vec<Flow>,
}

struct Flow {
    name: String,
    config_id: String,
    url: String,
}

impl Story<'_> {
    /// Tells it all. The host page is handed back, so that it answers for as long as we serve.
    pub async fn tell(&self) -> anyhow::Result<Host> {
        self.introduce().await.context("reading the own user")?;
        output::step(2, "Customers of the organization")?;
        let oakwood = self.customer("Oakwood Furniture", "oakwood").await?;
        let copper = self.customer("Copper & Daughters", "copper").await?;
        output::step(3, "Integrations, imported from YAML and published")?;
        let orders = self.integration(ORDER_SYNC).await?;
        let forms = self.integration(CONTACT_FORM).await?;
        let reports = self.integration(NIGHTLY_REPORT).await?;
        output::step(4, "Instances, configured for each customer and deployed")?;
        let warehouse = [("Warehouse URL", "/shipments"), ("Shipping Speed", "express")];
        let order_sync = self.instance(&orders, &oakwood, &warehouse).await?;
        let elsewhere = self.instance(&orders, &copper, &[("Warehouse URL", "/copper")]).await?;
        let contact = self.instance(&forms, &copper, &[("Inbox URL", "/inbox")]).await?;
        let nightly = self.instance(&reports, &oakwood, &[("Report URL", "/reports")]).await?;
        output::step(5, "Flows, called over HTTP")?;
        let execution = self.send_order(&order_sync).await.context("sending an order")?;
        self.ask_for_stock(&order_sync).await.context("asking for stock")?;
        self.stay_apart(&elsewhere).await.context("calling another customer's instance")?;
        self.send_form(&contact).await.context("sending a form")?;
        self.send_report(&nightly).await.context("writing a report")?;
        output::step(6, "What the platform recorded")?;
        self.show_record(&execution).await.context("reading the execution")?;
        output::step(7, "A marketplace inside somebody else's product")?;
        for integration in [&orders, &forms, &reports] {
            storefront::offer(self.client, &integration.version).await?;
        }
        let host = storefront::open(self.client, self.host_address).await?;
        self.invite(&order_sync, &contact, &execution)?;
        output::commands("See what customers see, in a browser", slice::from_ref(&host.url))?;
        Ok(host)
    }

    async fn introduce(&self) -> anyhow::Result<()> {
        let document = "{ authenticatedUser { email org { id name } } }";
        let data = self.client.query(document, json!({})).await?;
        output::step(1, "An organization, and its owner's access token")?;
        let organization = text(&data, "/authenticatedUser/org/name")?;
        output::done(organization, text(&data, "/authenticatedUser/org/id")?)?;
        output::done("owner", text(&data, "/authenticatedUser/email")?)
    }

    async fn customer(&self, name: &str, external_id: &str) -> anyhow::Result<String> {
        let document = "mutation ($name: String!, $externalId: String) {
            createCustomer(input: { name: $name, externalId: $externalId }) {
                customer { id } errors { field messages } } }";
        let variables = json!({ "name": name, "externalId": external_id });
        let data = self.client.query(document, variables).await?;
        let id = text(&data, "/createCustomer/customer/id")?;
        output::done(name, id)?;
        Ok(id.to_owned())
    }

    async fn integration(&self, definition: &str) -> anyhow::Result<Integration> {
        let document = "mutation ($definition: String!) {
            importIntegration(input: { definition: $definition }) {
                integration { id name } errors { field messages } } }";
        let data = self.client.query(document, json!({ "definition": definition })).await?;
        let id = text(&data, "/importIntegration/integration/id")?;
        let name = text(&data, "/importIntegration/integration/name")?;
        let document = "mutation ($id: ID!) {
            publishIntegration(input: { id: $id, comment: \"As the demo ships it\" }) {
                integration { id versionNumber } errors { field messages } } }";
        let published = self.client.query(document, json!({ "id": id })).await?;
        let version = text(&published, "/publishIntegration/integration/id")?;
        let number = &published["publishIntegration"]["integration"]["versionNumber"];
        output::done(name, &format!("{id}, version {number}"))?;
        Ok(Integration { name: name.to_owned(), version: version.to_owned() })
    }

    /// `config` pairs variables with values; a path stands for that URL of the third party.
    async fn instance(
        &self,
        integration: &Integration,
        customer: &str,
        config: &[(&str, &str)],
    ) -> anyhow::Result<Instance> {
        let config: Vec<_> = config
            .iter()
            .map(|(key, value)| {
                let is_path = value.starts_with('/');
                let value = if is_path { self.third_party.url(value) } else { (*value).to_owned() };
                json!({ "key": key, "value": value })
            })
            .collect();
        let document = "mutation (
            $name: String!, $integration: ID!, $customer: ID!,
            $config: [InputInstanceConfigVariable]
        ) {
            createInstance(input: { name: $name, integration: $integration, customer: $customer,
                configVariables: $config }) {
                instance { id customer { name } flowConfigs { nodes { id webhookUrl flow { name } } } }
                errors { field messages } } }";
        let variables = json!({ "name": integration.name, "integration": integration.version,
            "customer": customer, "config": config });
        let data = self.client.query(document, variables).await?;
        let created = &data["createInstance"]["instance"];
        let id = text(created, "/id")?.to_owned();
        let document = "mutation ($id: ID!) {
            deployInstance(input: { id: $id }) { instance { id } errors { field messages } } }";
        self.client.query(document, json!({ "id": id })).await?;
        let flows = flows(created)?;
        let owner = text(created, "/customer/name")?;
        output::done(&integration.name, &format!("{id} for {owner}"))?;
        for flow in &flows {
            output::facts(&[(&flow.name, &flow.url)])?;
        }
        Ok(Instance { id, flows })
    }

    async fn send_order(&self, instance: &Instance) -> anyhow::Result<String> {
        let flow = instance.flow("Receive Order")?;
        let answer = self.client.post(&flow.url, JSON, ORDER).await?.expect(StatusCode::OK)?;
        let execution = text(&answer.body, "/executionId")?.to_owned();
        output::done("Receive Order", "answered 200 with an execution id")?;
        self.finish(&execution).await?;
        let shipments = self.third_party.received("/shipments", 2).await?;
        ensure!(shipments.len() == 2, "the order has two lines, {} arrived", shipments.len());
        ensure!(shipments[0]["speed"] == "express", "not as configured: {}", shipments[0]);
        for shipment in &shipments {
            output::facts(&[("warehouse got", &shipment.to_string())])?;
        }
        Ok(execution)
    }

    async fn ask_for_stock(&self, instance: &Instance) -> anyhow::Result<()> {
        let flow = instance.flow("Stock Check")?;
        for (sku, status) in [("oak-board", StatusCode::OK), ("gold-leaf", StatusCode::NOT_FOUND)] {
            let question = json!({ "sku": sku }).to_string();
            let answer = self.client.post(&flow.url, JSON, &question).await?.expect(status)?;
            ensure!(answer.body["sku"] == sku, "unexpected answer {}", answer.body);
            let seen = format!("{sku}: {} {}", status.as_u16(), answer.body);
            output::done("Stock Check", &seen)?;
        }
        Ok(())
    }

    /// The same integration, but this customer's warehouse and this customer's count.
    async fn stay_apart(&self, instance: &Instance) -> anyhow::Result<()> {
        let flow = instance.flow("Receive Order")?;
        let order = r#"{"id":"7","items":[{"sku":"copper-nail","quantity":500}]}"#;
        let answer = self.client.post(&flow.url, JSON, order).await?.expect(StatusCode::OK)?;
        self.finish(text(&answer.body, "/executionId")?).await?;
        let shipments = self.third_party.received("/copper", 1).await?;
        ensure!(shipments[0]["speed"] == "standard", "not as configured: {}", shipments[0]);
        output::done("Receive Order", "the other customer's, with its own configuration")
    }

    async fn send_form(&self, instance: &Instance) -> anyhow::Result<()> {
        let flow = instance.flow("Form Entry")?;
        let form = "email=ada%40example.com&name=Ada&message=Do+you+ship+to+Oslo%3F";
        self.client.post(&flow.url, FORM, form).await?.expect(StatusCode::OK)?;
        let entries = self.third_party.received("/inbox", 1).await?;
        ensure!(entries[0]["from"] == "Ada <ada@example.com>", "unexpected {}", entries[0]);
        output::done("Form Entry", &format!("inbox got {}", entries[0]))
    }

    async fn send_report(&self, instance: &Instance) -> anyhow::Result<()> {
        let visit = r#"{"page":"/prices","visitor":"ada"}"#;
        let flow = instance.flow("Record Visit")?;
        let answer = self.client.post(&flow.url, JSON, visit).await?.expect(StatusCode::OK)?;
        self.finish(text(&answer.body, "/executionId")?).await?;
        let document = "mutation ($id: ID!) {
            testInstanceFlowConfig(input: { id: $id }) {
                testInstanceFlowConfigResult { execution { id } } errors { field messages } } }";
        let flow = instance.flow("Send Report")?;
        let data = self.client.query(document, json!({ "id": flow.config_id })).await?;
        let pointer = "/testInstanceFlowConfig/testInstanceFlowConfigResult/execution/id";
        self.finish(text(&data, pointer)?).await?;
        let reports = self.third_party.received("/reports", 1).await?;
        output::done("Send Report", &format!("run ahead of its schedule: {}", reports[0]))
    }

    /// Waits for the end of an execution, which must be a good one.
    async fn finish(&self, execution: &str) -> anyhow::Result<()> {
        let document = "query ($id: ID!) { executionResult(id: $id) { endedAt error } }";
        let ended = tokio::time::timeout(PATIENCE, async {
            loop {
                let data = self.client.query(document, json!({ "id": execution })).await?;
                if !data["executionResult"]["endedAt"].is_null() {
                    return anyhow::Ok(data["executionResult"]["error"].clone());
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        match ended.await.context("the execution did not end in time")?? {
            Value::Null => Ok(()),
            error => bail!("the execution {execution} failed: {error}"),
        }
    }

    async fn show_record(&self, execution: &str) -> anyhow::Result<()> {
        let document = "query ($id: ID!) {
            executionResult(id: $id) { stepResults { totalCount }
                logs(orderBy: { field: TIMESTAMP, direction: ASC }) { nodes { message } } } }";
        let data = self.client.query(document, json!({ "id": execution })).await?;
        let result = &data["executionResult"];
        let steps = result["stepResults"]["totalCount"].as_u64().unwrap_or_default();
        ensure!(steps > 0, "the execution has no step results");
        output::done("execution", &format!("{execution}, {steps} step results"))?;
        let lines = result["logs"]["nodes"].as_array().context("the execution has no logs")?;
        let summary = "Order 1001: 2 lines, 3 pieces; orders so far: 1.";
        ensure!(
            lines.iter().any(|line| line["message"] == summary),
            "the log does not hold the summary: {lines:?}"
        );
        output::done("log", summary)
    }

    /// Lines to go on with by hand.
    fn invite(&self, orders: &Instance, contact: &Instance, execution: &str) -> anyhow::Result<()> {
        let receive = &orders.flow("Receive Order")?.url;
        let stock = &orders.flow("Stock Check")?.url;
        let form = &contact.flow("Form Entry")?.url;
        output::line("\nEverything worked. Try it yourself:")?;
        output::commands(
            "Call the flows",
            &[
                format!("curl -H 'Content-Type: {JSON}' -d '{ORDER}' '{receive}'"),
                format!(
                    "curl -i -H 'Content-Type: {JSON}' -d '{{\"sku\":\"oak-board\"}}' '{stock}'"
                ),
                format!("curl -d 'email=ada@example.com' -d 'message=Hello' '{form}'"),
            ],
        )?;
        output::commands(
            "Look around with the command line client",
            &[
                format!("export PRISMATIC_URL='{}'", self.client.base()),
                format!("export PRISM_ACCESS_TOKEN='{}'", self.client.token()),
                "prism me".to_owned(),
                "prism customers:list --extended".to_owned(),
                "prism instances:list --extended".to_owned(),
                format!("prism instances:flow-configs:list '{}' --extended", orders.id),
                format!("prism executions:step-result:get -e '{execution}' -s 'Summarize Order'"),
            ],
        )?;
        let graphiql = format!("{}/graphiql", self.client.base());
        output::commands("Ask the API in a browser", &[graphiql])
    }
}

impl Instance {
    fn flow(&self, name: &str) -> anyhow::Result<&Flow> {
        let found = self.flows.iter().find(|flow| flow.name == name);
        found.with_context(|| format!("the instance has no flow {name}"))
    }
}

fn flows(instance: &Value) -> anyhow::Result<Vec<Flow>> {
    let nodes = instance["flowConfigs"]["nodes"].as_array().context("no flows came back")?;
    let read = |node: &Value| {
        Ok(Flow {
            name: text(node, "/flow/name")?.to_owned(),
            config_id: text(node, "/id")?.to_owned(),
            url: text(node, "/webhookUrl")?.to_owned(),
        })
    };
    nodes.iter().map(read).collect()
}
