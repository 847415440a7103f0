//! People, as values that make requests.

use serde_json::{Value, json};

use super::{eventually, list, text};

/// Somebody with a token, or nobody in particular.
#[derive(Clone)]
pub struct User {
    pub email: String,
    pub token: Option<String>,
    http: reqwest::Client,
    url: String,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

/// An answer of any other URL.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

/// A deployed instance, as its flows are called.
#[derive(Clone, Debug)]
pub struct Instance {
    pub id: String,
    flows: Vec<(String, String, String)>,
}

impl User {
    pub fn new(http: reqwest::Client, url: String, email: String, token: Option<String>) -> Self {
        Self { email, token, http, url }
    }

    /// Sends a document and takes any answer.
    pub async fn ask(&self, document: &str, variables: &Value) -> Reply {
        let body = json!({ "query": document, "variables": variables });
        let answer = self.api().json(&body).send().await.unwrap();
        Reply { status: answer.status().as_u16(), body: answer.json().await.unwrap() }
    }

    /// The data of an answer that must be free of errors.
    pub async fn query(&self, document: &str) -> Value {
        self.query_with(document, &json!({})).await
    }

    pub async fn query_with(&self, document: &str, variables: &Value) -> Value {
        self.ask(document, variables).await.data()
    }

    pub async fn create_customer(&self, name: &str) -> String {
        let document = "mutation ($name: String!) {
            createCustomer(input: { name: $name, externalId: $name }) {
                customer { id } errors { field messages } } }";
        let data = self.query_with(document, &json!({ "name": name })).await;
        text(&data, "/createCustomer/customer/id")
    }

    /// Imports a definition; returns the id of the draft.
    pub async fn import(&self, definition: &str) -> String {
        let document = "mutation ($definition: String!) {
            importIntegration(input: { definition: $definition }) {
                integration { id } errors { field messages } } }";
        let data = self.query_with(document, &json!({ "definition": definition })).await;
        text(&data, "/importIntegration/integration/id")
    }

    /// Publishes a draft; returns the id of the version.
    pub async fn publish(&self, integration: &str) -> String {
        let document = "mutation ($id: ID!) {
            publishIntegration(input: { id: $id, comment: \"For a story\" }) {
                integration { id } errors { field messages } } }";
        let data = self.query_with(document, &json!({ "id": integration })).await;
        text(&data, "/publishIntegration/integration/id")
    }

    /// Creates an instance that is not deployed. `config` pairs variables with texts.
    pub async fn create_instance(
        &self,
        version: &str,
        customer: &str,
        config: &[(&str, &str)],
    ) -> Instance {
        let config: Vec<_> =
            config.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let document = "mutation (
            $version: ID!, $customer: ID!, $config: [InputInstanceConfigVariable]
        ) {
            createInstance(input: { name: \"Story\", integration: $version, customer: $customer,
                configVariables: $config }) {
                instance { id flowConfigs { nodes { id webhookUrl flow { name } } } }
                errors { field messages } } }";
        let variables = json!({ "version": version, "customer": customer, "config": config });
        let data = self.query_with(document, &variables).await;
        let instance = &data["createInstance"]["instance"];
        let flows = list(instance, "/flowConfigs/nodes")
            .iter()
            .map(|node| (text(node, "/flow/name"), text(node, "/id"), text(node, "/webhookUrl")));
        Instance { id: text(instance, "/id"), flows: flows.collect() }
    }

    pub async fn deploy(&self, instance: &Instance) {
        let document = "mutation ($id: ID!) {
            deployInstance(input: { id: $id }) { instance { id } errors { field messages } } }";
        self.query_with(document, &json!({ "id": instance.id })).await;
    }

    /// From a definition to a deployed instance of a new customer.
    pub async fn deployed(&self, definition: &str, config: &[(&str, &str)]) -> Instance {
        let version = self.publish(&self.import(definition).await).await;
        let customer = self.create_customer("Initech").await;
        let instance = self.create_instance(&version, &customer, config).await;
        self.deploy(&instance).await;
        instance
    }

    /// Posts JSON to a trigger URL, without a token; redirects are not followed.
    pub async fn trigger(&self, url: &str, body: &Value) -> Page {
        self.call(self.http.post(url).json(body)).await
    }

    /// Reads a URL as a browser without a session would.
    pub async fn get(&self, url: &str) -> Page {
        self.call(self.http.get(url)).await
    }

    /// Sends any request, made with [`User::http`].
    pub async fn call(&self, request: reqwest::RequestBuilder) -> Page {
        let answer = request.send().await.unwrap();
        Page {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        }
    }

    /// A request to the API, for stories in which it may fail.
    pub fn api(&self) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}/api", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Waits for the end of an execution; returns its `error` and `logs`, the oldest first.
    pub async fn ended(&self, execution: &str) -> Value {
        let document = "query ($id: ID!) { executionResult(id: $id) { endedAt error
            logs(orderBy: { field: TIMESTAMP, direction: ASC }) { nodes { message severity } } } }";
        let variables = json!({ "id": execution });
        eventually(&format!("the end of {execution}"), async || {
            let data = self.query_with(document, &variables).await;
            let result = &data["executionResult"];
            (!result["endedAt"].is_null()).then(|| result.clone())
        })
        .await
    }
}

impl Reply {
    /// What came back; fails the test if anything was refused.
    pub fn data(self) -> Value {
        assert_eq!(self.body.get("errors"), None, "{:#}", self.body);
        for (field, payload) in self.body["data"].as_object().into_iter().flatten() {
            let refused = payload["errors"].as_array().is_some_and(|list| !list.is_empty());
            assert!(!refused, "{field}: {:#}", payload["errors"]);
        }
        self.body["data"].clone()
    }

    /// The messages of errors that belong to no input.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        errors.map(|error| text(error, "/message")).collect()
    }

    /// `field: message` for everything a mutation refused.
    pub fn problems(&self, mutation: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for problem in list(&self.body, &format!("/data/{mutation}/errors")) {
            for message in list(problem, "/messages") {
                problems.push(format!("{}: {}", text(problem, "/field"), message));
            }
        }
        problems
    }
}

impl Page {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Instance {
    /// The URL that starts a flow.
    pub fn url(&self, flow: &str) -> &str {
        &self.flow(flow).2
    }

    /// The id of a flow's configuration.
    pub fn flow_config(&self, flow: &str) -> &str {
        &self.flow(flow).1
    }

    fn flow(&self, name: &str) -> &(String, String, String) {
        let found = self.flows.iter().find(|(flow, ..)| flow == name);
        found.unwrap_or_else(|| panic!("no flow {name} in {self:?}"))
    }
}
