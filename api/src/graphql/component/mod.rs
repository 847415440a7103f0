//! Components: what steps can do. Those that are built in, read from their own descriptions.

use std::sync::{Arc, LazyLock};

use components::{Catalog, DataSourceKind, ScheduleSupport};

mod data_source;
mod input;
mod search;
mod templates;

pub use input::{Connection, InputField};

use self::search::{Search, Searchable, narrow};
use self::templates::{HAS_TEMPLATES, WITH_TEMPLATES, connections_of, with_templates};
use super::Arguments;
use super::argument::text;
use super::builder::{Parameter, Registry, Type};
use super::connection::register_pages;
use super::id;
use crate::ApiError;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::default);

/// A component by its key, known here or not.
pub struct Component {
    key: String,
    known: Option<&'static components::Component>,
}

/// An action or trigger by its keys, known here or not.
pub struct Operation {
    component: String,
    key: String,
    known: Option<Known>,
}

#[derive(Clone, Copy)]
enum Known {
    Action(&'static components::Action),
    Trigger(&'static components::Trigger),
    DataSource(&'static components::DataSource),
}

/// The connection with these keys, if it is known here.
pub fn connection(component: &str, key: &str) -> Option<Arc<Connection>> {
    Connection::find(CATALOG.component(component)?, key)
}

impl Operation {
    pub fn trigger(component: &str, key: &str) -> Self {
        let known = CATALOG.trigger(component, key).map(Known::Trigger);
        Self { component: component.to_owned(), key: key.to_owned(), known }
    }

    /// The operation that an id names, trigger or action.
    pub fn by_id(text: &str) -> Result<Self, ApiError> {
        let id = id::decode_key("Action", text)?;
        let (component, key) = id.split_once(':').ok_or(ApiError::NotFound)?;
        let operations = CATALOG.component(component).map(of_component).unwrap_or_default();
        operations.into_iter().find(|operation| operation.key == key).ok_or(ApiError::NotFound)
    }

    fn id(&self) -> String {
        id::encode_key("Action", &format!("{}:{}", self.component, self.key))
    }

    fn is_trigger(&self) -> bool {
        matches!(self.known, Some(Known::Trigger(_)))
    }

    fn label(&self) -> &str {
        match self.known {
            Some(Known::Action(action)) => action.label,
            Some(Known::Trigger(trigger)) => trigger.label,
            Some(Known::DataSource(source)) => source.label,
            None => &self.key,
        }
    }

    fn description(&self) -> &'static str {
        match self.known {
            Some(Known::Action(action)) => action.description,
            Some(Known::Trigger(trigger)) => trigger.description,
            Some(Known::DataSource(source)) => source.description,
            None => "",
        }
    }

    fn as_trigger(&self) -> Option<&'static components::Trigger> {
        match self.known {
            Some(Known::Trigger(trigger)) => Some(trigger),
            _ => None,
        }
    }

    fn data_source_kind(&self) -> Option<DataSourceKind> {
        match self.known {
            Some(Known::DataSource(source)) => Some(source.kind),
            _ => None,
        }
    }

    /// The branches that are the same for every step.
    fn branches(&self) -> &'static [&'static str] {
        match self.known {
            Some(Known::Action(action)) => action.branches,
            Some(Known::Trigger(trigger)) => trigger.branches,
            Some(Known::DataSource(_)) | None => &[],
        }
    }

    /// The input that names the branches of a step.
    fn branches_by(&self) -> Option<&'static str> {
        match self.known {
            Some(Known::Action(action)) => action.branches_by,
            _ => None,
        }
    }
}

impl Component {
    fn by_key(key: &str) -> Self {
        Self { key: key.to_owned(), known: CATALOG.component(key) }
    }

    fn label(&self) -> &str {
        self.known.map_or(&self.key, |known| known.label)
    }

    fn description(&self) -> &'static str {
        self.known.map_or("", |known| known.description)
    }
}

fn of_component(component: &'static components::Component) -> Vec<Operation> {
    let of = |key: &str, known| Operation {
        component: component.key.to_owned(),
        key: key.to_owned(),
        known: Some(known),
    };
    let triggers = component.triggers.iter().map(|it| of(it.key, Known::Trigger(it)));
    let actions = component.actions.iter().map(|it| of(it.key, Known::Action(it)));
    let sources = component.data_sources.iter().map(|it| of(it.key, Known::DataSource(it)));
    triggers.chain(actions).chain(sources).collect()
}

static COMPONENT_FILTERS: LazyLock<Vec<Search<Component>>> = LazyLock::new(|| {
    vec![
        Search::text("key"),
        Search::texts("key_In", "key"),
        Search::contains("key_Icontains", "key"),
        Search::contains("label_Icontains", "label"),
        Search::contains("description_Icontains", "description"),
        Search::text("category"),
        Search::flag("public", |component| component.known.is_some()),
        Search::flag("hasActions", |it| it.known.is_some_and(|it| !it.actions.is_empty())),
        Search::flag("hasTriggers", |it| it.known.is_some_and(|it| !it.triggers.is_empty())),
        Search::flag("hasConnections", |it| it.known.is_some_and(|it| !it.connections.is_empty())),
        Search::flag("hasDataSources", |it| it.known.is_some_and(|it| !it.data_sources.is_empty())),
        Search::flag("customer_Isnull", |_| true),
        Search::idle("allVersions", "True lists every version; there is one of each."),
        Search::idle(
            "includeComponentsForCodeNativeIntegrations",
            "True lists those of code-native integrations too; there are none.",
        ),
        Search::query(),
    ]
});

static ACTION_FILTERS: LazyLock<Vec<Search<Operation>>> = LazyLock::new(|| {
    vec![
        Search::new(
            ("component", "ID", "Only those of the component."),
            |it: &Operation, value| {
                Ok(id::decode_key("Component", &text("component", value)?)? == it.component)
            },
        ),
        Search::text("key"),
        Search::texts("key_In", "key"),
        Search::contains("key_Icontains", "key"),
        Search::contains("label_Icontains", "label"),
        Search::contains("description_Icontains", "description"),
        Search::flag("isTrigger", Operation::is_trigger),
        Search::flag("isCommonTrigger", |it: &Operation| {
            it.as_trigger().is_some_and(|it| it.is_common)
        }),
        Search::flag("isDataSource", |it: &Operation| it.data_source_kind().is_some()),
        Search::text("dataSourceType"),
        Search::flag("isDetailDataSource", |_| false),
        Search::query(),
    ]
});

/// What lists of components can be narrowed by.
pub fn parameters_of_lists() -> Vec<Parameter> {
    parameters(&COMPONENT_FILTERS)
}

/// The components with these keys, known here or not, that the arguments ask for.
pub fn with_keys(
    keys: impl IntoIterator<Item = String>,
    args: &Arguments,
) -> Result<Vec<Arc<Component>>, ApiError> {
    let all = keys.into_iter().map(|key| Component::by_key(&key)).collect();
    narrow(all, args, &COMPONENT_FILTERS)
}

fn parameters<M>(filters: &[Search<M>]) -> Vec<Parameter> {
    filters.iter().map(|filter| filter.parameter).collect()
}

impl Searchable for Component {
    fn property(&self, name: &str) -> Option<String> {
        match name {
            "key" => Some(self.key.clone()),
            "label" => Some(self.label().to_owned()),
            "description" => Some(self.description().to_owned()),
            "category" => self.known.map(|known| known.category.to_owned()),
            "public" => Some(self.known.is_some().to_string()),
            _ => None,
        }
    }
}

impl Searchable for Operation {
    fn property(&self, name: &str) -> Option<String> {
        match name {
            "key" => Some(self.key.clone()),
            "label" => Some(self.label().to_owned()),
            "description" => Some(self.description().to_owned()),
            "isTrigger" => Some(self.is_trigger().to_string()),
            "dataSourceType" => {
                self.data_source_kind().map(|kind| data_source::name(kind).to_owned())
            }
            _ => None,
        }
    }
}

pub fn register(registry: &mut Registry) {
    register_pages::<Component>(registry, "Component");
    register_pages::<Operation>(registry, "Action");
    registry.enumeration(
        "ActionScheduleSupport",
        "Whether a trigger works with a schedule.",
        &[
            ("INVALID", "It has none."),
            ("REQUIRED", "It has to have one."),
            ("VALID", "It may have one."),
        ],
    );
    input::register(registry);
    registry.add(component());
    registry.add(operation());
    data_source::register(registry);
    registry.query(|query| {
        query
            .resolve_with(
                ("component", "Component", "One component."),
                &[("id", "ID!", "The id of the component.")],
                |_, ask| async move {
                    let key = id::decode_key("Component", &ask.args.require_text("id")?)?;
                    let known = CATALOG.component(&key).ok_or(ApiError::NotFound)?;
                    Ok(Arc::new(Component { key, known: Some(known) }))
                },
            )
            .short_list::<Component, _>(
                ("components", "Component", "The components that steps can use."),
                &parameters(&COMPONENT_FILTERS).into_iter().chain([HAS_TEMPLATES]).collect::<Vec<_>>(),
                |_, ask| async move {
                    let all = CATALOG.iter().map(|known| Component::by_key(known.key)).collect();
                    let all = with_templates(all, &ask).await?;
                    narrow(all, &ask.args, &COMPONENT_FILTERS)
                },
            )
            .resolve_with(
                ("action", "Action", "One action or trigger."),
                &[("id", "ID!", "The id of the action.")],
                |_, ask| async move {
                    Operation::by_id(&ask.args.require_text("id")?).map(Arc::new)
                },
            )
            .short_list::<Operation, _>(
                ("actions", "Action", "The actions and triggers of all components."),
                &parameters(&ACTION_FILTERS),
                |_, ask| async move {
                    let all = CATALOG.iter().flat_map(of_component).collect();
                    narrow(all, &ask.args, &ACTION_FILTERS)
                },
            )
    });
}

fn component() -> Type<Component> {
    Type::<Component>::new("Component", "A set of actions and triggers.")
        .id(|component| id::encode_key("Component", &component.key))
        .fixed()
        .field("key", "String!", "The key in definitions.", |component| component.key.clone())
        .field("label", "String!", "The name that people see.", |it| it.label().to_owned())
        .field("description", "String!", "What it is for.", Component::description)
        .field("category", "String", "Under which heading it is listed.", |component| {
            component.known.map(|known| known.category)
        })
        .field("public", "Boolean!", "Whether everybody has it.", |it| it.known.is_some())
        .field("customer", "Customer", "The customer who owns it.", |_| ())
        .field("versionNumber", "Int!", "The number of its version.", |_| 1)
        .field("versionIsAvailable", "Boolean!", "Whether it can be used.", |it| it.known.is_some())
        .field("versionIsLatest", "Boolean!", "Whether there is no newer version.", |_| true)
        .field("versionCreatedAt", "DateTime", "When it was published.", |_| None::<String>)
        .field(
            "signature",
            "String!",
            "SHA-1 of the uploaded package; empty for what is built in.",
            |_| "",
        )
        .field("forCodeNativeIntegration", "Boolean!", "Whether it belongs to one.", |_| false)
        .short_list::<Connection, _>(
            ("connections", "Connection", "The kinds of credentials it can use."),
            &[WITH_TEMPLATES],
            |component, ask| async move { connections_of(&component, &ask).await },
        )
        .short_list::<Operation, _>(
            ("actions", "Action", "Its actions and triggers."),
            &parameters(&ACTION_FILTERS),
            |component, ask| async move {
                let all = component.known.map(of_component).unwrap_or_default();
                narrow(all, &ask.args, &ACTION_FILTERS)
            },
        )
}

fn operation() -> Type<Operation> {
    Type::<Operation>::new("Action", "An action or a trigger of a component.")
        .id(Operation::id)
        .fixed()
        .field("key", "String!", "The key in definitions.", |it| it.key.clone())
        .field("label", "String!", "The name that people see.", |it| it.label().to_owned())
        .field("description", "String!", "What it does.", Operation::description)
        .field("component", "Component", "The component it belongs to.", |it| {
            Arc::new(Component::by_key(&it.component))
        })
        .field("isTrigger", "Boolean!", "Whether it starts flows.", Operation::is_trigger)
        .field("isCommonTrigger", "Boolean", "Whether it can start any flow.", |it| {
            it.as_trigger().map(|trigger| trigger.is_common)
        })
        .field("isPollingTrigger", "Boolean", "Whether it looks for changes by itself.", |_| false)
        .field("isDataSource", "Boolean!", "Whether it fills config variables.", |it| {
            it.data_source_kind().is_some()
        })
        .field("isDetailDataSource", "Boolean!", "Whether it fills parts of them.", |_| false)
        .field("scheduleSupport", "ActionScheduleSupport", "Whether it has a schedule.", |it| {
            it.as_trigger().map(|trigger| match trigger.schedule {
                ScheduleSupport::Invalid => "INVALID",
                ScheduleSupport::Valid => "VALID",
                ScheduleSupport::Required => "REQUIRED",
            })
        })
        .field("dataSourceType", "ActionDataSourceType", "What it fills.", |it| {
            it.data_source_kind().map(data_source::name)
        })
        .field("detailDataSource", "Action", "What fills its parts.", |_| ())
        .field(
            "terminateExecution",
            "Boolean!",
            "Whether the run ends after it.",
            |it| matches!(it.known, Some(Known::Action(action)) if action.terminates),
        )
        .field("allowsBranching", "Boolean!", "Whether the run goes on in branches.", |it| {
            it.branches_by().is_some() || !it.branches().is_empty()
        })
        .field("dynamicBranchInput", "String!", "The input that names the branches.", |it| {
            it.branches_by().unwrap_or_default()
        })
        .field("staticBranchNames", "[String!]", "The branches, where they are fixed.", |it| {
            let names = it.branches();
            (!names.is_empty()).then(|| names.to_vec())
        })
        .short_list::<InputField, _>(
            ("inputs", "InputField", "What has to be entered."),
            &[],
            |it, _| async move {
                let inputs: &'static [components::Input] = match it.known {
                    Some(Known::Action(action)) => &action.inputs,
                    Some(Known::Trigger(trigger)) => &trigger.inputs,
                    Some(Known::DataSource(source)) => &source.inputs,
                    None => &[],
                };
                Ok(InputField::all(&format!("{}:{}", it.component, it.key), inputs))
            },
        )
}
