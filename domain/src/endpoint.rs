//! URLs that flows share. Each instance and each integration has one; which URL its callers use is
//! up to the endpoint type in the definition.

use std::collections::HashMap;

use entity::{
    CustomerId, InstanceId, IntegrationId, OrganizationId, SequenceId, TenantOwned, customer,
    endpoint, instance, integration, user,
};
use flow::definition::EndpointType;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::env::Env;
use crate::error::Error;
use crate::instance::trigger_url;
use crate::viewer::Viewer;

/// Gives an instance its URL, unless it has one.
pub(crate) async fn keep_for_instance(
    env: &Env,
    tx: &impl ConnectionTrait,
    row: &instance::Model,
) -> Result<(), Error> {
    let endpoint = new(env, row.id.0, row.organization_id, Some(row.customer_id));
    Ok(keep(tx, endpoint).await?)
}

/// Gives an integration its URL, unless it has one.
pub(crate) async fn keep_for_integration(
    env: &Env,
    tx: &impl ConnectionTrait,
    row: &integration::Model,
) -> Result<(), Error> {
    let endpoint = new(env, row.sequence_id.0, row.organization_id, None);
    Ok(keep(tx, endpoint::Model { is_shared: true, ..endpoint }).await?)
}

fn new(
    env: &Env,
    owner_id: Uuid,
    organization_id: OrganizationId,
    customer_id: Option<CustomerId>,
) -> endpoint::Model {
    endpoint::Model {
        owner_id,
        is_shared: false,
        organization_id,
        customer_id,
        webhook_id: env.ids.secret(),
        created_at: env.now(),
    }
}

async fn keep(tx: &impl ConnectionTrait, row: endpoint::Model) -> Result<(), DbErr> {
    let once = OnConflict::column(endpoint::Column::OwnerId).do_nothing().to_owned();
    let insert = endpoint::Entity::insert(row.into_active_model().reset_all()).on_conflict(once);
    insert.exec_without_returning(tx).await.map(drop)
}

/// The shared URLs of instances and integrations (by their sequence) of one organization.
pub async fn urls(
    env: &Env,
    organization: OrganizationId,
    owners: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, Error> {
    let rows = Viewer::System(organization).rows::<endpoint::Entity>();
    let rows = rows.filter(endpoint::Column::OwnerId.is_in(owners)).all(env.db.read()).await?;
    let url = |row: endpoint::Model| (row.owner_id, trigger_url(env, &row.webhook_id));
    Ok(rows.into_iter().map(url).collect())
}

/// Whose URL the callers of an instance use; `None` if each of its flows has its own. Test
/// instances never answer at the URL that all other instances of their integration share.
pub fn owner(kind: EndpointType, row: &instance::Model, sequence: SequenceId) -> Option<Uuid> {
    match kind {
        EndpointType::FlowSpecific => None,
        EndpointType::SharedInstance if !row.is_system => Some(sequence.0),
        EndpointType::InstanceSpecific | EndpointType::SharedInstance => Some(row.id.0),
    }
}

/// What answers at the shared URL of an integration.
#[derive(Clone, Copy, Debug)]
pub struct Shared {
    pub organization: OrganizationId,
    pub sequence: SequenceId,
}

impl Shared {
    /// The newest version there is to choose.
    pub async fn newest_version(self, env: &Env) -> Result<Option<IntegrationId>, Error> {
        use integration::Column as C;
        let rows = Viewer::System(self.organization).rows::<integration::Entity>();
        let newest = rows
            .filter(C::SequenceId.eq(self.sequence))
            .filter(C::IsDraft.eq(false))
            .filter(C::VersionIsAvailable.eq(true))
            .filter(C::RemovedAt.is_null())
            .order_by_desc(C::VersionNumber)
            .select_only()
            .column(C::Id)
            .into_tuple();
        Ok(newest.one(env.db.read()).await?)
    }

    /// The test instance.
    pub async fn test_instance(self, env: &Env) -> Result<Option<instance::Model>, Error> {
        let rows = self.instances().filter(instance::Column::IsSystem.eq(true));
        Ok(rows.one(env.db.read()).await?)
    }

    /// The instance that serves the customer with this external id: of several, the oldest that is
    /// deployed and not paused.
    pub async fn instance_of(
        self,
        env: &Env,
        external_id: &str,
    ) -> Result<Option<instance::Model>, Error> {
        let customers = Query::select()
            .column(customer::Column::Id)
            .from(customer::Entity)
            .and_where(customer::Entity::ORGANIZATION.eq(self.organization))
            .and_where(customer::Column::ExternalId.eq(external_id))
            .take();
        let rows = self
            .instances()
            .filter(instance::Column::CustomerId.in_subquery(customers))
            .filter(instance::Column::IsSystem.eq(false))
            .filter(instance::Column::Enabled.eq(true))
            .filter(instance::Column::DeploymentId.is_not_null())
            .order_by_asc(instance::Column::Id);
        Ok(rows.one(env.db.read()).await?)
    }

    fn instances(self) -> sea_orm::Select<instance::Entity> {
        let versions = Query::select()
            .column(integration::Column::Id)
            .from(integration::Entity)
            .and_where(integration::Column::SequenceId.eq(self.sequence))
            .take();
        let rows = Viewer::System(self.organization).rows::<instance::Entity>();
        rows.filter(instance::Column::IntegrationId.in_subquery(versions))
            .filter(instance::Column::RemovedAt.is_null())
    }
}

/// The user of a customer with this external id.
pub async fn user_of(
    env: &Env,
    organization: OrganizationId,
    customer: CustomerId,
    external_id: &str,
) -> Result<Option<user::Model>, Error> {
    let rows = Viewer::System(organization).rows::<user::Entity>();
    let rows = rows
        .filter(user::Column::CustomerId.eq(customer))
        .filter(user::Column::ExternalId.eq(external_id));
    Ok(rows.one(env.db.read()).await?)
}

/// The instance behind a shared URL of its own.
pub async fn instance_by_id(
    env: &Env,
    organization: OrganizationId,
    id: InstanceId,
) -> Result<Option<instance::Model>, Error> {
    let rows = Viewer::System(organization).rows::<instance::Entity>();
    Ok(rows.filter(instance::Column::Id.eq(id)).one(env.db.read()).await?)
}
