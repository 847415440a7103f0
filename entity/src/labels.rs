//! Free text tags of customers, integrations and instances.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;

/// Stored as the JSON text of a list, so that one label can be found with `LIKE`.
#[derive(Clone, Debug, Default, Eq, PartialEq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Labels(pub Vec<String>);

impl fmt::Display for Labels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Labels {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}
