//! What the results of data sources are good for.

use components::DataSourceKind;

use crate::graphql::builder::Registry;

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
