//! Components: what steps can do. Those that are built in, and those that organizations publish.
//!
//! Both are told in the same words ([`flow::component`]); what is built in has no row.

use std::sync::{Arc, LazyLock};

use components::Catalog;
use entity::component;

mod data_source;
mod describe;
mod filters;
mod input;
mod load;
mod operation;
mod publish;
mod search;
mod star;
mod templates;

pub use filters::parameters_of_lists;
pub use input::{Connection, InputField};
pub use operation::Operation;

use self::filters::{ACTION_FILTERS, COMPONENT_FILTERS, parameters};
use self::load::Which;
use self::operation::of_component;
use self::search::narrow;
use self::star::is_starred;
use self::templates::{HAS_TEMPLATES, WITH_TEMPLATES, connections_of, with_templates};
use super::Arguments;
use super::builder::{Registry, Type};
use super::connection::register_pages;
use super::id;
use crate::ApiError;
use crate::context::Ask;

/// What is built in, by key.
static BUILT_IN: LazyLock<Vec<Arc<Component>>> = LazyLock::new(|| {
    let catalog = Catalog::default();
    let of = |known: &components::Component| {
        let about = Some(Arc::new(known.published()));
        Arc::new(Component { key: known.key.to_owned(), about, row: None, is_latest: true })
    };
    catalog.iter().map(of).collect()
});

/// A component, or what is left of one that is not known here.
pub struct Component {
    key: String,
    about: Option<Arc<flow::component::Component>>,
    /// Of a published one.
    row: Option<component::Model>,
    is_latest: bool,
}

/// The connection with these keys, if it is built in.
pub fn connection(component: &str, key: &str) -> Option<Arc<Connection>> {
    let component = Component::built_in(component)?;
    Connection::all(&component).into_iter().find(|connection| connection.key() == key)
}

/// The components with these keys, known here or not, that the arguments ask for.
pub fn with_keys(
    keys: impl IntoIterator<Item = String>,
    args: &Arguments,
) -> Result<Vec<Arc<Component>>, ApiError> {
    let all = keys.into_iter().map(|key| Component::by_key(&key)).collect();
    narrow(all, args, &COMPONENT_FILTERS)
}

impl Component {
    fn built_in(key: &str) -> Option<Arc<Self>> {
        BUILT_IN.iter().find(|known| known.key == key).cloned()
    }

    fn by_key(key: &str) -> Arc<Self> {
        Self::built_in(key).unwrap_or_else(|| {
            Arc::new(Self { key: key.to_owned(), about: None, row: None, is_latest: true })
        })
    }

    /// The part of global ids that names it.
    fn id_part(&self) -> String {
        self.row.as_ref().map_or_else(|| self.key.clone(), |row| row.id.0.to_string())
    }

    fn is_public(&self) -> bool {
        self.row.is_none() && self.about.is_some()
    }

    /// What marks of users name it by.
    fn star_name(&self) -> String {
        self.row.as_ref().map_or_else(|| self.key.clone(), |row| row.sequence_id.0.to_string())
    }

    fn display(&self) -> Option<&flow::component::Display> {
        self.about.as_ref().map(|about| &about.about.display)
    }

    pub fn label(&self) -> &str {
        self.display().map_or(&self.key, |display| &display.label)
    }

    fn description(&self) -> &str {
        self.display().map_or("", |display| &display.description)
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
    registry.add(component_type());
    registry.add(operation::operation());
    data_source::register(registry);
    publish::register(registry);
    registry.query(|query| {
        query
            .resolve_with(
                ("component", "Component", "One component."),
                &[("id", "ID!", "The id of the component.")],
                |_, ask| async move { load::by_id(&ask, &ask.args.require_text("id")?).await },
            )
            .short_list::<Component, _>(
                ("components", "Component", "The components that steps can use."),
                &parameters(&COMPONENT_FILTERS)
                    .into_iter()
                    .chain([HAS_TEMPLATES])
                    .collect::<Vec<_>>(),
                |_, ask| async move {
                    let all = load::all(&ask, Which::of(&ask.args)?).await?;
                    let all = with_templates(all, &ask).await?;
                    narrow(all, &ask.args, &COMPONENT_FILTERS)
                },
            )
            .resolve_with(
                ("action", "Action", "One action or trigger."),
                &[("id", "ID!", "The id of the action.")],
                |_, ask| async move {
                    Operation::by_id(&ask, &ask.args.require_text("id")?).await.map(Arc::new)
                },
            )
            .short_list::<Operation, _>(
                ("actions", "Action", "The actions and triggers of all components."),
                &parameters(&ACTION_FILTERS),
                |_, ask| async move {
                    let all = load::all(&ask, Which::default()).await?;
                    let all = all.iter().flat_map(of_component).map(Arc::new).collect();
                    narrow(all, &ask.args, &ACTION_FILTERS)
                },
            )
    });
}

fn component_type() -> Type<Component> {
    let of = Type::<Component>::new("Component", "A set of actions and triggers.")
        .id(|component| id::encode_key("Component", &component.id_part()))
        .resolve("allowUpdate", "Boolean!", "Whether you may change this.", may_remove)
        .resolve("allowRemove", "Boolean!", "Whether you may delete this.", may_remove)
        .field("key", "String!", "The key in definitions.", |component| component.key.clone())
        .field("label", "String!", "The name that people see.", |it| it.label().to_owned())
        .field("description", "String!", "What it is for.", |it| it.description().to_owned())
        .field("category", "String", "Under which heading it is listed.", |component| {
            component.display().map(|display| display.category.clone())
        })
        .field("documentationUrl", "String", "Where its author explains it.", |component| {
            let url = component.about.as_ref().map(|about| about.about.documentation_url.clone());
            url.filter(|url| !url.is_empty())
        })
        .field("public", "Boolean!", "Whether everybody has it.", Component::is_public)
        .row::<entity::customer::Entity>(
            "customer",
            "Customer",
            "The customer who owns it.",
            |it| it.row.as_ref().and_then(|row| row.customer_id),
        )
        .field("forCodeNativeIntegration", "Boolean!", "Whether it belongs to one.", |it| {
            it.row.as_ref().is_some_and(|row| row.is_code_native)
        })
        .resolve("starred", "Boolean", "Whether it is a favourite of yours.", is_starred);
    lists(version_fields(of))
}

fn version_fields(of: Type<Component>) -> Type<Component> {
    of.field("versionNumber", "Int!", "The number of its version.", |it| {
        it.row.as_ref().map_or(1, |row| row.version_number)
    })
    .field("versionSequenceId", "UUID", "What all its versions share.", |it| {
        it.row.as_ref().map(|row| row.sequence_id.0)
    })
    .field("versionIsAvailable", "Boolean!", "Whether it can be used.", |component| {
        component.row.as_ref().map_or(component.about.is_some(), |row| row.available_at.is_some())
    })
    .field("versionIsLatest", "Boolean!", "Whether there is no newer version.", |it| it.is_latest)
    .field("versionCreatedAt", "DateTime", "When it was published.", |it| {
        it.row.as_ref().map(|row| row.created_at)
    })
    .row::<entity::user::Entity>("versionCreatedBy", "User", "Who published it.", |it| {
        it.row.as_ref().and_then(|row| row.created_by)
    })
    .field("versionComment", "String", "What was noted at publishing.", |it| {
        it.row.as_ref().map(|row| row.comment.clone())
    })
    .field("versionAttributes", "JSONString", "What it was built from, as JSON text.", |it| {
        it.row.as_ref().and_then(|row| row.attributes.clone())
    })
    .field(
        "signature",
        "String!",
        "SHA-1 of the uploaded package; empty for what is built in.",
        |it| it.row.as_ref().map_or_else(String::new, |row| row.signature.clone()),
    )
}

fn lists(of: Type<Component>) -> Type<Component> {
    of.short_list::<Connection, _>(
        ("connections", "Connection", "The kinds of credentials it can use."),
        &[WITH_TEMPLATES],
        |component, ask| async move { connections_of(&component, &ask).await },
    )
    .short_list::<Operation, _>(
        ("actions", "Action", "Its actions and triggers."),
        &parameters(&ACTION_FILTERS),
        |component, ask| async move {
            let all = of_component(&component).map(Arc::new).collect();
            narrow(all, &ask.args, &ACTION_FILTERS)
        },
    )
}

async fn may_remove(component: Arc<Component>, ask: Ask) -> Result<bool, ApiError> {
    let row = component.row.as_ref();
    let action = domain::Action::Remove;
    Ok(row.is_some_and(|row| ask.viewer().can_on::<component::Entity>(action, row)))
}
