//! How the marketplace looks and where it may be shown, as organizations set it.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Colours and other properties; what is not named here looks as the pages come.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Theme {
    #[serde(default)]
    pub colors: Vec<ThemeValue>,
    #[serde(default)]
    pub properties: Vec<ThemeValue>,
}

/// One colour or property, of all variants where it names none.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ThemeValue {
    pub kind: String,
    pub variant: Option<String>,
    pub value: String,
}

/// Origins of the pages that may embed; empty for all.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Origins(pub Vec<String>);

/// Components that an embedded designer offers at least.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct RequiredComponents(pub Vec<RequiredComponent>);

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RequiredComponent {
    pub key: String,
    /// Of everybody, not of the organization.
    pub public: bool,
}

macro_rules! stored_as_json {
    ($($of:ty),*) => {$(
        impl fmt::Display for $of {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
            }
        }

        impl FromStr for $of {
            type Err = serde_json::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                serde_json::from_str(text)
            }
        }
    )*};
}

stored_as_json!(Theme, Origins, RequiredComponents);
