//! What lists of components and of what they offer can be narrowed by.

use std::sync::LazyLock;

use super::search::{Search, Searchable};
use super::{Component, Operation};
use crate::graphql::argument::text;
use crate::graphql::builder::Parameter;
use crate::graphql::id;

/// Lists every version there is.
pub const ALL_VERSIONS: &str = "allVersions";

/// Lists the code of integrations as well.
pub const CODE_NATIVE: &str = "includeComponentsForCodeNativeIntegrations";

pub static COMPONENT_FILTERS: LazyLock<Vec<Search<Component>>> = LazyLock::new(|| {
    vec![
        Search::text("key"),
        Search::texts("key_In", "key"),
        Search::contains("key_Icontains", "key"),
        Search::contains("label_Icontains", "label"),
        Search::contains("description_Icontains", "description"),
        Search::text("category"),
        Search::flag("public", Component::is_public),
        Search::flag("hasActions", |it| has(it, |about| !about.actions.is_empty())),
        Search::flag("hasTriggers", |it| has(it, |about| !about.triggers.is_empty())),
        Search::flag("hasConnections", |it| has(it, |about| !about.connections.is_empty())),
        Search::flag("hasDataSources", |it| has(it, |about| !about.data_sources.is_empty())),
        Search::flag("customer_Isnull", |it| {
            it.row.as_ref().is_none_or(|row| row.customer_id.is_none())
        }),
        Search::new(
            ("customer", "ID", "Only those that the customer owns."),
            |it: &Component, value| {
                let customer = id::decode(&text("customer", value)?)?;
                Ok(it.row.as_ref().is_some_and(|row| row.customer_id == Some(customer)))
            },
        ),
        Search::idle(ALL_VERSIONS, "True lists every version, not only the newest of each."),
        Search::idle(CODE_NATIVE, "True lists those of code-native integrations too."),
        Search::query(),
    ]
});

pub static ACTION_FILTERS: LazyLock<Vec<Search<Operation>>> = LazyLock::new(|| {
    vec![
        Search::new(
            ("component", "ID", "Only those of the component."),
            |it: &Operation, value| {
                let part = id::decode_key("Component", &text("component", value)?)?;
                Ok(part == it.component().id_part())
            },
        ),
        Search::text("key"),
        Search::texts("key_In", "key"),
        Search::contains("key_Icontains", "key"),
        Search::contains("label_Icontains", "label"),
        Search::contains("description_Icontains", "description"),
        Search::flag("isTrigger", Operation::is_trigger),
        Search::flag("isCommonTrigger", Operation::is_common_trigger),
        Search::flag("isDataSource", Operation::is_data_source),
        Search::text("dataSourceType"),
        Search::flag("isDetailDataSource", |_| false),
        Search::query(),
    ]
});

/// What lists of components can be narrowed by.
pub fn parameters_of_lists() -> Vec<Parameter> {
    parameters(&COMPONENT_FILTERS)
}

pub fn parameters<M>(filters: &[Search<M>]) -> Vec<Parameter> {
    filters.iter().map(|filter| filter.parameter).collect()
}

fn has(component: &Component, claim: fn(&flow::component::Component) -> bool) -> bool {
    component.about.as_ref().is_some_and(|about| claim(about))
}

impl Searchable for Component {
    fn property(&self, name: &str) -> Option<String> {
        match name {
            "key" => Some(self.key.clone()),
            "label" => Some(self.label().to_owned()),
            "description" => Some(self.description().to_owned()),
            "category" => self.display().map(|display| display.category.clone()),
            "public" => Some(self.is_public().to_string()),
            _ => None,
        }
    }
}

impl Searchable for Operation {
    fn property(&self, name: &str) -> Option<String> {
        match name {
            "key" => Some(self.key().to_owned()),
            "label" => Some(self.label().to_owned()),
            "description" => Some(self.description().to_owned()),
            "isTrigger" => Some(self.is_trigger().to_string()),
            "dataSourceType" => self.data_source_type().map(ToOwned::to_owned),
            _ => None,
        }
    }
}
