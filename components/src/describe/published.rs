//! Built-in components in the words of published ones, for everybody who tells of both.

use std::sync::Arc;

use flow::component::{self as published, About, Display, Pick};
use serde_json::Value as Json;

use super::{
    Action, Collection, Component, Connection, DataSource, DataSourceKind, Grant, Input, InputKind,
    LoopKind, Perform, ScheduleSupport, Trigger,
};

impl Component {
    /// What a published component would say in its place.
    pub fn published(&self) -> published::Component {
        published::Component {
            about: About {
                key: self.key.to_owned(),
                public: true,
                display: Display {
                    category: self.category.to_owned(),
                    ..display(self.label, self.description)
                },
                ..About::default()
            },
            actions: self.actions.iter().map(action).map(Arc::new).collect(),
            triggers: self.triggers.iter().map(trigger).map(Arc::new).collect(),
            data_sources: self.data_sources.iter().map(data_source).map(Arc::new).collect(),
            connections: self.connections.iter().map(connection).map(Arc::new).collect(),
        }
    }
}

fn action(of: &Action) -> published::Operation {
    published::Operation {
        key: of.key.to_owned(),
        display: display(of.label, of.description),
        inputs: inputs(&of.inputs),
        allows_branching: of.branches_by.is_some() || !of.branches.is_empty(),
        static_branch_names: names(of.branches),
        dynamic_branch_input: of.branches_by.unwrap_or_default().to_owned(),
        terminate_execution: of.terminates,
        break_loop: matches!(of.perform, Perform::BreakLoop),
        loops: matches!(of.perform, Perform::Loop(LoopKind::Items | LoopKind::Times)),
        ..published::Operation::default()
    }
}

fn trigger(of: &Trigger) -> published::Operation {
    let schedule = match of.schedule {
        ScheduleSupport::Invalid => "invalid",
        ScheduleSupport::Valid => "valid",
        ScheduleSupport::Required => "required",
    };
    published::Operation {
        key: of.key.to_owned(),
        display: display(of.label, of.description),
        inputs: inputs(&of.inputs),
        allows_branching: !of.branches.is_empty(),
        static_branch_names: names(of.branches),
        schedule_support: schedule.to_owned(),
        is_common_trigger: of.is_common,
        ..published::Operation::default()
    }
}

fn data_source(of: &DataSource) -> published::Operation {
    let kind = match of.kind {
        DataSourceKind::JsonForm => "jsonForm",
    };
    published::Operation {
        key: of.key.to_owned(),
        display: display(of.label, of.description),
        inputs: inputs(&of.inputs),
        data_source_type: kind.to_owned(),
        ..published::Operation::default()
    }
}

fn connection(of: &Connection) -> published::Connection {
    let grant = of.grant.map_or("", |grant| match grant {
        Grant::AuthorizationCode => "authorization_code",
        Grant::ClientCredentials => "client_credentials",
    });
    published::Connection {
        key: of.key.to_owned(),
        label: of.label.to_owned(),
        comments: of.comments.to_owned(),
        oauth2_type: grant.to_owned(),
        inputs: inputs(&of.inputs),
        ..published::Connection::default()
    }
}

fn inputs(all: &[Input]) -> Vec<Arc<published::Input>> {
    all.iter().map(input).map(Arc::new).collect()
}

fn input(of: &Input) -> published::Input {
    let kind = match of.kind {
        InputKind::String => "string",
        InputKind::Text => "text",
        InputKind::Data => "data",
        InputKind::Password => "password",
        InputKind::Boolean => "boolean",
        InputKind::Code => "code",
        InputKind::Conditional => "conditional",
        InputKind::Connection => "connection",
    };
    let collection = of.collection.map_or("", |collection| match collection {
        Collection::ValueList => "valuelist",
        Collection::KeyValueList => "keyvaluelist",
    });
    let pick = |choice: &&str| Pick { label: (*choice).to_owned(), value: (*choice).to_owned() };
    published::Input {
        key: of.key.to_owned(),
        label: of.label.to_owned(),
        comments: of.comments.to_owned(),
        kind: kind.to_owned(),
        collection: collection.to_owned(),
        default: if of.default.is_empty() { Json::Null } else { of.default.into() },
        required: of.required,
        model: of.choices.iter().map(pick).collect(),
        shown: of.shown,
        aliases: names(of.aliases),
        ..published::Input::default()
    }
}

fn display(label: &str, description: &str) -> Display {
    Display { label: label.to_owned(), description: description.to_owned(), ..Display::default() }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
