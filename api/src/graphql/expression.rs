//! Inputs with their values, as people get to see them.

use std::sync::Arc;

use domain::instance::ShownInput;

use super::builder::{Parameter, Registry, Type};
use super::connection::register_pages;
use super::id;
use crate::ApiError;
use crate::context::Ask;

/// One input of a connection or data source.
pub struct ShownExpression {
    id: String,
    input: ShownInput,
}

pub const FILTERS: [Parameter; 2] = [
    ("visibleToCustomerDeployer", "Boolean", "Only those that customers see, or the others."),
    ("visibleToOrgDeployer", "Boolean", "Only those that the organization sees, or the others."),
];

/// Those of the inputs that the arguments ask for. `owner` tells apart what they belong to.
pub fn shown(
    ask: &Ask,
    owner: &str,
    inputs: Vec<ShownInput>,
) -> Result<Vec<Arc<ShownExpression>>, ApiError> {
    let for_customers = ask.args.flag(FILTERS[0].0)?;
    let for_organization = ask.args.flag(FILTERS[1].0)?;
    let wanted = inputs.into_iter().filter(|input| {
        for_customers.is_none_or(|wanted| wanted == input.visible_to_customers)
            && for_organization.is_none_or(|wanted| wanted == input.visible_to_organization)
    });
    let shown = wanted.map(|input| {
        let id = id::encode_key("Expression", &format!("{owner}:{}", input.name));
        Arc::new(ShownExpression { id, input })
    });
    Ok(shown.collect())
}

const TYPES: [(&str, &str); 5] = [
    ("COMPLEX", "From several inputs."),
    ("CONFIGVAR", "From a config variable."),
    ("REFERENCE", "From the result of a step."),
    ("TEMPLATE", "From a text with holes."),
    ("VALUE", "As it is written."),
];

pub fn register(registry: &mut Registry) {
    register_pages::<ShownExpression>(registry, "Expression");
    registry.enumeration("ExpressionType", "How the value of an input is found.", &TYPES);
    registry.add(
        Type::<ShownExpression>::new("Expression", "An input with its value.")
            .id(|of| of.id.clone())
            .fixed()
            .field("name", "String!", "The key of the input.", |of| of.input.name.clone())
            .field("type", "ExpressionType!", "How the value is found.", |of| {
                let known = TYPES.iter().map(|(name, _)| *name);
                known
                    .into_iter()
                    .find(|name| name.eq_ignore_ascii_case(&of.input.kind))
                    .unwrap_or("VALUE")
            })
            .field("value", "String!", "The value; empty where it is never shown.", |of| {
                of.input.value.clone()
            })
            .field("hasValue", "Boolean!", "Whether there is a value.", |of| of.input.has_value)
            .field("meta", "JSONString", "Settings of the author.", |of| of.input.meta.clone()),
    );
}
