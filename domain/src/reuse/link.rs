//! Which shared connection a config variable of an instance stands for.

use std::collections::HashMap;

use entity::integration::Variant;
use entity::scoped_variable::Scope;
use entity::{
    CustomerId, CustomerVariableId, DeploymentId, InstanceId, OrganizationId, config_value,
    customer_variable, deployment_connection, instance, scoped_variable,
};
use flow::{Definition, Map};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::inputs::{self, combined, of_scoped, of_value};
use crate::env::Env;
use crate::error::Error;
use crate::instance::{Values, connection_value};
use crate::oauth::Owner;
use crate::rows;
use crate::viewer::Viewer;

/// A config variable that stands for a shared connection.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Wanted {
    pub instance: InstanceId,
    /// Whose integration it is; none for the organization's.
    pub owner: Option<CustomerId>,
    pub customer: CustomerId,
    /// Test runs use connections of their own.
    pub is_test: bool,
    pub stable_key: String,
    /// What the instance is configured with.
    pub chosen: Option<CustomerVariableId>,
}

impl Wanted {
    pub fn new(
        row: &instance::Model,
        owner: Option<CustomerId>,
        stable_key: &str,
        value: Option<&config_value::Model>,
    ) -> Self {
        Self {
            instance: row.id,
            owner,
            customer: row.customer_id,
            // Workflows are tested by the customer, with the connections that it has.
            is_test: row.is_system && row.variant == Variant::Integration,
            stable_key: stable_key.to_owned(),
            chosen: value.and_then(|value| value.customer_variable_id),
        }
    }
}

/// What was found for it.
#[derive(Clone, Debug)]
pub struct Link {
    pub scoped: scoped_variable::Model,
    /// None where the scoped variable itself is the connection, and where there is none yet.
    pub value: Option<customer_variable::Model>,
    is_connected: bool,
}

impl Link {
    /// Whether somebody has entered anything.
    pub fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// Where the tokens are, if it has some.
    pub fn owner(&self) -> Owner {
        match &self.value {
            Some(value) => Owner::customer_variable(value.id),
            None => Owner::scoped_variable(self.scoped.id),
        }
    }

    /// Whether it works as it is, or at least will as soon as somebody consents.
    pub fn is_configured(&self, env: &Env) -> bool {
        let is_ready = self.value.as_ref().map_or(self.scoped.is_ready, |value| value.is_ready);
        (self.is_connected && is_ready) || self.has_token(env)
    }

    /// Whether it is an OAuth2 connection.
    pub(crate) fn has_token(&self, env: &Env) -> bool {
        let (component, connection) = (&self.scoped.component_key, &self.scoped.connection_key);
        self.is_connected && env.vocabulary.oauth2(component, connection).is_some()
    }

    /// As a deployment writes it down for this config variable.
    pub(crate) fn deployed(&self, key: String) -> Deployed {
        Deployed {
            key,
            component: self.scoped.component_key.clone(),
            connection: self.scoped.connection_key.clone(),
            owner: self.owner(),
        }
    }

    async fn fields(&self, env: &Env, db: &impl ConnectionTrait) -> Result<Map, Error> {
        let mut all = of_scoped(env, db, &self.scoped).await?;
        if let Some(value) = &self.value {
            all = combined(&all, of_value(env, db, value).await?, value.is_test);
        }
        inputs::fields(&all).map_err(|error| {
            let message = format!("{}: {error}", self.scoped.key);
            Error::invalid("configVariables", message)
        })
    }
}

/// Finds all of them with two statements. What is not found has no connection to stand for.
pub async fn links(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    wanted: &[Wanted],
) -> Result<HashMap<Wanted, Link>, Error> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let system = Viewer::System(organization);
    let owners = wanted.iter().filter_map(|it| it.owner).map(Uuid::from);
    let keys = wanted.iter().map(|it| it.stable_key.as_str());
    let scoped = system
        .rows::<scoped_variable::Entity>()
        .filter(scoped_variable::Column::StableKey.is_in(keys))
        .filter(scoped_variable::Column::OwnerId.is_in(owners.chain([organization.into()])))
        .all(db)
        .await?;
    let customers = wanted.iter().map(|it| it.customer);
    let is_concerned = customer_variable::Column::CustomerId
        .is_in(customers)
        .or(customer_variable::Column::IsTest.eq(true));
    let values = system
        .rows::<customer_variable::Entity>()
        .filter(customer_variable::Column::ScopedVariableId.is_in(scoped.iter().map(|row| row.id)))
        .filter(is_concerned)
        .order_by_asc(customer_variable::Column::Id)
        .all(db)
        .await?;
    let found = wanted.iter().filter_map(|it| {
        let owned_by = |owner: Uuid| {
            let is_it = |row: &&scoped_variable::Model| {
                row.owner_id == owner && row.stable_key == it.stable_key
            };
            scoped.iter().find(is_it)
        };
        let own = it.owner.and_then(|owner| owned_by(owner.into()));
        let scoped = own.or_else(|| owned_by(organization.into()))?;
        Some((it.clone(), link(it, scoped, &values)))
    });
    Ok(found.collect())
}

fn link(
    wanted: &Wanted,
    scoped: &scoped_variable::Model,
    values: &[customer_variable::Model],
) -> Link {
    let mut own = values.iter().filter(|value| {
        value.scoped_variable_id == scoped.id
            && if wanted.is_test {
                value.is_test
            } else {
                !value.is_test && value.customer_id == Some(wanted.customer)
            }
    });
    let itself = Link { scoped: scoped.clone(), value: None, is_connected: !scoped.build_only };
    let nothing = Link { is_connected: false, ..itself.clone() };
    if scoped.build_only && !wanted.is_test {
        return nothing;
    }
    let value = match (wanted.is_test, scoped.variable_scope) {
        (true, _) => own.next(),
        (false, Scope::Org) => return itself,
        // Who has chosen none has the customer's first, and keeps it when others are added.
        (false, Scope::Customer) => {
            let chosen = wanted.chosen;
            own.clone().find(|value| Some(value.id) == chosen).or_else(|| own.next())
        }
    };
    match value {
        Some(value) => Link { value: Some(value.clone()), is_connected: true, ..itself },
        None => nothing,
    }
}

/// The links of an instance by the keys of its config variables.
pub(crate) async fn links_of(
    db: &impl ConnectionTrait,
    row: &instance::Model,
    owner: Option<CustomerId>,
    (definition, values): (&Definition, &Values),
) -> Result<HashMap<String, Link>, Error> {
    let wanted = definition.config_vars.iter().filter_map(|variable| {
        let stable_key = variable.scoped_config_var.as_deref()?;
        let value = values.get(&variable.key);
        Some((variable.key.clone(), Wanted::new(row, owner, stable_key, value)))
    });
    let wanted: Vec<_> = wanted.collect();
    let all: Vec<_> = wanted.iter().map(|(_, wanted)| wanted.clone()).collect();
    let found = links(db, row.organization_id, &all).await?;
    let found = wanted.into_iter().filter_map(|(key, wanted)| Some((key, found.get(&wanted)?)));
    Ok(found.map(|(key, link)| (key, link.clone())).collect())
}

/// The values that steps see.
pub(crate) async fn freeze(
    env: &Env,
    db: &impl ConnectionTrait,
    links: &HashMap<String, Link>,
) -> Result<Map, Error> {
    let mut map = Map::new();
    for (key, link) in links.iter().filter(|(_, link)| link.is_connected) {
        let fields = link.fields(env, db).await?;
        let value = connection_value(&link.scoped.connection_key, key, fields);
        map.insert(key.as_str().into(), value);
    }
    Ok(map)
}

/// Writes down what a deployment uses.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    row: &instance::Model,
    deployment: DeploymentId,
    links: &HashMap<String, Link>,
) -> Result<(), Error> {
    let used = links.iter().filter(|(_, link)| link.is_connected);
    let rows = used.map(|(key, link)| deployment_connection::Model {
        deployment_id: deployment,
        key: key.clone(),
        organization_id: row.organization_id,
        customer_id: row.customer_id,
        scoped_variable_id: link.scoped.id,
        customer_variable_id: link.value.as_ref().map(|value| value.id),
    });
    Ok(rows::insert_all::<deployment_connection::Entity>(tx, rows.collect()).await?)
}

/// A shared connection as a deployment uses it.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// The config variable.
    pub key: String,
    pub component: String,
    pub connection: String,
    pub owner: Owner,
}

impl Deployed {
    /// Whether steps need a token for it.
    pub fn has_token(&self, env: &Env) -> bool {
        env.vocabulary.oauth2(&self.component, &self.connection).is_some()
    }
}

/// The shared connections of a deployment.
pub async fn deployed(
    env: &Env,
    organization: OrganizationId,
    deployment: DeploymentId,
) -> Result<Vec<Deployed>, Error> {
    let (system, db) = (Viewer::System(organization), env.db.read());
    let used = system
        .rows::<deployment_connection::Entity>()
        .filter(deployment_connection::Column::DeploymentId.eq(deployment))
        .all(db)
        .await?;
    if used.is_empty() {
        return Ok(Vec::new());
    }
    let ids = used.iter().map(|row| row.scoped_variable_id);
    let scoped = system
        .rows::<scoped_variable::Entity>()
        .filter(scoped_variable::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let found = used.into_iter().filter_map(|row| {
        let scoped = scoped.iter().find(|scoped| scoped.id == row.scoped_variable_id)?;
        let owner = match row.customer_variable_id {
            Some(id) => Owner::customer_variable(id),
            None => Owner::scoped_variable(scoped.id),
        };
        Some(Deployed {
            key: row.key,
            component: scoped.component_key.clone(),
            connection: scoped.connection_key.clone(),
            owner,
        })
    });
    Ok(found.collect())
}
