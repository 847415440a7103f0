//! Telling people: one message for each who is to hear of it, written in the transaction that
//! decides so.

use std::collections::HashSet;

use entity::alert_notice::Channel;
use entity::delivery::TargetKind;
use entity::{
    alert_event, alert_link, alert_monitor, alert_notice, alert_webhook, customer, flow_config,
    instance, integration, integration_flow, organization, user,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::Trigger;
use super::template::{Facts, fill, is_json};
use super::webhook::headers_of;
use crate::delivery::{Message, Target, enqueue};
use crate::env::Env;
use crate::error::Error;
use crate::global_id;
use crate::rows;
use crate::viewer::{Governed, Viewer};

/// Characters of a text message.
const TEXT_CHARS_MAX: usize = 300;

/// Tells everybody whom the monitor names of an event, and how many there were.
pub(super) async fn notify(
    env: &Env,
    tx: &DatabaseTransaction,
    monitor: &alert_monitor::Model,
    event: &alert_event::Model,
    count: i32,
) -> Result<(), Error> {
    let targets = targets(tx, monitor).await?;
    if targets.is_empty() {
        return Ok(());
    }
    let facts = facts(tx, monitor, event, count).await?;
    let system = Viewer::System(monitor.organization_id);
    let users = system.rows::<user::Entity>();
    let users = users.filter(user::Column::Id.is_in(targets.iter().copied())).all(tx).await?;
    let webhooks = system.rows::<alert_webhook::Entity>();
    let known = alert_webhook::Column::Id.is_in(targets.iter().copied());
    let webhooks = webhooks.filter(known).all(tx).await?;
    let letters = Letters { env, monitor, facts: &facts };
    let notices = users.iter().flat_map(|user| letters.to_user(user));
    rows::insert_all::<alert_notice::Entity>(tx, notices.collect()).await?;
    for webhook in &webhooks {
        letters.to_webhook(tx, webhook).await?;
    }
    Ok(())
}

/// What the monitor names, and what the groups it names consist of.
async fn targets(
    tx: &DatabaseTransaction,
    monitor: &alert_monitor::Model,
) -> Result<HashSet<Uuid>, Error> {
    let mut all: HashSet<Uuid> = HashSet::new();
    let mut owners = vec![monitor.id.0];
    // Groups consist of users and webhooks, which own nothing.
    for _ in 0..2 {
        let links = Viewer::System(monitor.organization_id).rows::<alert_link::Entity>();
        let found: Vec<Uuid> = links
            .filter(alert_link::Column::OwnerId.is_in(owners))
            .select_only()
            .column(alert_link::Column::TargetId)
            .into_tuple()
            .all(tx)
            .await?;
        all.extend(found.iter().copied());
        owners = found;
    }
    Ok(all)
}

async fn facts(
    tx: &DatabaseTransaction,
    monitor: &alert_monitor::Model,
    event: &alert_event::Model,
    count: i32,
) -> Result<Facts, Error> {
    let find = Find { tx, system: Viewer::System(monitor.organization_id) };
    let instance = find.row::<instance::Entity>(event.instance_id).await?;
    let customer = find.row::<customer::Entity>(event.customer_id).await?;
    let organization = find.row::<organization::Entity>(Some(event.organization_id)).await?;
    let version = instance.as_ref().map(|row| row.integration_id);
    let integration = find.row::<integration::Entity>(version).await?;
    let config = find.row::<flow_config::Entity>(event.flow_config_id).await?;
    let flow = match config {
        Some(config) => {
            let rows = find.system.rows::<integration_flow::Entity>();
            rows.filter(integration_flow::Column::Id.eq(config.flow_id)).one(tx).await?
        }
        None => None,
    };
    Ok(Facts {
        monitor: monitor.name.clone(),
        trigger: Trigger::by_bit(event.trigger).map_or("", Trigger::name),
        organization: organization.map(|row| row.name).unwrap_or_default(),
        customer_external_id: customer
            .as_ref()
            .and_then(|row| row.external_id.clone())
            .unwrap_or_default(),
        customer: customer.map(|row| row.name).unwrap_or_default(),
        instance_id: event.instance_id.map(global_id).unwrap_or_default(),
        instance: instance.map(|row| row.name).unwrap_or_default(),
        integration: integration.map(|row| row.name).unwrap_or_default(),
        flow: flow.map(|row| row.name).unwrap_or_default(),
        execution_id: event.execution_id.map(global_id).unwrap_or_default(),
        step: event.step.clone().unwrap_or_default(),
        details: event.details.clone(),
        at: event.created_at.to_iso(),
        count,
    })
}

struct Find<'a> {
    tx: &'a DatabaseTransaction,
    system: Viewer,
}

impl Find<'_> {
    async fn row<E: Governed>(&self, id: Option<E::Id>) -> Result<Option<E::Model>, Error> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.system.rows::<E>().filter(E::ID.eq(id)).one(self.tx).await?)
    }
}

/// The messages of one alert.
struct Letters<'a> {
    env: &'a Env,
    monitor: &'a alert_monitor::Model,
    facts: &'a Facts,
}

impl Letters<'_> {
    /// A mail, and a text message to those who have a phone.
    fn to_user(&self, user: &user::Model) -> Vec<alert_notice::Model> {
        let mut messages = vec![self.notice(Channel::Mail, &user.email, letter(self.facts))];
        if !user.phone.is_empty() {
            let text = format!("{}: {}", subject(self.facts), self.facts.details);
            let text = text.chars().take(TEXT_CHARS_MAX).collect();
            messages.push(self.notice(Channel::TextMessage, &user.phone, text));
        }
        messages
    }

    async fn to_webhook(
        &self,
        tx: &DatabaseTransaction,
        webhook: &alert_webhook::Model,
    ) -> Result<(), Error> {
        let headers = headers_of(self.env, webhook).await?;
        let is_json = is_json(&webhook.payload_template);
        let kind = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
        let kind = ("Content-Type".to_owned(), kind.to_owned());
        let message = Message {
            url: webhook.url.clone(),
            headers: headers.into_iter().chain([kind]).collect(),
            body: fill(&webhook.payload_template, self.facts),
        };
        let target = Target {
            organization: webhook.organization_id,
            kind: TargetKind::AlertWebhook,
            id: webhook.id.0,
        };
        enqueue(self.env, tx, target, &subject(self.facts), &message).await?;
        Ok(())
    }

    fn notice(&self, channel: Channel, recipient: &str, body: String) -> alert_notice::Model {
        let now = self.env.now();
        alert_notice::Model {
            id: self.env.ids.at(now),
            organization_id: self.monitor.organization_id,
            channel,
            recipient: recipient.to_owned(),
            subject: subject(self.facts),
            body,
            attempts: 0,
            next_at: now,
            created_at: now,
        }
    }
}

/// One line, whatever the names consist of.
fn subject(facts: &Facts) -> String {
    let count = if facts.count > 1 { format!(" ({} times)", facts.count) } else { String::new() };
    let place = if facts.instance.is_empty() { &facts.organization } else { &facts.instance };
    format!("[Alert] {}: {} – {place}{count}", facts.monitor, facts.trigger)
}

/// Facts as lines of `name: value`; what is not known is left out.
fn letter(facts: &Facts) -> String {
    let count = if facts.count > 1 { facts.count.to_string() } else { String::new() };
    let lines = [
        ("Monitor", facts.monitor.as_str()),
        ("Trigger", facts.trigger),
        ("Organization", &facts.organization),
        ("Customer", &facts.customer),
        ("Instance", &facts.instance),
        ("Integration", &facts.integration),
        ("Flow", &facts.flow),
        ("Step", &facts.step),
        ("Execution", &facts.execution_id),
        ("Time", &facts.at),
        ("Times since the last message", &count),
    ];
    let known = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<_> = known.map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{}\n\n{}\n", facts.details, lines.join("\n"))
}
