//! Scoped variables: made, changed and deleted.

use entity::authorization::OwnerKind;
use entity::scoped_variable::{Manager, Scope};
use entity::{
    CustomerId, OrganizationId, ScopedVariableId, customer, customer_variable, scoped_variable,
};
use flow::definition::ComponentRef;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    IntoActiveModel, Iterable, PaginatorTrait, QueryFilter,
};
use url::Url;

use super::bulk::queue_users;
use super::inputs::{self, of_scoped, of_value};
use super::usage::{Used, mark_users, require_unused};
use super::{announce, place};
use crate::env::Env;
use crate::error::{Error, OnUnique, Unique};
use crate::input::Problems;
use crate::instance::ConnectionInput;
use crate::policy::{Action, Noun};
use crate::viewer::Viewer;
use crate::{oauth, rows};

/// Scoped variables of one organization, those of its customers included.
const SCOPED_MAX: u64 = 2_000;

const CONFLICTS: [Unique; 1] = [Unique {
    index: "scoped_config_variable_owner_id_stable_key",
    field: "stableKey",
    message: "Another shared connection has this key.",
}];

#[derive(Clone, Default)]
pub struct CreateScoped {
    pub key: String,
    pub stable_key: String,
    pub description: Option<String>,
    /// `org` or `customer`, in any case.
    pub variable_scope: String,
    /// The same; the organization unless given.
    pub managed_by: Option<String>,
    /// Whose integrations alone can refer to it.
    pub customer: Option<CustomerId>,
    /// Keys of a component and of one of its connections.
    pub connection: (String, String),
    pub inputs: Vec<ConnectionInput>,
    pub build_only: bool,
    pub redirects: Option<Redirects>,
}

/// Where a browser goes in the end; nothing is a page of our own.
#[derive(Clone, Debug, Default)]
pub struct Redirects {
    pub success: Option<String>,
    pub failure: Option<String>,
}

/// What is not given stays as it is.
#[derive(Clone, Default)]
pub struct UpdateScoped {
    pub key: Option<String>,
    pub description: Option<String>,
    /// Those that are named; empty ones go.
    pub inputs: Vec<ConnectionInput>,
    pub default_for_component: Option<bool>,
    pub redirects: Option<Redirects>,
    /// Whether instances that run with it are deployed again, as soon as somebody comes to it.
    pub redeploy: bool,
}

pub async fn create(
    env: &Env,
    viewer: &Viewer,
    input: CreateScoped,
) -> Result<scoped_variable::Model, Error> {
    let tx = env.db.begin().await?;
    let organization = permit(&tx, viewer, input.customer).await?;
    let mut problems = Problems::default();
    let (scope, manager) = kind_of(viewer, &input, &mut problems);
    let (component, connection) = &input.connection;
    if !env.vocabulary.connections(&ComponentRef::named(component)).contains(connection) {
        problems.add("connection", "There is no such kind of connection.");
    }
    inputs::check(&input.inputs, true, &mut problems);
    let now = env.now();
    let redirects = input.redirects.unwrap_or_default();
    let mut row = scoped_variable::Model {
        id: env.ids.next(),
        organization_id: organization,
        customer_id: input.customer,
        owner_id: input.customer.map_or_else(|| organization.into(), Into::into),
        key: problems.name("key", &input.key),
        stable_key: problems.name("stableKey", &input.stable_key),
        description: problems.text("description", &input.description.unwrap_or_default()),
        variable_scope: scope,
        managed_by: manager,
        component_key: component.clone(),
        connection_key: connection.clone(),
        sealed_inputs: None,
        is_ready: false,
        build_only: input.build_only,
        default_for_component: false,
        success_url: redirect(redirects.success, &mut problems),
        failure_url: redirect(redirects.failure, &mut problems),
        last_configured_at: None,
        created_at: now,
        updated_at: now,
    };
    problems.finish()?;
    check_count(&tx, organization).await?;
    let inputs = inputs::merged(Vec::new(), &input.inputs);
    row.sealed_inputs = inputs::seal_scoped(env, &tx, &row, &inputs).await?;
    row.is_ready = scope == Scope::Org && inputs::is_ready(env, &row, &inputs);
    row.last_configured_at = (!inputs.is_empty()).then_some(now);
    let row = rows::insert::<scoped_variable::Entity>(&tx, row).await.on_unique(&CONFLICTS)?;
    place::keep_scoped(env, &tx, &row, &[]).await?;
    tx.commit().await?;
    env.authorizations.nudge();
    Ok(row)
}

/// The right to make one, and where.
async fn permit(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    customer: Option<CustomerId>,
) -> Result<OrganizationId, Error> {
    let noun = Noun::ScopedVariable;
    Ok(match customer {
        None => viewer.permit_in_organization(tx, noun).await?.row().id,
        Some(id) => {
            viewer.permit_within::<customer::Entity>(tx, noun, id).await?.row().organization_id
        }
    })
}

fn kind_of(viewer: &Viewer, input: &CreateScoped, problems: &mut Problems) -> (Scope, Manager) {
    let scope = named::<Scope>(&input.variable_scope).unwrap_or_else(|| {
        problems.add("variableScope", "This must be `org` or `customer`.");
        Scope::Customer
    });
    let default = if viewer.customer_id().is_some() { "customer" } else { "org" };
    let manager = input.managed_by.as_deref().filter(|name| !name.is_empty()).unwrap_or(default);
    let manager = named::<Manager>(manager).unwrap_or_else(|| {
        problems.add("managedBy", "This must be `org` or `customer`.");
        Manager::Org
    });
    if scope == Scope::Org && manager == Manager::Customer {
        problems
            .add("managedBy", "A connection for all customers is the organization's to manage.");
    }
    if scope == Scope::Org && input.customer.is_some() {
        problems.add("variableScope", "What belongs to one customer has the scope `customer`.");
    }
    if viewer.customer_id().is_some() && manager == Manager::Org {
        problems.add("managedBy", "Only the organization can manage connections for you.");
    }
    (scope, manager)
}

/// A member of an enumeration, in any case.
pub(super) fn named<E: ActiveEnum<Value = String> + Iterable>(name: &str) -> Option<E> {
    E::iter().find(|member| member.to_value().eq_ignore_ascii_case(name))
}

/// Only addresses that a browser can be sent to.
fn redirect(text: Option<String>, problems: &mut Problems) -> Option<String> {
    let text = text.filter(|text| !text.is_empty())?;
    let is_web = |url: Url| matches!(url.scheme(), "http" | "https");
    if !Url::parse(&text).is_ok_and(is_web) {
        problems.add("oAuthRedirectConfig", "This must be an address that starts with http.");
    }
    Some(text)
}

async fn check_count(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<(), Error> {
    let all = Viewer::System(organization).rows::<scoped_variable::Entity>();
    if all.count(db).await? >= SCOPED_MAX {
        let limit = format!("an organization has at most {SCOPED_MAX} shared connections");
        return Err(Error::LimitReached(limit));
    }
    Ok(())
}

/// Changes what is given; instances that run with it notice new inputs when deployed again.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: ScopedVariableId,
    input: UpdateScoped,
) -> Result<scoped_variable::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<scoped_variable::Entity>(&tx, Action::Modify, id).await?;
    let before = permit.row();
    let mut problems = Problems::default();
    let mut row = before.clone();
    if let Some(key) = &input.key {
        row.key = problems.name("key", key);
    }
    if let Some(description) = &input.description {
        row.description = problems.text("description", description);
    }
    if let Some(redirects) = input.redirects {
        row.success_url = redirect(redirects.success, &mut problems);
        row.failure_url = redirect(redirects.failure, &mut problems);
    }
    row.default_for_component = input.default_for_component.unwrap_or(row.default_for_component);
    inputs::check(&input.inputs, true, &mut problems);
    problems.finish()?;
    let old = of_scoped(env, &tx, before).await?;
    let new = inputs::merged(old.clone(), &input.inputs);
    let is_reconfigured = new != old;
    if is_reconfigured {
        row.sealed_inputs = inputs::seal_scoped(env, &tx, &row, &new).await?;
        row.is_ready = row.variable_scope == Scope::Org && inputs::is_ready(env, &row, &new);
        row.last_configured_at = Some(env.now());
    }
    row.updated_at = env.now();
    let row = row.into_active_model().reset_all().update(&tx).await?;
    if row.default_for_component {
        be_only_default(&tx, &row).await?;
    }
    if is_reconfigured {
        let values = place::values_of(&tx, &row).await?;
        for value in &values {
            renew_readiness(env, &tx, (&row, &new), value).await?;
        }
        place::keep_scoped(env, &tx, &row, &values).await?;
        mark_users(&tx, row.organization_id, Used::Scoped(id)).await?;
    }
    if input.redeploy {
        queue_users(env, &tx, viewer, (row.organization_id, Used::Scoped(id))).await?;
    }
    tx.commit().await?;
    env.authorizations.nudge();
    env.redeployments_arrived();
    Ok(row)
}

/// One component has one default.
async fn be_only_default(
    tx: &DatabaseTransaction,
    row: &scoped_variable::Model,
) -> Result<(), Error> {
    use scoped_variable::Column as C;
    rows::update::<scoped_variable::Entity>(row.organization_id)
        .col_expr(C::DefaultForComponent, false.into())
        .filter(C::OwnerId.eq(row.owner_id))
        .filter(C::ComponentKey.eq(row.component_key.as_str()))
        .filter(C::Id.ne(row.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether a value is complete may follow from what it shares.
async fn renew_readiness(
    env: &Env,
    tx: &DatabaseTransaction,
    (scoped, base): (&scoped_variable::Model, &[ConnectionInput]),
    value: &customer_variable::Model,
) -> Result<(), Error> {
    let all = inputs::combined(base, of_value(env, tx, value).await?, value.is_test);
    let is_ready = inputs::is_ready(env, scoped, &all);
    if is_ready != value.is_ready {
        rows::update::<customer_variable::Entity>(value.organization_id)
            .col_expr(customer_variable::Column::IsReady, is_ready.into())
            .filter(customer_variable::Column::Id.eq(value.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Deletes a scoped variable with all values for it. Refused while instances use it.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: ScopedVariableId,
) -> Result<scoped_variable::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<scoped_variable::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    let organization = row.organization_id;
    require_unused(&tx, organization, Used::Scoped(id)).await?;
    mark_users(&tx, organization, Used::Scoped(id)).await?;
    for value in place::values_of(&tx, &row).await? {
        announce::value_deleted(env, &tx, viewer, &value).await?;
        let owner = (OwnerKind::CustomerVariable, value.id.into());
        oauth::drop_tokens(&tx, organization, owner).await?;
    }
    announce::scoped_deleted(env, &tx, viewer, &row).await?;
    oauth::drop_tokens(&tx, organization, (OwnerKind::ScopedVariable, id.into())).await?;
    rows::delete::<customer_variable::Entity>(organization)
        .filter(customer_variable::Column::ScopedVariableId.eq(id))
        .exec(&tx)
        .await?;
    rows::delete::<scoped_variable::Entity>(organization)
        .filter(scoped_variable::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(row)
}
