//! Scalars and the few types that every noun uses.

use async_graphql::dynamic::{Interface, InterfaceField, Scalar, TypeRef};

use super::builder::Registry;
use super::mutation::FieldErrors;
use super::page_info::PageInfo;

const SCALARS: [(&str, &str); 6] = [
    ("BigInt", "A whole number of any size."),
    ("Date", "A day, as YYYY-MM-DD."),
    ("DateTime", "An instant, as ISO 8601 text with a time zone."),
    ("JSONOrString", "A JSON document, or plain text."),
    ("JSONString", "A JSON document as text."),
    ("UUID", "A UUID as text."),
];

pub fn register(registry: &mut Registry) {
    for (name, about) in SCALARS {
        registry.add(Scalar::new(name).description(about));
    }
    let id = InterfaceField::new("id", TypeRef::named_nn(TypeRef::ID));
    registry.add(
        Interface::new("Node")
            .description("Anything that has an id of its own.")
            .field(id.description("The id, opaque and stable.")),
    );
    registry.enumeration(
        "OrderDirection",
        "Which end of an order comes first.",
        &[("ASC", "Smallest or earliest first."), ("DESC", "Largest or latest first.")],
    );
    registry.add(PageInfo::object());
    registry.add(FieldErrors::object());
}
