//! What the results of data sources are good for.

use crate::graphql::builder::Registry;

/// How queries call a kind of data source.
pub fn name(kind: &str) -> Option<&'static str> {
    KINDS.iter().map(|(name, _)| *name).find(|name| name.eq_ignore_ascii_case(kind))
}

const KINDS: [(&str, &str); 13] = [
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
];

pub fn register(registry: &mut Registry) {
    registry.enumeration("ActionDataSourceType", "What a data source fills.", &KINDS);
}
