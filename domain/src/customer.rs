//! Companies that instances are deployed for.

use entity::{CustomerId, InstanceId, customer, instance, integration, user};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Set};

use crate::env::Env;
use crate::error::{Error, OnUnique, Unique};
use crate::input::Problems;
use crate::instance::purge;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::Viewer;

#[derive(Clone, Debug, Default)]
pub struct Create {
    pub name: String,
    pub description: Option<String>,
    pub external_id: Option<String>,
    pub labels: Vec<String>,
    pub allow_embedded_designer: bool,
}

/// What is not given stays as it is; an empty external id takes it away.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub description: Option<String>,
    pub external_id: Option<String>,
    pub labels: Option<Vec<String>>,
    pub allow_embedded_designer: Option<bool>,
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
        is_system: false,
        allow_embedded_designer: input.allow_embedded_designer,
        created_at: now,
        updated_at: now,
    };
    problems.finish()?;
    let created = rows::insert::<customer::Entity>(&tx, row).await.on_unique(&CONFLICTS)?;
    tx.commit().await?;
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
    problems.finish()?;
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await.on_unique(&CONFLICTS)?;
    tx.commit().await?;
    Ok(updated)
}

/// Deletes a customer with its users, its instances and the integrations it owns.
pub async fn delete(env: &Env, viewer: &Viewer, id: CustomerId) -> Result<customer::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<customer::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    refuse_system(&row)?;
    let organization = row.organization_id;
    let owned = Viewer::System(organization)
        .rows::<integration::Entity>()
        .filter(integration::Column::CustomerId.eq(id))
        .select_only()
        .column(integration::Column::Id)
        .into_query();
    // Test instances of its integrations belong to the system customer.
    let theirs =
        instance::Column::CustomerId.eq(id).or(instance::Column::IntegrationId.in_subquery(owned));
    let instances: Vec<InstanceId> = Viewer::System(organization)
        .rows::<instance::Entity>()
        .filter(theirs)
        .select_only()
        .column(instance::Column::Id)
        .into_tuple()
        .all(&tx)
        .await?;
    purge(&tx, organization, &instances).await?;
    rows::delete::<integration::Entity>(organization)
        .filter(integration::Column::CustomerId.eq(id))
        .exec(&tx)
        .await?;
    rows::delete::<user::Entity>(organization)
        .filter(user::Column::CustomerId.eq(id))
        .exec(&tx)
        .await?;
    rows::delete::<customer::Entity>(organization)
        .filter(customer::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.instances_changed(&instances);
    Ok(row)
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
