//! Who uses a template.

use std::collections::{HashMap, HashSet};

use entity::{
    ConnectionTemplateId, CustomerId, OrganizationId, config_variable, connection_template,
    deployment, instance, integration,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;
use crate::{redeployment, rows};

/// How many users a refusal names.
const NAMED_MAX: usize = 5;

/// Drafts and versions that name the template.
fn integrations_of(id: ConnectionTemplateId) -> SelectStatement {
    use connection_template::{Column as T, Entity};
    Query::select()
        .column((config_variable::Entity, config_variable::Column::IntegrationId))
        .from(config_variable::Entity)
        .inner_join(Entity, names())
        .and_where(Expr::col((Entity, T::Id)).eq(id))
        .take()
}

/// Whether a config variable names a template.
fn names() -> Expr {
    use config_variable::Column as V;
    use connection_template::Column as T;
    let of_template = |column: T| Expr::col((connection_template::Entity, column));
    of_template(T::Reference)
        .equals((config_variable::Entity, V::TemplateReference))
        .and(of_template(T::OrganizationId).equals((config_variable::Entity, V::OrganizationId)))
}

/// Instances whose version names the template, or that run with one that does.
pub fn instances_of(id: ConnectionTemplateId) -> Condition {
    let deployments = Query::select()
        .column(deployment::Column::Id)
        .from(deployment::Entity)
        .and_where(deployment::Column::IntegrationId.in_subquery(integrations_of(id)))
        .take();
    Condition::any()
        .add(instance::Column::IntegrationId.in_subquery(integrations_of(id)))
        .add(instance::Column::DeploymentId.in_subquery(deployments))
}

/// Those of the templates that instances run with, but for test instances; with one statement.
/// With a customer, others do not count.
pub async fn deployed(
    db: &impl ConnectionTrait,
    (organization, customer): (OrganizationId, Option<CustomerId>),
    of: &[ConnectionTemplateId],
) -> Result<HashSet<ConnectionTemplateId>, Error> {
    use deployment::Column as D;
    let mut running = Query::select()
        .column((deployment::Entity, D::IntegrationId))
        .from(instance::Entity)
        .inner_join(
            deployment::Entity,
            Expr::col((deployment::Entity, D::Id))
                .equals((instance::Entity, instance::Column::DeploymentId)),
        )
        .and_where(instance::Column::OrganizationId.eq(organization))
        .and_where(instance::Column::RemovedAt.is_null())
        .and_where(instance::Column::IsSystem.eq(false))
        .take();
    if let Some(customer) = customer {
        running.and_where(instance::Column::CustomerId.eq(customer));
    }
    let variables = Query::select()
        .column((config_variable::Entity, config_variable::Column::TemplateReference))
        .from(config_variable::Entity)
        .and_where(config_variable::Column::OrganizationId.eq(organization))
        .and_where(config_variable::Column::TemplateReference.is_not_null())
        .and_where(config_variable::Column::IntegrationId.in_subquery(running))
        .take();
    let found: Vec<ConnectionTemplateId> = Viewer::System(organization)
        .rows::<connection_template::Entity>()
        .filter(connection_template::Column::Id.is_in(of.iter().copied()))
        .filter(connection_template::Column::Reference.in_subquery(variables))
        .select_only()
        .column(connection_template::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// What would lack the template if it were gone: drafts, the newest versions, and instances.
/// Older versions that nobody runs do not count.
pub async fn used_by(
    db: &impl ConnectionTrait,
    row: &connection_template::Model,
) -> Result<Vec<String>, Error> {
    let system = Viewer::System(row.organization_id);
    let referring = system
        .rows::<integration::Entity>()
        .filter(integration::Column::RemovedAt.is_null())
        .filter(integration::Column::Id.in_subquery(integrations_of(row.id)))
        .order_by_asc(integration::Column::Name)
        .order_by_asc(integration::Column::VersionNumber)
        .all(db)
        .await?;
    let drafts = system
        .rows::<integration::Entity>()
        .filter(integration::Column::IsDraft.eq(true))
        .filter(integration::Column::SequenceId.is_in(referring.iter().map(|it| it.sequence_id)))
        .all(db)
        .await?;
    let newest: HashMap<_, _> =
        drafts.iter().map(|draft| (draft.sequence_id, draft.version_number)).collect();
    let mut users: Vec<String> = Vec::new();
    for it in &referring {
        if it.is_draft {
            users.push(format!("the draft of \"{}\"", it.name));
        } else if newest.get(&it.sequence_id) == Some(&it.version_number) {
            users.push(format!("version {} of \"{}\"", it.version_number, it.name));
        }
    }
    let instances: Vec<String> = system
        .rows::<instance::Entity>()
        .filter(instance::Column::RemovedAt.is_null())
        .filter(instance::Column::IsSystem.eq(false))
        .filter(instances_of(row.id))
        .order_by_asc(instance::Column::Name)
        .select_only()
        .column(instance::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    users.extend(instances.into_iter().map(|name| format!("the instance \"{name}\"")));
    Ok(users)
}

/// Refuses to take away what others need.
pub(super) async fn require_unused(
    tx: &DatabaseTransaction,
    row: &connection_template::Model,
    field: &str,
) -> Result<(), Error> {
    let users = used_by(tx, row).await?;
    if users.is_empty() {
        return Ok(());
    }
    let named = users.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    let more = users.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Error::invalid(field, format!("This template is used by {named}{more}.")))
}

/// What runs with it is no longer what is configured. Instances without other changes that wait to
/// be deployed are deployed again.
pub(super) async fn follow(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &connection_template::Model,
) -> Result<(), Error> {
    let ready = Viewer::System(row.organization_id)
        .rows::<instance::Entity>()
        .filter(instance::Column::DeploymentId.is_not_null())
        .filter(instance::Column::NeedsDeploy.eq(false))
        .filter(instance::Column::RemovedAt.is_null())
        .filter(instance::Column::IsSystem.eq(false))
        .filter(instances_of(row.id))
        .all(tx)
        .await?;
    redeployment::enqueue(env, tx, viewer, &ready).await?;
    rows::update::<instance::Entity>(row.organization_id)
        .col_expr(instance::Column::NeedsDeploy, true.into())
        .filter(instance::Column::DeploymentId.is_not_null())
        .filter(instances_of(row.id))
        .exec(tx)
        .await?;
    Ok(())
}
