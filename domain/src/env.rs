//! Everything outside of the operations, built once when the server starts.

use std::sync::{Arc, OnceLock};

use anyhow::Context;
use entity::{Clock, Db, Ids, InstanceId, Timestamp};
use uuid::Uuid;

use crate::alert::Watches;
use crate::embedded;
use crate::instance::wizard::DataSources;
use crate::secrets::Secrets;
use crate::{log_stream, oauth, sign_in};

/// Hears of every committed change to what an instance runs.
pub type InstanceListener = Box<dyn Fn(InstanceId) + Send + Sync>;

/// Hears that the limit of a customer has changed.
pub type LimitListener = Box<dyn Fn() + Send + Sync>;

/// Hears that a transaction with queued executions was committed.
pub type WorkListener = Box<dyn Fn() + Send + Sync>;

/// Hears whose rows a committed transaction has deleted: ids of instances and of sequences of
/// integrations.
pub type RemovalListener = Box<dyn Fn(&[Uuid]) + Send + Sync>;

/// Hears that a removal has begun.
pub type MarkListener = Box<dyn Fn() + Send + Sync>;

/// Hears that something may come due earlier than was known.
pub type ScheduleListener = Box<dyn Fn() + Send + Sync>;

/// Hears that there may be something to deliver.
pub type DeliveryListener = Box<dyn Fn() + Send + Sync>;

/// Hears that instances are to be deployed again.
pub type RedeploymentListener = Box<dyn Fn() + Send + Sync>;

/// Hears that something has happened that alert monitors watch for, or that a monitor has changed.
pub type AlertListener = Box<dyn Fn() + Send + Sync>;

pub struct Env {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub ids: Ids,
    pub secrets: Secrets,
    /// The components that definitions may use.
    pub vocabulary: Arc<dyn flow::Vocabulary + Send + Sync>,
    /// Base of trigger URLs, without a slash at the end.
    pub public_url: String,
    /// The way out, for whoever has to ask somebody else; set when a server starts.
    pub egress: OnceLock<egress::Client>,
    pub authorizations: oauth::Memory,
    /// What tokens of embedded users are verified with.
    pub embedding: embedded::Memory,
    pub log_streams: log_stream::Hub,
    pub sign_in: sign_in::Desk,
    /// Within how many seconds after their slots schedules start something, each at a moment of its
    /// own; 0 for at once.
    pub schedule_jitter_seconds: u32,
    /// What alert monitors watch.
    pub watches: Watches,
    /// Performs data sources; set when a server starts.
    pub data_sources: OnceLock<DataSources>,
    pub on_alert: OnceLock<AlertListener>,
    pub on_instance_change: OnceLock<InstanceListener>,
    pub on_work: OnceLock<WorkListener>,
    pub on_mark: OnceLock<MarkListener>,
    pub on_removal: OnceLock<RemovalListener>,
    pub on_schedule_change: OnceLock<ScheduleListener>,
    pub on_limit_change: OnceLock<LimitListener>,
    pub on_delivery: OnceLock<DeliveryListener>,
    pub on_redeployment: OnceLock<RedeploymentListener>,
}

impl Env {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The way out; commands that only use the database have none.
    pub fn egress(&self) -> anyhow::Result<&egress::Client> {
        self.egress.get().context("nothing is sent from here")
    }

    pub(crate) fn instances_changed(&self, instances: &[InstanceId]) {
        if let Some(listener) = self.on_instance_change.get() {
            for id in instances {
                listener(*id);
            }
        }
    }

    pub(crate) fn owners_removed(&self, owners: &[Uuid]) {
        if let Some(listener) = self.on_removal.get() {
            listener(owners);
        }
    }

    pub(crate) fn limits_changed(&self) {
        if let Some(listener) = self.on_limit_change.get() {
            listener();
        }
    }

    /// To be called after the commit.
    pub fn alerts_arrived(&self) {
        if let Some(listener) = self.on_alert.get() {
            listener();
        }
    }

    /// These instances, or what they belong to, were marked as removed.
    pub(crate) fn marked(&self, instances: &[InstanceId]) {
        self.instances_changed(instances);
        self.alerts_arrived();
        self.work_arrived();
        if let Some(listener) = self.on_mark.get() {
            listener();
        }
    }

    /// To be called after the commit.
    pub fn work_arrived(&self) {
        if let Some(listener) = self.on_work.get() {
            listener();
        }
    }

    /// To be called after the commit of an event or of something else to deliver.
    pub fn deliveries_arrived(&self) {
        if let Some(listener) = self.on_delivery.get() {
            listener();
        }
    }

    /// To be called after the commit that queues instances.
    pub fn redeployments_arrived(&self) {
        if let Some(listener) = self.on_redeployment.get() {
            listener();
        }
    }

    pub fn schedules_changed(&self) {
        if let Some(listener) = self.on_schedule_change.get() {
            listener();
        }
    }
}
