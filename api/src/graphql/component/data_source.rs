//! What the results of data sources are good for.

use components::DataSourceKind;

use super::{CATALOG, Known, Operation};
use crate::graphql::builder::Registry;

impl Operation {
    /// The keys of its component and its own.
    pub fn keys(&self) -> (&str, &str) {
        (&self.component, &self.key)
    }

    pub fn data_source(component: &str, key: &str) -> Self {
        let known = CATALOG.component(component).map(|it| it.data_sources.iter());
        let known = known.into_iter().flatten().find(|known| known.key == key);
        let known = known.map(Known::DataSource);
        Self { component: component.to_owned(), key: key.to_owned(), known }
    }
}

/// How queries call it.
pub const fn name(kind: DataSourceKind) -> &'static str {
    match kind {
        DataSourceKind::JsonForm => "JSONFORM",
    }
}

pub fn register(registry: &mut Registry) {
    registry.enumeration(
        "ActionDataSourceType",
        "What a data source fills.",
        &[
            ("BOOLEAN", "A switch."),
            ("CODE", "Text in a language."),
            ("CONNECTION", "A connection."),
            ("CREDENTIAL", "Credentials, in the older form."),
            ("DATE", "A day."),
            ("JSONFORM", "A form."),
            ("NUMBER", "A number."),
            ("OBJECTFIELDMAP", "A mapping of fields."),
            ("OBJECTSELECTION", "A selection of objects."),
            ("PICKLIST", "A list of values."),
            ("SCHEDULE", "A schedule."),
            ("STRING", "Text."),
            ("TIMESTAMP", "An instant."),
        ],
    );
}
