//! Companies that instances are deployed for.

use entity::{Attachments, CustomerId, InstanceId, customer, instance, integration, user};
use sea_orm::sea_query::{ExprTrait, IntoCondition, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, QueryFilter, Set};

use crate::alert;
use crate::attachment;
use crate::env::Env;
use crate::error::{Error, Kind, OnUnique, Unique};
use crate::event::{self, EventType, Slots};
use crate::input::Problems;
use crate::instance::mark;
use crate::integration as integrations;
use crate::policy::{Action, Noun};
use crate::reuse;
use crate::rows;
use crate::viewer::Viewer;

#[derive(Clone, Debug, Default)]
pub struct Create {
    pub name: String,
    pub description: Option<String>,
    pub external_id: Option<String>,
    pub labels: Vec<String>,
    pub allow_embedded_designer: bool,
    pub allow_embedded_workflow_builder: bool,
    /// How many executions run at once; `None` or 0 sets no limit.
    pub concurrent_execution_limit: Option<i32>,
}

/// What is not given stays as it is; an empty external id takes it away.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub description: Option<String>,
    pub external_id: Option<String>,
    pub labels: Option<Vec<String>>,
    pub allow_embedded_designer: Option<bool>,
    pub allow_embedded_workflow_builder: Option<bool>,
    pub attachments: attachment::Change,
    /// 0 takes the limit away.
    pub concurrent_execution_limit: Option<i32>,
}

pub async fn create(env: &Env, viewer: &Viewer, input: Create) -> Result<customer::Model, Error> {
    let tx = env.db.begin().await?;
    let organization = viewer.permit_in_organization(&tx, Noun::Customer).await?;
    let mut problems = Problems::default();
    let now = env.now();
    let row = customer::Model {
        id: env.ids.next(),
        organization_id: organization.row().id,
        name: problems.name("name", &input.name),
        description: problems.text("description", &input.description.unwrap_or_default()),
        external_id: problems.external_id(input.external_id.as_deref()),
        labels: problems.labels(&input.labels),
        attachments: Attachments::default(),
        is_system: false,
        allow_embedded_designer: input.allow_embedded_designer,
        allow_embedded_workflow_builder: input.allow_embedded_workflow_builder,
        concurrent_execution_limit: problems.limit(input.concurrent_execution_limit),
        created_at: now,
        updated_at: now,
        removed_at: None,
    };
    problems.finish()?;
    let created = rows::insert::<customer::Entity>(&tx, row).await.on_unique(&CONFLICTS)?;
    let slots = Slots::default().with_customer(&created);
    event::record(env, &tx, viewer, EventType::CustomerCreated, slots).await?;
    tx.commit().await?;
    env.limits_changed();
    env.deliveries_arrived();
    Ok(created)
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: CustomerId,
    input: Update,
) -> Result<customer::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<customer::Entity>(&tx, Action::Modify, id).await?;
    refuse_system(permit.row())?;
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    if let Some(description) = &input.description {
        edit.description = Set(problems.text("description", description));
    }
    if let Some(external_id) = &input.external_id {
        edit.external_id = Set(problems.external_id(Some(external_id)));
    }
    if let Some(labels) = &input.labels {
        edit.labels = Set(problems.labels(labels));
    }
    if let Some(allow) = input.allow_embedded_designer {
        edit.allow_embedded_designer = Set(allow);
    }
    if let Some(allow) = input.allow_embedded_workflow_builder {
        edit.allow_embedded_workflow_builder = Set(allow);
    }
    if !input.attachments.is_empty() {
        let old = &permit.row().attachments;
        edit.attachments = Set(input.attachments.apply(old, &mut problems));
    }
    if let Some(limit) = input.concurrent_execution_limit {
        edit.concurrent_execution_limit = Set(problems.limit(Some(limit)));
    }
    problems.finish()?;
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await.on_unique(&CONFLICTS)?;
    let before = permit.into_row();
    if updated != (customer::Model { updated_at: updated.updated_at, ..before }) {
        let slots = Slots::default().with_customer(&updated);
        event::record(env, &tx, viewer, EventType::CustomerUpdated, slots).await?;
    }
    tx.commit().await?;
    env.limits_changed();
    env.deliveries_arrived();
    Ok(updated)
}

/// Deletes a customer with its users, its instances and the integrations it owns. All of it is gone
/// at once; see [`crate::removal`] for what follows.
pub async fn delete(env: &Env, viewer: &Viewer, id: CustomerId) -> Result<customer::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<customer::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    refuse_system(&row)?;
    let marked = rows::update::<customer::Entity>(row.organization_id)
        .col_expr(customer::Column::RemovedAt, env.now().into())
        .filter(customer::Column::Id.eq(id))
        .filter(customer::Column::RemovedAt.is_null())
        .exec(&tx)
        .await?;
    if marked.rows_affected == 0 {
        return Err(Error::NotFound(Kind::Customer));
    }
    let instances = mark_parts(env, &tx, viewer, &row).await?;
    let slots = Slots::default().with_customer(&row);
    event::record(env, &tx, viewer, EventType::CustomerDeleted, slots).await?;
    tx.commit().await?;
    env.marked(&instances);
    env.deliveries_arrived();
    Ok(row)
}

/// Takes everything away that a customer has; returns the instances that were there until now.
pub(crate) async fn mark_parts(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &customer::Model,
) -> Result<Vec<InstanceId>, Error> {
    let owned = Query::select()
        .column(integration::Column::Id)
        .from(integration::Entity)
        .and_where(integration::Column::CustomerId.eq(row.id))
        .take();
    // Test instances of its integrations belong to the system customer.
    let theirs = instance::Column::CustomerId
        .eq(row.id)
        .or(instance::Column::IntegrationId.in_subquery(owned));
    let marked = mark(env, tx, viewer, theirs.into_condition()).await?;
    reuse::customer_goes(env, tx, viewer, row).await?;
    let owned = integration::Column::CustomerId.eq(row.id);
    integrations::mark_rows(env, tx, viewer, owned.into_condition()).await?;
    alert::forget(tx, row.organization_id, || {
        Query::select()
            .column(user::Column::Id)
            .from(user::Entity)
            .and_where(user::Column::CustomerId.eq(row.id))
            .take()
    })
    .await?;
    let users = rows::delete::<user::Entity>(row.organization_id)
        .filter(user::Column::CustomerId.eq(row.id))
        .exec_with_returning(tx)
        .await?;
    let gone = |user| (EventType::UserDeleted, Slots::of_user(user, Some(row)));
    event::record_all(env, tx, viewer, users.iter().map(gone).collect()).await?;
    Ok(marked)
}

const CONFLICTS: [Unique; 2] = [
    Unique {
        index: "customer_organization_id_name",
        field: "name",
        message: "Another customer has this name.",
    },
    Unique {
        index: "customer_organization_id_external_id",
        field: "externalId",
        message: "Another customer has this external id.",
    },
];

/// The customer of test instances is nobody's to change.
fn refuse_system(row: &customer::Model) -> Result<(), Error> {
    if row.is_system { Err(Error::Forbidden) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use entity::{config_value, flow_config};

    use super::*;
    use crate::testing::{ORDERS, World, problems};

    fn named(name: &str, external_id: &str) -> Create {
        let external_id = Some(external_id.to_owned());
        Create { name: name.to_owned(), external_id, ..Create::default() }
    }

    #[tokio::test]
    async fn names_and_external_ids_are_unique_in_an_organization() {
        let world = World::new().await;
        let (env, owner) = (&world.env, &world.owner);
        create(env, owner, named("Initech", "a")).await.unwrap();
        let other = create(env, owner, named("Hooli", "b")).await.unwrap();

        let taken = create(env, owner, named(" Initech ", "c")).await;
        assert_eq!(problems(taken), ["name: Another customer has this name."]);
        let rename = Update { external_id: Some("a".into()), ..Update::default() };
        let taken = update(env, owner, other.id, rename).await;
        assert_eq!(problems(taken), ["externalId: Another customer has this external id."]);
        let stranger = world.stranger().await;
        create(env, &stranger, named("Initech", "a")).await.unwrap();

        let none = Update { external_id: Some(String::new()), ..Update::default() };
        let other = update(env, owner, other.id, none).await.unwrap();
        assert_eq!((other.name.as_str(), other.external_id), ("Hooli", None));
    }

    #[tokio::test]
    async fn what_a_customer_has_goes_with_it() {
        let world = World::new().await;
        let customer = world.customer("Initech").await;
        let version = world.publish(&world.import(ORDERS).await).await;
        world.instance(&version, &customer).await;
        delete(&world.env, &world.owner, customer.id).await.unwrap();
        let again = delete(&world.env, &world.owner, customer.id).await;
        assert!(matches!(again, Err(Error::NotFound(Kind::Customer))));
        // Its name is free before it is deleted.
        world.customer("Initech").await;
        world.finish_removals().await;
        assert_eq!(world.all::<customer::Entity>().await.len(), 2);
        // What is left belongs to the test instance.
        assert_eq!(world.all::<instance::Entity>().await.len(), 1);
        assert_eq!(world.all::<flow_config::Entity>().await.len(), 2);
        assert_eq!(world.all::<config_value::Entity>().await.len(), 0);

        let system = world.all::<customer::Entity>().await.remove(0);
        let refused = delete(&world.env, &world.owner, system.id).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
    }
}
