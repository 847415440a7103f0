//! Definitions made of rows, and where they run.

use serde_json::{Value, json};

use crate::harness::{Instance, TestApp, User};

/// A server with one deployed definition.
pub struct Stage {
    /// Keeps the server running.
    _app: TestApp,
    owner: User,
    instance: Instance,
}

impl Stage {
    pub async fn with(definition: &str) -> Self {
        let app = TestApp::start().await;
        let owner = app.organization("acme").await;
        let instance = owner.deployed(definition, &[]).await;
        Self { _app: app, owner, instance }
    }

    /// Posts JSON to a flow; returns the status and the body its caller ends up with.
    pub async fn call(&self, flow: &str, body: &Value) -> (u16, Value) {
        let request = self.post(flow).json(body);
        self.send(request).await
    }

    /// The URL of a flow, for requests of any shape.
    pub fn post(&self, flow: &str) -> reqwest::RequestBuilder {
        self.owner.http().post(self.instance.url(flow))
    }

    /// Follows a request to its result.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let mut page = self.owner.call(request).await;
        if page.status == 303 {
            page = self.owner.get(page.header("location")).await;
        }
        let body = serde_json::from_str(&page.body);
        (page.status, body.unwrap_or(Value::String(page.body)))
    }
}

/// A definition with these flows.
pub fn definition(flows: &[Value]) -> String {
    let config = json!([{ "key": "Limit", "dataType": "string", "defaultValue": "10" },
        { "key": "API Host", "dataType": "string", "defaultValue": "shop.test" }]);
    json!({ "definitionVersion": 7, "name": "Language", "requiredConfigVars": config,
        "flows": flows })
    .to_string()
}

/// A flow that waits for its last step; the trigger's key is `call`.
pub fn flow(name: &str, steps: Vec<Value>) -> Value {
    let mut trigger = step("Call", "webhook-triggers", "webhook", &json!({}));
    trigger["isTrigger"] = true.into();
    let steps: Vec<_> = std::iter::once(trigger).chain(steps).collect();
    json!({ "name": name, "isSynchronous": true, "steps": steps })
}

pub fn step(name: &str, component: &str, action: &str, inputs: &Value) -> Value {
    let component = json!({ "key": component, "isPublic": true, "version": "LATEST" });
    json!({ "name": name, "action": { "key": action, "component": component },
        "inputs": inputs })
}

/// A step whose result is a list of objects; entries that lead to nothing are left out of them.
pub fn objects(name: &str, objects: &[Vec<Value>]) -> Value {
    let objects: Vec<_> =
        objects.iter().map(|entries| json!({ "type": "complex", "value": entries })).collect();
    let items = json!({ "items": { "type": "complex", "value": objects } });
    step(name, "collection-tools", "create", &items)
}

/// An expression under a name, as entries of objects are.
pub fn named(name: &str, expression: &Value) -> Value {
    let mut entry = expression.clone();
    entry["name"] = json!({ "type": "value", "value": name });
    entry
}

pub fn literal(text: &str) -> Value {
    json!({ "type": "value", "value": text })
}

pub fn reference(path: &str) -> Value {
    json!({ "type": "reference", "value": path })
}

/// Fails with every row that was answered differently.
pub fn assert_none(wrong: &[String], cases: usize) {
    assert!(wrong.is_empty(), "{} of {cases} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
