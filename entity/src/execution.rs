//! One run of a flow.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, DeploymentId, ExecutionId, FlowConfigId, FlowId, InstanceId};
use crate::{IntegrationId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "execution")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExecutionId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub integration_id: IntegrationId,
    pub flow_id: FlowId,
    pub flow_config_id: FlowConfigId,
    pub deployment_id: DeploymentId,
    pub status: Status,
    pub result_type: Option<ResultType>,
    pub invoke_type: InvokeType,
    /// Started for the test instance or by a test call.
    pub is_test: bool,
    /// The caller waits for the result.
    pub is_synchronous: bool,
    pub queued_at: Option<Timestamp>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Why it failed; null of a run that did not.
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
    /// What started it, as [`crate::payload`] stores values.
    pub payload: Vec<u8>,
    /// The HTTP answer that the flow decided on, MessagePack.
    pub response: Option<Vec<u8>>,
    pub replay_for_id: Option<ExecutionId>,
    /// The first attempt.
    pub retry_for_id: Option<ExecutionId>,
    /// Which repetition this is; 0 for a first attempt.
    pub retry_count: i32,
    /// How many repetitions its flow allowed when it started.
    pub max_retry_count: i32,
    /// When it will be repeated; null once that has begun or was canceled.
    pub retry_next_at: Option<Timestamp>,
    /// By this id a newer call cancels the retries of older ones.
    #[sea_orm(column_type = "Text", nullable)]
    pub request_id: Option<String>,
    /// The execution that made this one, or its retries, needless.
    pub canceled_by_id: Option<ExecutionId>,
    /// The execution that invoked this one.
    pub invoked_by_id: Option<ExecutionId>,
    /// How many executions came before it, each invoked by the one before.
    pub lineage_depth: i32,
    /// The place in the invoking execution, as JSON text.
    pub invoked_by_frame: Option<String>,
    /// How many steps ended in it; 0 until it ends.
    pub step_count: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Waits for a free place.
    Queued,
    /// Runs.
    Pending,
    Success,
    Error,
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResultType {
    Completed,
    Error,
    CanceledAsDuplicate,
    PolledNoChanges,
}

/// What started an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvokeType {
    Webhook,
    Scheduled,
    CrossFlow,
    DeployFlow,
    TearDownFlow,
    IntegrationFlowTest,
    IntegrationEndpointTest,
    WebhookSnapshot,
    AiAgent,
}
