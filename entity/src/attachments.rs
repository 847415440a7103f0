//! Documents that people keep beside customers and integrations: a name and where it is.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A document kept elsewhere.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub url: String,
}

/// Stored as the JSON text of a list, in the order they were added.
#[derive(Clone, Debug, Default, Eq, PartialEq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Attachments(pub Vec<Attachment>);

impl fmt::Display for Attachments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Attachments {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}
