//! Input fields of actions and triggers, and the connections that components know.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Component;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::connection::register_pages;
use crate::graphql::id;
use crate::graphql::reuse::template;

/// An input of an action, trigger or connection.
pub struct InputField {
    /// The names of what it belongs to.
    owner: String,
    known: Arc<flow::component::Input>,
}

/// A kind of credentials.
pub struct Connection {
    component: Arc<Component>,
    known: Arc<flow::component::Connection>,
}

impl InputField {
    pub fn all(owner: &str, inputs: &[Arc<flow::component::Input>]) -> Vec<Arc<Self>> {
        let of = |known: &Arc<flow::component::Input>| {
            Arc::new(Self { owner: owner.to_owned(), known: known.clone() })
        };
        inputs.iter().map(of).collect()
    }

    /// An input of a connection by its key, or by one of the keys it had.
    pub fn of_connection(component: &str, connection: &str, key: &str) -> Option<Arc<Self>> {
        let connection = super::connection(component, connection)?;
        let mut inputs = Self::all(&connection.owner(), &connection.known.inputs).into_iter();
        let is_old = |input: &Self| input.known.aliases.iter().any(|alias| alias == key);
        inputs.find(|input| input.known.key == key || is_old(input))
    }
}

impl Connection {
    pub fn all(component: &Arc<Component>) -> Vec<Arc<Self>> {
        let known = component.about.as_ref().map(|about| about.connections.as_slice());
        let of = |known: &Arc<flow::component::Connection>| {
            Arc::new(Self { component: component.clone(), known: known.clone() })
        };
        known.unwrap_or_default().iter().map(of).collect()
    }

    pub fn key(&self) -> &str {
        &self.known.key
    }

    pub fn component_label(&self) -> &str {
        self.component.label()
    }

    /// Those of its component and its own.
    pub fn keys(&self) -> (&str, &str) {
        (&self.component.key, &self.known.key)
    }

    fn owner(&self) -> String {
        format!("{}:{}", self.component.id_part(), self.known.key)
    }
}

pub fn register(registry: &mut Registry) {
    register_pages::<InputField>(registry, "InputField");
    register_pages::<Connection>(registry, "Connection");
    registry.add(field());
    registry.add(connection());
    let kinds = KINDS.map(|(_, name, about)| (name, about));
    registry.enumeration("InputFieldType", "The editor an input asks for.", &kinds);
    registry.enumeration(
        "InputFieldCollection",
        "Whether an input takes a list.",
        &[("KEYVALUELIST", "Values by keys."), ("VALUELIST", "Values.")],
    );
    registry.enumeration(
        "ConnectionOauth2Type",
        "How the tokens of a connection are got.",
        &[
            ("AUTHORIZATION_CODE", "A person signs in."),
            ("CLIENT_CREDENTIALS", "With an id and a secret."),
        ],
    );
}

/// The editors that inputs ask for, as queries call them.
const KINDS: [(&str, &str, &str); 19] = [
    ("boolean", "BOOLEAN", "A switch."),
    ("code", "CODE", "Text in a programming language."),
    ("conditional", "CONDITIONAL", "A condition."),
    ("connection", "CONNECTION", "A connection."),
    ("data", "DATA", "Any value."),
    ("date", "DATE", "A day."),
    ("dynamicFieldSelection", "DYNAMICFIELDSELECTION", "A field that is looked for."),
    ("dynamicObject", "DYNAMICOBJECT", "An object whose fields are looked for."),
    ("dynamicObjectSelection", "DYNAMICOBJECTSELECTION", "An object that is looked for."),
    ("flow", "FLOW", "A flow."),
    ("jsonForm", "JSONFORM", "A form."),
    ("objectFieldMap", "OBJECTFIELDMAP", "A mapping of fields."),
    ("objectSelection", "OBJECTSELECTION", "A selection of objects."),
    ("password", "PASSWORD", "A line that is not shown."),
    ("string", "STRING", "A line of text."),
    ("structuredObject", "STRUCTUREDOBJECT", "An object with fields."),
    ("template", "TEMPLATE", "Text with places for other inputs."),
    ("text", "TEXT", "Lines of text."),
    ("timestamp", "TIMESTAMP", "An instant."),
];

fn kind_name(kind: &str) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("STRING", |(_, name, _)| name)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn field() -> Type<InputField> {
    Type::<InputField>::new("InputField", "An input of an action, trigger or connection.")
        .id(|field| id::encode_key("InputField", &format!("{}:{}", field.owner, field.known.key)))
        .fixed()
        .field("key", "String!", "The key in definitions.", |field| field.known.key.clone())
        .field("label", "String!", "The name that people see.", |field| field.known.label.clone())
        .field("comments", "String", "What it is for.", |field| field.known.comments.clone())
        .field("placeholder", "String", "Shown where nothing is entered.", |field| {
            some(&field.known.placeholder)
        })
        .field("example", "String", "What a value looks like.", |it| some(&it.known.example))
        .field("keyLabel", "String", "What keys of a list of pairs are called.", |field| {
            some(&field.known.key_label)
        })
        .field("language", "String", "Of code.", |field| some(&field.known.language))
        .field("type", "InputFieldType!", "The editor it asks for.", |field| {
            kind_name(&field.known.kind)
        })
        .field("collection", "InputFieldCollection", "Whether it takes a list.", |field| {
            match &*field.known.collection.to_ascii_lowercase() {
                "valuelist" => Some("VALUELIST"),
                "keyvaluelist" => Some("KEYVALUELIST"),
                _ => None,
            }
        })
        .field("default", "JSONOrString", "Used where no value is given.", |field| {
            field.known.default_value().map(|value| match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            })
        })
        .field("model", "JSONString", "The choices, as JSON text.", |field| {
            let choices = &field.known.model;
            (!choices.is_empty()).then(|| {
                let pair = |it: &flow::component::Pick| {
                    serde_json::json!({ "label": it.label, "value": it.value })
                };
                choices.iter().map(pair).collect::<Json>().to_string()
            })
        })
        .field("required", "Boolean!", "Whether it needs a value.", |field| field.known.required)
        .field("shown", "Boolean!", "Whether those who configure an instance see it.", |field| {
            field.known.shown
        })
        .field("onPremiseControlled", "Boolean!", "Whether an agent sets it.", |field| {
            field.known.on_premise_controlled
        })
        .field("parentId", "ID", "The input it is part of.", |_| None::<String>)
}

fn connection() -> Type<Connection> {
    let of =
        Type::<Connection>::new("Connection", "A kind of credentials that a component can use.")
            .id(|connection| id::encode_key("Connection", &connection.owner()))
            .fixed()
            .field("key", "String!", "The key in definitions.", |it| it.known.key.clone())
            .field("label", "String!", "The name that people see.", |it| it.known.label.clone())
            .field("comments", "String", "What it is for.", |it| it.known.comments.clone())
            .field("component", "Component!", "The component it belongs to.", |connection| {
                connection.component.clone()
            })
            .field("oauth2Type", "ConnectionOauth2Type", "How its tokens are got.", |connection| {
                match &*connection.known.oauth2_type {
                    "authorization_code" => Some("AUTHORIZATION_CODE"),
                    "client_credentials" => Some("CLIENT_CREDENTIALS"),
                    _ => None,
                }
            })
            .field("onPremiseAvailable", "Boolean!", "Whether an agent can be used.", |_| false)
            .short_list::<InputField, _>(
                ("inputs", "InputField", "What has to be entered."),
                &[],
                |connection, _| async move {
                    Ok(InputField::all(&connection.owner(), &connection.known.inputs))
                },
            );
    template::of_connection(of)
}
