//! Input fields of actions and triggers, and the connections that components know.

use std::sync::Arc;

use components::{Collection, Grant, InputKind};

use super::Component;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::connection::register_pages;
use crate::graphql::id;
use crate::graphql::reuse::template;

/// An input of an action, trigger or connection.
pub struct InputField {
    /// The keys of what it belongs to.
    owner: String,
    known: &'static components::Input,
}

/// A kind of credentials.
pub struct Connection {
    component: &'static components::Component,
    known: &'static components::Connection,
}

impl InputField {
    pub fn all(owner: &str, inputs: &'static [components::Input]) -> Vec<Arc<Self>> {
        let of = |known| Arc::new(Self { owner: owner.to_owned(), known });
        inputs.iter().map(of).collect()
    }

    /// An input of a connection by its key, or by one of the keys it had.
    pub fn of_connection(component: &str, connection: &str, key: &str) -> Option<Arc<Self>> {
        let connection = super::connection(component, connection)?;
        let mut inputs = Self::all(&connection.owner(), &connection.known.inputs).into_iter();
        inputs.find(|input| input.known.key == key || input.known.aliases.contains(&key))
    }
}

impl Connection {
    pub fn all(component: &'static components::Component) -> Vec<Arc<Self>> {
        component.connections.iter().map(|known| Arc::new(Self { component, known })).collect()
    }

    pub fn find(component: &'static components::Component, key: &str) -> Option<Arc<Self>> {
        Self::all(component).into_iter().find(|connection| connection.known.key == key)
    }

    pub fn component_label(&self) -> &'static str {
        self.component.label
    }

    /// Those of its component and its own.
    pub fn keys(&self) -> (&'static str, &'static str) {
        (self.component.key, self.known.key)
    }

    fn owner(&self) -> String {
        format!("{}:{}", self.component.key, self.known.key)
    }
}

pub fn register(registry: &mut Registry) {
    register_pages::<InputField>(registry, "InputField");
    register_pages::<Connection>(registry, "Connection");
    registry.add(field());
    registry.add(connection());
    registry.enumeration(
        "InputFieldType",
        "The editor an input asks for.",
        &[
            ("BOOLEAN", "A switch."),
            ("CODE", "Text in a programming language."),
            ("CONDITIONAL", "A condition."),
            ("CONNECTION", "A connection."),
            ("DATA", "Any value."),
            ("PASSWORD", "A line that is not shown."),
            ("STRING", "A line of text."),
            ("TEXT", "Lines of text."),
        ],
    );
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

fn field() -> Type<InputField> {
    Type::<InputField>::new("InputField", "An input of an action, trigger or connection.")
        .id(|field| id::encode_key("InputField", &format!("{}:{}", field.owner, field.known.key)))
        .fixed()
        .field("key", "String!", "The key in definitions.", |field| field.known.key)
        .field("label", "String!", "The name that people see.", |field| field.known.label)
        .field("comments", "String", "What it is for.", |field| field.known.comments)
        .field("type", "InputFieldType!", "The editor it asks for.", |field| {
            match field.known.kind {
                InputKind::String => "STRING",
                InputKind::Text => "TEXT",
                InputKind::Data => "DATA",
                InputKind::Password => "PASSWORD",
                InputKind::Boolean => "BOOLEAN",
                InputKind::Code => "CODE",
                InputKind::Conditional => "CONDITIONAL",
                InputKind::Connection => "CONNECTION",
            }
        })
        .field("collection", "InputFieldCollection", "Whether it takes a list.", |field| {
            field.known.collection.map(|collection| match collection {
                Collection::ValueList => "VALUELIST",
                Collection::KeyValueList => "KEYVALUELIST",
            })
        })
        .field("default", "JSONOrString", "Used where no value is given.", |field| {
            (!field.known.default.is_empty()).then_some(field.known.default)
        })
        .field("model", "JSONString", "The choices, as JSON text.", |field| {
            let choices = field.known.choices;
            (!choices.is_empty()).then(|| {
                let pair = |choice| serde_json::json!({ "label": choice, "value": choice });
                choices.iter().map(pair).collect::<serde_json::Value>().to_string()
            })
        })
        .field("required", "Boolean!", "Whether it needs a value.", |field| field.known.required)
        .field("shown", "Boolean!", "Whether those who configure an instance see it.", |field| {
            field.known.shown
        })
        .field("onPremiseControlled", "Boolean!", "Whether an agent sets it.", |_| false)
        .field("parentId", "ID", "The input it is part of.", |_| None::<String>)
}

fn connection() -> Type<Connection> {
    let of =
        Type::<Connection>::new("Connection", "A kind of credentials that a component can use.")
            .id(|connection| id::encode_key("Connection", &connection.owner()))
            .fixed()
            .field("key", "String!", "The key in definitions.", |connection| connection.known.key)
            .field("label", "String!", "The name that people see.", |connection| {
                connection.known.label
            })
            .field("comments", "String", "What it is for.", |connection| connection.known.comments)
            .field("component", "Component!", "The component it belongs to.", |connection| {
                Arc::new(Component::by_key(connection.component.key))
            })
            .field("oauth2Type", "ConnectionOauth2Type", "How its tokens are got.", |connection| {
                connection.known.grant.map(|grant| match grant {
                    Grant::AuthorizationCode => "AUTHORIZATION_CODE",
                    Grant::ClientCredentials => "CLIENT_CREDENTIALS",
                })
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
