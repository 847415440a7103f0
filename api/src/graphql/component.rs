//! Components: what steps can do. Those that are built in, read from their own descriptions.

use std::sync::{Arc, LazyLock};

use components::{Catalog, ScheduleSupport};

use super::builder::{Registry, Type};
use super::connection::register_pages;
use super::id;
use crate::ApiError;
use crate::context::Ask;

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
}

impl Operation {
    pub fn trigger(component: &str, key: &str) -> Self {
        let known = CATALOG.trigger(component, key).map(Known::Trigger);
        Self { component: component.to_owned(), key: key.to_owned(), known }
    }

    /// The operation that an id names, trigger or action.
    fn by_id(text: &str) -> Result<Self, ApiError> {
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
            None => &self.key,
        }
    }

    fn description(&self) -> &'static str {
        match self.known {
            Some(Known::Action(action)) => action.description,
            Some(Known::Trigger(trigger)) => trigger.description,
            None => "",
        }
    }

    fn as_trigger(&self) -> Option<&'static components::Trigger> {
        match self.known {
            Some(Known::Trigger(trigger)) => Some(trigger),
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
    triggers.chain(actions).collect()
}

const COMPONENT_FILTERS: [(&str, &str, &str); 7] = [
    ("key", "String", "Only the one with this key."),
    ("key_In", "[String]", "Only those with one of the keys."),
    ("key_Icontains", "String", "Only those whose key contains the text."),
    ("label_Icontains", "String", "Only those whose label contains the text."),
    ("description_Icontains", "String", "Only those whose description contains the text."),
    ("category", "String", "Only those of the category."),
    ("public", "Boolean", "Only those that everybody has, or the others."),
];

const ACTION_FILTERS: [(&str, &str, &str); 7] = [
    ("component", "ID", "Only those of the component."),
    ("key", "String", "Only those with this key."),
    ("key_In", "[String]", "Only those with one of the keys."),
    ("key_Icontains", "String", "Only those whose key contains the text."),
    ("label_Icontains", "String", "Only those whose label contains the text."),
    ("description_Icontains", "String", "Only those whose description contains the text."),
    ("isTrigger", "Boolean", "Only triggers, or only the others."),
];

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
    registry.add(component());
    registry.add(operation());
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
                &COMPONENT_FILTERS,
                |_, ask| async move { components_of(&ask) },
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
                &ACTION_FILTERS,
                |_, ask| async move {
                    let all = CATALOG.iter().flat_map(of_component).collect();
                    narrow(all, &ask)
                },
            )
    });
}

fn components_of(ask: &Ask) -> Result<Vec<Arc<Component>>, ApiError> {
    let texts = Texts::read(ask)?;
    let category = ask.args.text("category")?;
    if ask.args.flag("public")? == Some(false) {
        return Ok(Vec::new());
    }
    let all =
        CATALOG.iter().map(|known| Component { key: known.key.to_owned(), known: Some(known) });
    let all = all.filter(|it| {
        texts.admit(&it.key, it.label(), it.description())
            && category
                .as_deref()
                .is_none_or(|category| it.known.is_some_and(|known| known.category == category))
    });
    Ok(all.map(Arc::new).collect())
}

fn narrow(all: Vec<Operation>, ask: &Ask) -> Result<Vec<Arc<Operation>>, ApiError> {
    let texts = Texts::read(ask)?;
    let is_trigger = ask.args.flag("isTrigger")?;
    let component = ask.args.text("component")?;
    let component = component.map(|id| id::decode_key("Component", &id)).transpose()?;
    let kept = all.into_iter().filter(|it| {
        texts.admit(&it.key, it.label(), it.description())
            && is_trigger.is_none_or(|wanted| wanted == it.is_trigger())
            && component.as_ref().is_none_or(|wanted| *wanted == it.component)
    });
    Ok(kept.map(Arc::new).collect())
}

/// The filters on texts that components and actions share.
struct Texts {
    key: Option<String>,
    keys: Option<Vec<String>>,
    parts: [Option<String>; 3],
}

impl Texts {
    fn read(ask: &Ask) -> Result<Self, ApiError> {
        let part = |name| Ok::<_, ApiError>(ask.args.text(name)?.map(|text| text.to_lowercase()));
        Ok(Self {
            key: ask.args.text("key")?,
            keys: ask.args.texts("key_In")?,
            parts: [
                part("key_Icontains")?,
                part("label_Icontains")?,
                part("description_Icontains")?,
            ],
        })
    }

    fn admit(&self, key: &str, label: &str, description: &str) -> bool {
        self.key.as_deref().is_none_or(|wanted| wanted == key)
            && self.keys.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted == key))
            && self.parts.iter().zip([key, label, description]).all(|(part, text)| {
                part.as_ref().is_none_or(|part| text.to_lowercase().contains(part))
            })
    }
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
        .field("forCodeNativeIntegration", "Boolean!", "Whether it belongs to one.", |_| false)
        .short_list::<Operation, _>(
            ("actions", "Action", "Its actions and triggers."),
            &ACTION_FILTERS,
            |component, ask| async move {
                narrow(component.known.map(of_component).unwrap_or_default(), &ask)
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
        .field("isDataSource", "Boolean!", "Whether it fills config variables.", |_| false)
        .field("isDetailDataSource", "Boolean!", "Whether it fills parts of them.", |_| false)
        .field("scheduleSupport", "ActionScheduleSupport", "Whether it has a schedule.", |it| {
            it.as_trigger().map(|trigger| match trigger.schedule {
                ScheduleSupport::Invalid => "INVALID",
                ScheduleSupport::Valid => "VALID",
                ScheduleSupport::Required => "REQUIRED",
            })
        })
}
