//! What is watched, in memory: runs ask here instead of the database.
//!
//! Changes made on this node are here before their author hears that they are made. Those of other
//! nodes are noticed by [`Watches::follow`], which compares the revisions of all monitors.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use entity::{
    AlertMonitorId, CustomerId, FlowConfigId, InstanceId, OrganizationId, alert_monitor, log,
};
use sea_orm::ActiveEnum;
use tokio::sync::Mutex;

use super::Trigger;
use crate::env::Env;
use crate::error::Error;
use crate::token;

/// What a monitor watches for.
#[derive(Clone, Debug)]
pub struct Watch {
    pub monitor: AlertMonitorId,
    pub organization: OrganizationId,
    pub customer: Option<CustomerId>,
    pub instance: Option<InstanceId>,
    /// The one flow it is about.
    pub flow_config: Option<FlowConfigId>,
    pub duration_seconds: Option<i32>,
    log_severity: Option<i32>,
    triggers: i32,
}

/// All monitors.
#[derive(Debug, Default)]
pub struct Watches {
    known: RwLock<Known>,
    /// Held while the database is read: what was read first is never put over what was read last.
    reading: Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    by_instance: HashMap<InstanceId, Arc<[Watch]>>,
    /// Those of no instance.
    global: Vec<Watch>,
    /// Number and revisions of all monitors when they were read.
    fingerprint: (i64, i64),
}

impl Watch {
    pub(super) fn of(row: &alert_monitor::Model) -> Self {
        Self {
            monitor: row.id,
            organization: row.organization_id,
            customer: row.customer_id,
            instance: row.instance_id,
            flow_config: row.flow_config_id,
            duration_seconds: row.duration_seconds,
            log_severity: row.log_severity,
            triggers: row.triggers,
        }
    }

    pub fn is_for(&self, trigger: Trigger) -> bool {
        self.triggers & trigger.bit() != 0
    }

    /// Whether a line is severe enough. Measurements never are.
    pub fn counts(&self, severity: log::Severity) -> bool {
        let is_level = severity != log::Severity::Metric;
        is_level && self.log_severity.is_some_and(|least| severity.to_value() >= least)
    }
}

impl Watches {
    /// The monitors that watch a flow of an instance.
    pub fn of(&self, instance: InstanceId, flow: FlowConfigId) -> Vec<Watch> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let Some(watches) = known.by_instance.get(&instance) else { return Vec::new() };
        let concerns = |watch: &&Watch| watch.flow_config.is_none_or(|only| only == flow);
        watches.iter().filter(concerns).cloned().collect()
    }

    /// The monitors of an organization that watch no instance.
    pub fn global(&self, organization: OrganizationId, trigger: Trigger) -> Vec<Watch> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let concerns = |it: &&Watch| it.organization == organization && it.is_for(trigger);
        known.global.iter().filter(concerns).cloned().collect()
    }

    /// Reads all monitors again.
    pub async fn reload(&self, env: &Env) -> Result<(), Error> {
        let _reading = self.reading.lock().await;
        let fingerprint = token::alerts::fingerprint(env).await?;
        let rows = token::alerts::monitors(env, None).await?;
        let (mut by_instance, mut global) = (HashMap::<_, Vec<_>>::new(), Vec::new());
        for watch in rows.iter().map(Watch::of) {
            match watch.instance {
                Some(instance) => by_instance.entry(instance).or_default().push(watch),
                None => global.push(watch),
            }
        }
        let by_instance = by_instance.into_iter().map(|(id, list)| (id, list.into())).collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known { by_instance, global, fingerprint };
        Ok(())
    }

    /// Reads the monitors of one instance again.
    pub async fn refresh(&self, env: &Env, instance: InstanceId) -> Result<(), Error> {
        let _reading = self.reading.lock().await;
        let rows = token::alerts::monitors(env, Some(instance)).await?;
        let watches: Vec<_> = rows.iter().map(Watch::of).collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if watches.is_empty() {
            known.by_instance.remove(&instance);
        } else {
            known.by_instance.insert(instance, watches.into());
        }
        Ok(())
    }

    /// Reads everything again if anybody has changed anything.
    pub async fn follow(&self, env: &Env) -> Result<(), Error> {
        let now = token::alerts::fingerprint(env).await?;
        let seen = self.known.read().unwrap_or_else(PoisonError::into_inner).fingerprint;
        if now == seen { Ok(()) } else { self.reload(env).await }
    }
}
