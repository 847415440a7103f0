//! Values for scoped variables: the connections of customers, and those of test runs.

use entity::authorization::OwnerKind;
use entity::scoped_variable::{Manager, Scope};
use entity::{
    CustomerId, CustomerVariableId, ScopedVariableId, customer, customer_variable, scoped_variable,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::bulk::queue_users;
use super::inputs::{self, of_scoped, of_value};
use super::usage::{Used, mark_users, require_unused};
use super::{announce, place};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::input::Problems;
use crate::instance::ConnectionInput;
use crate::policy::{Action, Noun};
use crate::viewer::Viewer;
use crate::{oauth, rows};

/// Connections of one customer for one scoped variable.
const VALUES_MAX: usize = 100;

#[derive(Clone, Default)]
pub struct CreateValue {
    pub scoped: Option<ScopedVariableId>,
    /// None for the connection of test runs.
    pub customer: Option<CustomerId>,
    pub is_test: bool,
    pub key: Option<String>,
    pub inputs: Vec<ConnectionInput>,
}

/// What is not given stays as it is.
#[derive(Clone, Default)]
pub struct UpdateValue {
    pub key: Option<String>,
    /// Can only be what they are already.
    pub customer: Option<CustomerId>,
    pub is_test: Option<bool>,
    /// Those that are named; empty ones go.
    pub inputs: Vec<ConnectionInput>,
    /// Whether instances that run with it are deployed again, as soon as somebody comes to it.
    pub redeploy: bool,
}

pub async fn create_value(
    env: &Env,
    viewer: &Viewer,
    input: CreateValue,
) -> Result<customer_variable::Model, Error> {
    let tx = env.db.begin().await?;
    let noun = Noun::CustomerVariable;
    match input.customer {
        None => drop(viewer.permit_in_organization(&tx, noun).await?),
        Some(id) => drop(viewer.permit_within::<customer::Entity>(&tx, noun, id).await?),
    }
    let id = input.scoped.ok_or(Error::NotFound(Kind::ScopedVariable))?;
    let scoped = viewer.find::<scoped_variable::Entity>(&tx, id).await?;
    lock(&tx, &scoped).await?;
    let mut problems = Problems::default();
    check_place(&scoped, &input, &mut problems);
    inputs::check(&input.inputs, false, &mut problems);
    let base = of_scoped(env, &tx, &scoped).await?;
    if !input.is_test {
        inputs::check_taken(&base, &input.inputs, &mut problems);
    }
    let now = env.now();
    let mut row = customer_variable::Model {
        id: env.ids.next(),
        organization_id: scoped.organization_id,
        customer_id: input.customer,
        scoped_variable_id: scoped.id,
        key: key_of(input.key.as_deref(), &mut problems),
        is_test: input.is_test,
        sealed_inputs: None,
        is_ready: false,
        last_configured_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    check_others(&tx, &scoped, &row, &mut problems).await?;
    problems.finish()?;
    let own = inputs::merged(Vec::new(), &input.inputs);
    row.sealed_inputs = inputs::seal_value(env, &tx, &row, &own).await?;
    row.is_ready = inputs::is_ready(env, &scoped, &inputs::combined(&base, own, row.is_test));
    let row = rows::insert::<customer_variable::Entity>(&tx, row).await?;
    place::keep_value(env, &tx, &scoped, &row).await?;
    tx.commit().await?;
    env.authorizations.nudge();
    Ok(row)
}

/// Others who add a value wait until this transaction ends, so that it sees what is there.
async fn lock(tx: &DatabaseTransaction, scoped: &scoped_variable::Model) -> Result<(), Error> {
    let rows = Viewer::System(scoped.organization_id).rows::<scoped_variable::Entity>();
    let row = rows.filter(scoped_variable::Column::Id.eq(scoped.id));
    let found = row.lock_exclusive().one(tx).await?;
    found.map(drop).ok_or(Error::NotFound(Kind::ScopedVariable))
}

fn check_place(scoped: &scoped_variable::Model, input: &CreateValue, problems: &mut Problems) {
    if input.is_test {
        if input.customer.is_some() {
            problems.add("customer", "The connection of test runs belongs to no customer.");
        }
        return;
    }
    match input.customer {
        None => problems.add("customer", "This field is required."),
        Some(customer) if scoped.customer_id.is_some_and(|owner| owner != customer) => {
            problems.add("customer", "This shared connection belongs to another customer.");
        }
        Some(_) if scoped.variable_scope == Scope::Org => {
            let message = "This shared connection is one for all customers; only test runs have \
                           another.";
            problems.add("scopedConfigVariable", message);
        }
        Some(_) => {}
    }
}

fn key_of(key: Option<&str>, problems: &mut Problems) -> Option<String> {
    let key = problems.line("key", key?);
    (!key.is_empty()).then_some(key)
}

/// Values have to be told apart, and what the organization manages is one for each customer.
async fn check_others(
    tx: &DatabaseTransaction,
    scoped: &scoped_variable::Model,
    row: &customer_variable::Model,
    problems: &mut Problems,
) -> Result<(), Error> {
    use customer_variable::Column as C;
    let of_same = match row.customer_id {
        Some(customer) => C::CustomerId.eq(customer),
        None => C::IsTest.eq(true),
    };
    let others = Viewer::System(scoped.organization_id)
        .rows::<customer_variable::Entity>()
        .filter(C::ScopedVariableId.eq(scoped.id))
        .filter(C::Id.ne(row.id))
        .filter(of_same)
        .all(tx)
        .await?;
    if others.is_empty() {
        return Ok(());
    }
    if row.is_test {
        problems.add("isTest", "There is a connection for test runs already.");
    } else if scoped.managed_by == Manager::Org {
        problems.add("customer", "This customer has a connection already.");
    } else if others.iter().any(|other| other.key == row.key) {
        problems.add("key", "Another connection of this customer has this name.");
    }
    if others.len() >= VALUES_MAX {
        let limit = format!("a customer has at most {VALUES_MAX} connections of one kind");
        return Err(Error::LimitReached(limit));
    }
    Ok(())
}

/// Changes what is given; instances that run with it notice new inputs when deployed again.
pub async fn update_value(
    env: &Env,
    viewer: &Viewer,
    id: CustomerVariableId,
    input: UpdateValue,
) -> Result<customer_variable::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<customer_variable::Entity>(&tx, Action::Modify, id).await?;
    let before = permit.row();
    let scoped = place::scoped_of(&tx, before).await?;
    lock(&tx, &scoped).await?;
    let mut problems = Problems::default();
    let mut row = before.clone();
    if input.customer.is_some_and(|customer| before.customer_id != Some(customer)) {
        problems.add("customer", "The customer of a connection cannot be changed.");
    }
    if input.is_test.is_some_and(|is_test| is_test != before.is_test) {
        problems.add("isTest", "What a connection is for cannot be changed.");
    }
    if input.key.is_some() {
        row.key = key_of(input.key.as_deref(), &mut problems);
        check_others(&tx, &scoped, &row, &mut problems).await?;
    }
    inputs::check(&input.inputs, false, &mut problems);
    let base = of_scoped(env, &tx, &scoped).await?;
    if !row.is_test {
        inputs::check_taken(&base, &input.inputs, &mut problems);
    }
    problems.finish()?;
    let old = of_value(env, &tx, before).await?;
    let own = inputs::merged(old.clone(), &input.inputs);
    let is_reconfigured = own != old;
    if is_reconfigured {
        row.sealed_inputs = inputs::seal_value(env, &tx, &row, &own).await?;
        row.is_ready = inputs::is_ready(env, &scoped, &inputs::combined(&base, own, row.is_test));
        row.last_configured_at = Some(env.now());
    }
    row.updated_at = env.now();
    let row = row.into_active_model().reset_all().update(&tx).await?;
    if is_reconfigured {
        place::keep_value(env, &tx, &scoped, &row).await?;
        mark_users(&tx, row.organization_id, Used::Value(id)).await?;
    }
    if input.redeploy {
        queue_users(env, &tx, viewer, (row.organization_id, Used::Value(id))).await?;
    }
    tx.commit().await?;
    env.authorizations.nudge();
    env.redeployments_arrived();
    Ok(row)
}

/// Deletes a value. Refused while instances use it.
pub async fn delete_value(
    env: &Env,
    viewer: &Viewer,
    id: CustomerVariableId,
) -> Result<customer_variable::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<customer_variable::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    let organization = row.organization_id;
    require_unused(&tx, organization, Used::Value(id)).await?;
    mark_users(&tx, organization, Used::Value(id)).await?;
    announce::value_deleted(env, &tx, viewer, &row).await?;
    oauth::drop_tokens(&tx, organization, (OwnerKind::CustomerVariable, id.into())).await?;
    rows::delete::<customer_variable::Entity>(organization)
        .filter(customer_variable::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(row)
}
