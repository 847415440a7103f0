//! Components by whether there are templates for their connections.

use std::sync::Arc;

use super::{Component, Connection};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::Parameter;
use crate::graphql::reuse::template;

pub const HAS_TEMPLATES: Parameter =
    ("hasConnectionTemplates", "Boolean", "Only those with connection templates, or the others.");

/// The components that the argument asks for. Templates are rows, of which filters of what is built
/// in know nothing.
pub async fn with_templates(
    mut all: Vec<Arc<Component>>,
    ask: &Ask,
) -> Result<Vec<Arc<Component>>, ApiError> {
    if let Some(wanted) = ask.args.flag(HAS_TEMPLATES.0)? {
        let keys = template::components_with_templates(ask).await?;
        all.retain(|component| keys.contains(&component.key) == wanted);
    }
    Ok(all)
}

pub const WITH_TEMPLATES: Parameter =
    ("hasTemplates", "Boolean", "Only those with templates, or the others.");

/// The connections of a component that the argument asks for.
pub async fn connections_of(
    component: &Arc<Component>,
    ask: &Ask,
) -> Result<Vec<Arc<Connection>>, ApiError> {
    let mut all = Connection::all(component);
    if let Some(wanted) = ask.args.flag(WITH_TEMPLATES.0)? {
        let mut kept = Vec::new();
        for connection in all {
            if template::any_of(ask, connection.keys()).await? == wanted {
                kept.push(connection);
            }
        }
        all = kept;
    }
    Ok(all)
}
