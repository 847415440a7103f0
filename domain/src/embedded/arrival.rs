//! Users and customers who come for the first time, or have changed since the last.

use anyhow::anyhow;
use entity::user::Role;
use entity::{OrganizationId, customer, user};
use sea_orm::{ColumnTrait, QueryFilter};

use super::claim::{Claims, Refusal};
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::viewer::Viewer;
use crate::{customer as customers, user as users};

/// How often to look again, when somebody else is writing the same rows.
const ATTEMPTS_MAX: usize = 5;

/// Where addresses of users go who have none: no mail gets there.
const NOWHERE: &str = "embedded.invalid";

/// The user of these claims, with the role they give. Two reads where nothing has changed.
pub async fn arrive(
    env: &Env,
    organization: OrganizationId,
    claims: &Claims,
) -> Result<user::Model, Refusal> {
    let system = Viewer::System(organization);
    for _ in 0..ATTEMPTS_MAX {
        let Some(customer) = customer(env, &system, claims).await? else { continue };
        if let Some(user) = user(env, &system, claims, &customer).await? {
            return Ok(user::Model { role: claims.role, ..user });
        }
    }
    Err(Refusal::Internal(anyhow!("a user came and went {ATTEMPTS_MAX} times").into()))
}

/// None where somebody else was quicker, and it has to be looked for again.
async fn customer(
    env: &Env,
    system: &Viewer,
    claims: &Claims,
) -> Result<Option<customer::Model>, Refusal> {
    let Some(row) = find_customer(env, system, claims).await? else {
        return create_customer(env, system, claims).await;
    };
    let limit = claims.concurrent_execution_limit;
    if limit.is_none_or(|limit| Some(limit).filter(|it| *it > 0) == row.concurrent_execution_limit)
    {
        return Ok(Some(row));
    }
    let change =
        customers::Update { concurrent_execution_limit: limit, ..customers::Update::default() };
    gone_or(customers::update(env, system, row.id, change).await)
}

async fn find_customer(
    env: &Env,
    system: &Viewer,
    claims: &Claims,
) -> Result<Option<customer::Model>, Error> {
    let found = system
        .rows::<customer::Entity>()
        .filter(customer::Column::ExternalId.eq(&claims.customer))
        .filter(customer::Column::RemovedAt.is_null())
        .one(env.db.read())
        .await?;
    Ok(found)
}

async fn create_customer(
    env: &Env,
    system: &Viewer,
    claims: &Claims,
) -> Result<Option<customer::Model>, Refusal> {
    let Some(name) = &claims.customer_name else { return Err(Refusal::CustomerUnknown) };
    let numbered = format!("{name} ({})", claims.customer);
    for name in [name, &numbered] {
        let create = customers::Create {
            name: name.clone(),
            external_id: Some(claims.customer.clone()),
            concurrent_execution_limit: claims.concurrent_execution_limit,
            ..customers::Create::default()
        };
        match customers::create(env, system, create).await {
            Ok(created) => return Ok(Some(created)),
            Err(Error::Conflict(_)) => {}
            Err(error) => return Err(refused(error, "customer_name")),
        }
        // Either the name is taken, or somebody else has just created this customer.
        if find_customer(env, system, claims).await?.is_some() {
            return Ok(None);
        }
    }
    Err(Refusal::CustomerNameTaken)
}

/// As [`customer()`].
async fn user(
    env: &Env,
    system: &Viewer,
    claims: &Claims,
    customer: &customer::Model,
) -> Result<Option<user::Model>, Refusal> {
    let found = system
        .rows::<user::Entity>()
        .filter(user::Column::CustomerId.eq(customer.id))
        .filter(user::Column::ExternalId.eq(&claims.external_id))
        .one(env.db.read())
        .await
        .map_err(Error::from)?;
    let Some(row) = found else { return create_user(env, system, claims, customer).await };
    let is_of_marketplace = matches!(row.role, Role::MarketplaceAdmin | Role::MarketplaceUser);
    // Whoever signs in here as well keeps the role that they have then.
    let role = Some(claims.role).filter(|role| is_of_marketplace && *role != row.role);
    let name = claims.name.clone().filter(|name| *name != row.name);
    if name.is_none() && role.is_none() {
        return Ok(Some(row));
    }
    let change = users::Update { name, role, ..users::Update::default() };
    gone_or(users::update(env, system, row.id, change).await)
}

async fn create_user(
    env: &Env,
    system: &Viewer,
    claims: &Claims,
    customer: &customer::Model,
) -> Result<Option<user::Model>, Refusal> {
    let is_address = {
        let mut problems = Problems::default();
        problems.email(&claims.subject);
        problems.finish().is_ok()
    };
    let email =
        if is_address { claims.subject.clone() } else { format!("{}@{NOWHERE}", env.ids.secret()) };
    let create = users::Create {
        email,
        name: claims.name.clone(),
        phone: None,
        external_id: Some(claims.external_id.clone()),
        role: claims.role,
    };
    match users::create_embedded(env, system, customer.id, create).await {
        Ok(created) => Ok(Some(created)),
        Err(Error::Conflict(_) | Error::NotFound(_)) => Ok(None),
        Err(error) => Err(refused(error, "name")),
    }
}

/// A row that is not there any more has to be looked for again.
fn gone_or<T>(result: Result<T, Error>) -> Result<Option<T>, Refusal> {
    match result {
        Ok(row) => Ok(Some(row)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(refused(error, "name")),
    }
}

/// What is wrong with an input here is what is wrong with a claim there.
fn refused(error: Error, otherwise: &'static str) -> Refusal {
    let Error::Invalid(problems) = error else { return Refusal::Internal(error) };
    let is_id = problems.iter().any(|problem| problem.field == "externalId");
    let claim = match otherwise {
        "customer_name" if is_id => "customer",
        _ if is_id => "external_id",
        _ => otherwise,
    };
    Refusal::ClaimInvalid(claim)
}
