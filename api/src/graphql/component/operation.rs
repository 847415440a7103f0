//! Actions, triggers and data sources.

use std::sync::Arc;

use super::input::InputField;
use super::{Component, data_source, load};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::Type;
use crate::graphql::id;

/// An action, trigger or data source, known here or not.
pub struct Operation {
    component: Arc<Component>,
    key: String,
    known: Option<Known>,
}

#[derive(Clone)]
struct Known {
    kind: Kind,
    operation: Arc<flow::component::Operation>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Trigger,
    Action,
    DataSource,
}

impl Operation {
    pub fn trigger(component: &str, key: &str) -> Self {
        Self::built_in(component, key, Kind::Trigger)
    }

    pub fn data_source(component: &str, key: &str) -> Self {
        Self::built_in(component, key, Kind::DataSource)
    }

    fn built_in(component: &str, key: &str, kind: Kind) -> Self {
        let component = Component::by_key(component);
        let is_it =
            |it: &Self| it.key == key && it.known.as_ref().is_some_and(|it| it.kind == kind);
        let known = of_component(&component).find(is_it).and_then(|it| it.known);
        Self { component, key: key.to_owned(), known }
    }

    /// The operation that an id names, trigger or action.
    pub async fn by_id(ask: &Ask, text: &str) -> Result<Self, ApiError> {
        let id = id::decode_key("Action", text)?;
        let (component, key) = id.split_once(':').ok_or(ApiError::NotFound)?;
        let component = load::by_id_part(ask, component).await?;
        let found = of_component(&component).find(|operation| operation.key == key);
        found.ok_or(ApiError::NotFound)
    }

    /// The keys of its component and its own.
    pub fn keys(&self) -> (&str, &str) {
        (&self.component.key, &self.key)
    }

    pub fn component(&self) -> &Arc<Component> {
        &self.component
    }

    fn owner(&self) -> String {
        format!("{}:{}", self.component.id_part(), self.key)
    }

    fn about(&self) -> Option<&flow::component::Operation> {
        self.known.as_ref().map(|known| &*known.operation)
    }

    pub fn is_trigger(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.kind == Kind::Trigger)
    }

    pub fn is_data_source(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.kind == Kind::DataSource)
    }

    pub fn label(&self) -> &str {
        self.about().map_or(&self.key, |about| &about.display.label)
    }

    pub fn description(&self) -> &str {
        self.about().map_or("", |about| &about.display.description)
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn is_common_trigger(&self) -> bool {
        self.is_trigger() && self.about().is_some_and(|about| about.is_common_trigger)
    }

    /// As queries call it; none of what fills nothing.
    pub fn data_source_type(&self) -> Option<&'static str> {
        let about = self.about().filter(|_| self.is_data_source())?;
        data_source::name(&about.data_source_type)
    }

    fn says(&self, claim: fn(&flow::component::Operation) -> bool) -> bool {
        self.about().is_some_and(claim)
    }
}

/// Everything a component offers: triggers, actions, data sources.
pub fn of_component(component: &Arc<Component>) -> impl Iterator<Item = Operation> {
    let mut all = Vec::new();
    if let Some(about) = &component.about {
        for (kind, list) in [
            (Kind::Trigger, &about.triggers),
            (Kind::Action, &about.actions),
            (Kind::DataSource, &about.data_sources),
        ] {
            all.extend(list.iter().map(|operation| Operation {
                component: component.clone(),
                key: operation.key.clone(),
                known: Some(Known { kind, operation: operation.clone() }),
            }));
        }
    }
    all.into_iter()
}

pub fn operation() -> Type<Operation> {
    let of = Type::<Operation>::new("Action", "An action or a trigger of a component.")
        .id(|it| id::encode_key("Action", &it.owner()))
        .fixed()
        .field("key", "String!", "The key in definitions.", |it| it.key.clone())
        .field("label", "String!", "The name that people see.", |it| it.label().to_owned())
        .field("description", "String!", "What it does.", |it| it.description().to_owned())
        .field("component", "Component", "The component it belongs to.", |it| it.component.clone())
        .field("isTrigger", "Boolean!", "Whether it starts flows.", Operation::is_trigger)
        .field("isCommonTrigger", "Boolean", "Whether it can start any flow.", |it| {
            it.is_trigger().then(|| it.is_common_trigger())
        })
        .field("isPollingTrigger", "Boolean", "Whether it looks for changes by itself.", |it| {
            it.says(|about| about.is_polling_trigger)
        })
        .field("isDataSource", "Boolean!", "Whether it fills config variables.", |it| {
            it.is_data_source()
        })
        .field("isDetailDataSource", "Boolean!", "Whether it fills parts of them.", |_| false)
        .field("scheduleSupport", "ActionScheduleSupport", "Whether it has a schedule.", |it| {
            let about = it.about().filter(|_| it.is_trigger())?;
            Some(match &*about.schedule_support.to_ascii_lowercase() {
                "valid" => "VALID",
                "required" => "REQUIRED",
                _ => "INVALID",
            })
        })
        .field("dataSourceType", "ActionDataSourceType", "What it fills.", |it| {
            it.data_source_type()
        })
        .field("detailDataSource", "Action", "What fills its parts.", |_| ());
    branching(of).short_list::<InputField, _>(
        ("inputs", "InputField", "What has to be entered."),
        &[],
        |it, _| async move {
            let inputs = it.about().map(|about| about.inputs.as_slice()).unwrap_or_default();
            Ok(InputField::all(&it.owner(), inputs))
        },
    )
}

fn branching(of: Type<Operation>) -> Type<Operation> {
    of.field("terminateExecution", "Boolean!", "Whether the run ends after it.", |it| {
        it.says(|about| about.terminate_execution)
    })
    .field("allowsBranching", "Boolean!", "Whether the run goes on in branches.", |it| {
        it.says(|about| {
            let has_branches = !about.static_branch_names.is_empty();
            about.allows_branching || has_branches || !about.dynamic_branch_input.is_empty()
        })
    })
    .field("dynamicBranchInput", "String!", "The input that names the branches.", |it| {
        it.about().map(|about| about.dynamic_branch_input.clone()).unwrap_or_default()
    })
    .field("staticBranchNames", "[String!]", "The branches, where they are fixed.", |it| {
        let names = it.about().map(|about| about.static_branch_names.clone());
        names.filter(|names| !names.is_empty())
    })
}
