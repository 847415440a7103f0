//! The published components that a definition names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::{ComponentId, CustomerId, OrganizationId, component};
use flow::component::Component;
use flow::definition::{self, ComponentRef, Definition};
use flow::{ActionShape, Vocabulary};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use super::definition as described;
use crate::error::Error;
use crate::viewer::Viewer;

/// A version that can be used.
#[derive(Clone, Debug)]
pub struct Version {
    pub row: component::Model,
    pub component: Arc<Component>,
}

/// What the names of a definition lead to, for its owner.
#[derive(Clone, Debug, Default)]
pub struct Own {
    found: HashMap<(String, Wanted), Arc<Version>>,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Wanted {
    Latest,
    Pinned(u32),
    Signature(String),
}

impl From<&definition::Version> for Wanted {
    fn from(version: &definition::Version) -> Self {
        match version {
            definition::Version::Latest => Self::Latest,
            definition::Version::Pinned(number) => Self::Pinned(*number),
            definition::Version::Signature(signature) => Self::Signature(signature.clone()),
        }
    }
}

/// What tells versions apart, without what they say of themselves.
type Head = (ComponentId, String, i32, String, Option<CustomerId>);

impl Own {
    /// Finds what a definition names. A customer's own component comes before one of the
    /// organization that has the same key.
    pub async fn of(
        db: &impl ConnectionTrait,
        (organization, customer): (OrganizationId, Option<CustomerId>),
        definition: &Definition,
    ) -> Result<Self, Error> {
        let named = definition.components();
        Self::find(db, (organization, customer), &named).await
    }

    pub async fn find(
        db: &impl ConnectionTrait,
        (organization, customer): (OrganizationId, Option<CustomerId>),
        named: &[ComponentRef],
    ) -> Result<Self, Error> {
        let wanted: BTreeSet<(String, Wanted)> = named
            .iter()
            .filter(|component| !component.is_public)
            .map(|component| (component.key.clone(), Wanted::from(&component.version)))
            .collect();
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let keys: BTreeSet<&str> = wanted.iter().map(|(key, _)| key.as_str()).collect();
        let owners = Condition::any()
            .add(component::Column::CustomerId.is_null())
            .add_option(customer.map(|customer| component::Column::CustomerId.eq(customer)));
        let rows = || Viewer::System(organization).rows::<component::Entity>();
        let heads: Vec<Head> = rows()
            .filter(component::Column::Key.is_in(keys))
            .filter(component::Column::AvailableAt.is_not_null())
            .filter(owners)
            .order_by_desc(component::Column::VersionNumber)
            .select_only()
            .columns([
                component::Column::Id,
                component::Column::Key,
                component::Column::VersionNumber,
                component::Column::Signature,
                component::Column::CustomerId,
            ])
            .into_tuple()
            .all(db)
            .await?;
        let picked: Vec<_> = wanted
            .into_iter()
            .filter_map(|wanted| pick(&heads, &wanted).map(|id| (wanted, id)))
            .collect();
        let ids = picked.iter().map(|(_, id)| *id);
        let versions = rows().filter(component::Column::Id.is_in(ids)).all(db).await?;
        let mut by_id = HashMap::new();
        for row in versions {
            let component = Arc::new(described(&row)?);
            by_id.insert(row.id, Arc::new(Version { row, component }));
        }
        let found = picked.into_iter();
        let found = found.filter_map(|(wanted, id)| Some((wanted, by_id.get(&id)?.clone())));
        Ok(Self { found: found.collect() })
    }

    pub fn get(&self, component: &ComponentRef) -> Option<&Arc<Version>> {
        if component.is_public {
            return None;
        }
        self.found.get(&(component.key.clone(), Wanted::from(&component.version)))
    }

    /// The definition with the numbers of the versions that its names lead to now.
    pub fn pin(&self, definition: Definition) -> Definition {
        if self.found.is_empty() {
            return definition;
        }
        definition.with_versions(&|component| {
            let number = self.get(component).map(|version| version.row.version_number);
            let number = number.and_then(|number| u32::try_from(number).ok());
            number.map_or_else(|| component.version.clone(), definition::Version::Pinned)
        })
    }

    /// The words of definitions: what is built in, and what was found here.
    pub fn words<'a>(&'a self, built_in: &'a dyn Vocabulary) -> Words<'a> {
        Words { built_in, own: self }
    }
}

/// The version with the highest number that is wanted, the customer's own first.
fn pick(heads: &[Head], (key, wanted): &(String, Wanted)) -> Option<ComponentId> {
    let fits = |(_, known, number, signature, _): &&Head| {
        known == key
            && match wanted {
                Wanted::Latest => true,
                Wanted::Pinned(pinned) => u32::try_from(*number) == Ok(*pinned),
                Wanted::Signature(wanted) => signature == wanted,
            }
    };
    let own_key = |head: &&Head| head.1 == *key && head.4.is_some();
    let has_own = heads.iter().any(|head| own_key(&head));
    let found = heads.iter().filter(fits).find(|head| head.4.is_some() == has_own);
    found.map(|head| head.0)
}

/// The components that a definition may use.
#[expect(missing_debug_implementations, reason = "the trait object has none")]
pub struct Words<'a> {
    built_in: &'a dyn Vocabulary,
    own: &'a Own,
}

impl Words<'_> {
    fn own(&self, component: &ComponentRef) -> Option<&Component> {
        self.own.get(component).map(|version| &*version.component)
    }
}

fn keys<'a>(keys: impl Iterator<Item = &'a String>) -> Vec<String> {
    keys.cloned().collect()
}

impl Vocabulary for Words<'_> {
    fn component(&self, component: &ComponentRef) -> bool {
        self.own(component).is_some() || self.built_in.component(component)
    }

    fn inputs(
        &self,
        component: &ComponentRef,
        action: &str,
        is_trigger: bool,
    ) -> Option<ActionShape> {
        let Some(own) = self.own(component) else {
            return self.built_in.inputs(component, action, is_trigger);
        };
        let found = if is_trigger { own.trigger(action) } else { own.action(action) };
        found.map(|operation| operation.shape())
    }

    fn components(&self) -> Vec<String> {
        self.built_in.components()
    }

    fn actions(&self, component: &ComponentRef, triggers: bool) -> Vec<String> {
        match self.own(component) {
            Some(own) if triggers => keys(own.triggers.iter().map(|it| &it.key)),
            Some(own) => keys(own.actions.iter().map(|it| &it.key)),
            None => self.built_in.actions(component, triggers),
        }
    }

    fn connections(&self, component: &ComponentRef) -> Vec<String> {
        match self.own(component) {
            Some(own) => keys(own.connections.iter().map(|it| &it.key)),
            None => self.built_in.connections(component),
        }
    }

    fn data_sources(&self, component: &ComponentRef) -> Vec<String> {
        match self.own(component) {
            Some(own) => keys(own.data_sources.iter().map(|it| &it.key)),
            None => self.built_in.data_sources(component),
        }
    }
}
