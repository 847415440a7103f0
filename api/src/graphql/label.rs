//! Labels: free text tags; a label exists as long as something carries it.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::{Labels, TenantOwned};
use sea_orm::{Condition, QueryFilter, QuerySelect};

use super::builder::{Parameter, Registry, Type};
use super::id;
use crate::ApiError;
use crate::context::Ask;

/// One label.
pub struct Label(String);

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<Label>::new("Label", "A free text tag of customers, integrations or instances.")
            .id(|label| id::encode_key("Label", &label.0))
            .field("name", "String!", "The text of the label.", |label| label.0.clone()),
    );
}

impl Type<()> {
    /// The root field with all labels in use on visible rows of a table.
    pub fn labels<E: TenantOwned>(self, name: &str, about: &str, column: E::Column) -> Self {
        self.labels_of::<E>((name, about), &[], column, |_| Ok(Condition::all()))
    }

    /// The same, of some of the rows.
    pub fn labels_of<E: TenantOwned>(
        self,
        (name, about): (&str, &str),
        arguments: &[Parameter],
        column: E::Column,
        of: fn(&Ask) -> Result<Condition, ApiError>,
    ) -> Self {
        self.resolve_with((name, "[Label]!", about), arguments, move |_, ask| {
            in_use::<E>(ask, column, of)
        })
    }
}

async fn in_use<E: TenantOwned>(
    ask: Ask,
    column: E::Column,
    of: fn(&Ask) -> Result<Condition, ApiError>,
) -> Result<Vec<Arc<Label>>, ApiError> {
    let rows = ask.viewer().rows::<E>().filter(of(&ask)?);
    let rows = rows.select_only().column(column).distinct();
    let lists: Vec<Labels> = rows.into_tuple().all(ask.env().db.read()).await?;
    let labels: BTreeSet<String> = lists.into_iter().flat_map(|list| list.0).collect();
    Ok(labels.into_iter().map(|label| Arc::new(Label(label))).collect())
}
