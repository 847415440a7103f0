//! One id type per table, so that no id is ever used for the wrong row.
//!
//! Values are UUID version 7 with microseconds: they sort by the time they were made. To the
//! outside an id is the base64 text of `<GraphQL type>:<uuid>`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::DbErr;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Clock, Timestamp};

/// What all id types have in common.
pub trait Id:
    Copy + From<Uuid> + Into<Uuid> + Into<sea_orm::Value> + Send + Sync + 'static
{
    /// The name in front of the colon of a global id.
    const TYPE_NAME: &'static str;

    /// Another name that clients know the same rows by.
    const ALIAS: Option<&'static str> = None;

    fn uuid(self) -> Uuid {
        self.into()
    }

    /// When it was made, to the millisecond.
    fn time(self) -> Timestamp {
        let millis = self.uuid().as_u128() >> 80;
        Timestamp(i64::try_from(millis).unwrap_or_default() * 1_000)
    }

    /// What all ids of this millisecond and later sort behind.
    fn before(time: Timestamp) -> Self {
        let millis = u128::try_from(time.0 / 1_000).unwrap_or_default();
        Self::from(Uuid::from_u128(millis << 80))
    }
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident = $type_name:literal $(or $alias:literal)?;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, DeriveValueType, Serialize,
            Deserialize,
        )]
        pub struct $name(pub Uuid);

        impl Id for $name {
            const TYPE_NAME: &'static str = $type_name;
            $(const ALIAS: Option<&'static str> = Some($alias);)?
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

id_types! {
    AuthorizationId = "Authorization";
    AlertEventId = "AlertEvent";
    AlertGroupId = "AlertGroup";
    AlertMonitorId = "AlertMonitor";
    AlertNoticeId = "AlertNotice";
    AlertWebhookId = "AlertWebhook";
    /// One version of a published component.
    ComponentId = "Component";
    ComponentFileId = "ComponentFile";
    ConfigValueId = "InstanceConfigVariable";
    ConfigVariableId = "RequiredConfigVariable";
    ConnectionTemplateId = "ConnectionTemplate";
    CustomerId = "Customer";
    CustomerTotalId = "CustomerTotalUsageMetrics";
    /// What one customer entered for a scoped variable.
    CustomerVariableId = "CustomerConfigVariable";
    DeliveryAttemptId = "WebhookDeliveryAttempt";
    DeliveryId = "WebhookDelivery";
    DeploymentId = "Deployment";
    EventId = "Event";
    ExecutionId = "InstanceExecutionResult";
    FlowConfigId = "InstanceFlowConfig";
    FlowId = "IntegrationFlow";
    InstanceId = "Instance";
    InstanceProfileId = "InstanceProfile";
    InstanceUsageId = "InstanceDailyUsageMetrics";
    /// One row of an integration: its draft or one published version.
    IntegrationId = "Integration" or "Workflow";
    LogId = "Log";
    LogStreamId = "ExternalLogStream";
    NodeId = "Node";
    OrganizationId = "Organization";
    OrganizationTotalId = "OrgTotalUsageMetrics";
    OrganizationUsageId = "OrgDailyUsageMetrics";
    ScopedVariableId = "ScopedConfigVariable";
    /// What the draft and all versions of an integration share.
    SequenceId = "VersionSequence";
    SigningKeyId = "OrganizationSigningKey";
    StepResultId = "InstanceStepResult";
    TestCaseId = "TestCase";
    UserId = "User";
    UserLevelConfigId = "UserLevelConfig";
    UserLevelValueId = "UserLevelConfigVariable";
    WebhookEndpointId = "WebhookEndpoint";
    /// The row of an integration that is a workflow, as its clients call it.
    WorkflowId = "Workflow";
}

/// Makes ids from the time of a clock and a source of randomness.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Random,
    /// Counts up from a seed: tests get the same ids in every run.
    Seeded(Arc<AtomicU64>),
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ids").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Ids {
    pub fn random(clock: Arc<dyn Clock>) -> Self {
        Self { clock, source: Source::Random }
    }

    /// Ids that depend on nothing but the clock, the seed and how many were made before.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, source: Source::Seeded(Arc::new(AtomicU64::new(seed))) }
    }

    pub fn next<T: Id>(&self) -> T {
        self.at(self.clock.now())
    }

    /// An id that sorts by the given time.
    pub fn at<T: Id>(&self, time: Timestamp) -> T {
        let random = self.bits().to_be_bytes();
        let mut tail = [0; 10];
        tail.copy_from_slice(&random[6..]);
        let micros = u64::try_from(time.0).unwrap_or_default();
        let (millis, fraction) = (micros / 1_000, micros % 1_000);
        // The twelve bits after the milliseconds count quarters of a microsecond.
        let [high, low] = (u16::try_from(fraction).unwrap_or_default() << 2).to_be_bytes();
        (tail[0], tail[1]) = (high, low | (tail[1] & 0b11));
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().into()
    }

    /// 128 bits nobody can guess, as 32 hexadecimal digits.
    pub fn secret(&self) -> String {
        format!("{:032x}", self.bits())
    }

    /// 128 bits nobody can guess.
    pub fn bits(&self) -> u128 {
        match &self.source {
            Source::Random => rand::random(),
            Source::Seeded(counter) => counter.fetch_add(1, Ordering::Relaxed).into(),
        }
    }
}
