//! Monitors: what is watched, under which conditions, and who is told.

use std::sync::Arc;

use domain::Action;
use domain::alert::{Conditions, MonitorInput, Trigger};
use entity::{
    AlertMonitorId, CustomerId, FlowConfigId, Id, InstanceId, IntegrationId, alert_event,
    alert_group, alert_monitor, alert_webhook, flow_config, instance, user,
};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, IntoCondition};

use super::event::{flow_name, instance_name, instances_where, integration_name};
use super::{event, group, trigger, webhook};
use crate::ApiError;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::execution::filters::{in_sequence, instances_of};
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::user::{self as users, customer_name};
use crate::graphql::{Arguments, id, page};

impl page::Noun for alert_monitor::Entity {
    type Id = AlertMonitorId;
    const ID: alert_monitor::Column = alert_monitor::Column::Id;

    fn id(row: &alert_monitor::Model) -> AlertMonitorId {
        row.id
    }
}

pub fn listing() -> Listing<alert_monitor::Entity> {
    use alert_monitor::Column as C;
    let filters = [
        Filter::since("createdAt_Gte", C::CreatedAt),
        Filter::until("createdAt_Lte", C::CreatedAt),
        Filter::id::<FlowConfigId>("flowConfig", C::FlowConfigId),
        Filter::id::<InstanceId>("instance", C::InstanceId),
        Filter::id::<CustomerId>("instance_Customer", C::CustomerId),
        Filter::id_through::<IntegrationId>("instance_Integration", C::InstanceId, instances_of),
        in_sequence("instance_Integration_VersionSequenceId", instance::Column::IntegrationId)
            .through(C::InstanceId, instances_where),
        Filter::contains("instance_Name_Icontains", instance::Column::Name)
            .through(C::InstanceId, instances_where),
        Filter::since("lastTriggeredAt_Gte", C::LastTriggeredAt),
        Filter::until("lastTriggeredAt_Lte", C::LastTriggeredAt),
        Filter::contains("name_Icontains", C::Name),
        Filter::flag("triggered", C::Triggered),
        Filter::since("updatedAt_Gte", C::UpdatedAt),
        Filter::until("updatedAt_Lte", C::UpdatedAt),
    ];
    Listing::new("AlertMonitor").filters(filters.into_iter().chain(trigger::filters())).orders([
        Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
        Order::text_of("CUSTOMER", "The name of the customer.", || {
            customer_name(column(C::CustomerId))
        }),
        Order::text_of("FLOW_CONFIG", "The name of the flow.", || {
            flow_name(column(C::FlowConfigId))
        }),
        Order::text_of("FLOW_CONFIG__FLOW", "The name of the flow.", || {
            flow_name(column(C::FlowConfigId))
        }),
        Order::text_of("INSTANCE", "The name of the instance.", || {
            instance_name(column(C::InstanceId))
        }),
        Order::text_of("INTEGRATION", "The name of the integration.", || {
            integration_name(column(C::InstanceId))
        }),
        Order::number("LAST_TRIGGERED_AT", "When something happened last.", C::LastTriggeredAt),
        Order::text("NAME", "The name.", C::Name),
        Order::flag("TRIGGERED", "Whether something has happened.", C::Triggered),
        trigger::order(),
        Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
    ])
}

fn column(column: alert_monitor::Column) -> Expr {
    Expr::col((alert_monitor::Entity, column))
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(targets(object()));
    registry.query(|query| {
        query
            .by_id::<alert_monitor::Entity>("alertMonitor", "AlertMonitor", "One alert monitor.")
            .list("alertMonitors", "The alert monitors you may see.", listing())
    });
    mutations(registry);
}

const DURATION: &str = "From how many seconds on an execution takes long; noticed while it runs.";
const OVERDUE: &str = "After how many minutes without an execution one is overdue. Counted from \
    the last start, deployment or end of a pause, and not before the monitor was made.";
const SEVERITY: &str = "The least severe log line that counts: a number of `logSeverityLevels`.";
const TRIGGERED: &str = "Whether something has happened since it was cleared. Until it is, \
    people are told at most every 15 minutes.";

fn object() -> Type<alert_monitor::Model> {
    Type::<alert_monitor::Model>::new("AlertMonitor", "Tells people when something happens.")
        .id(|monitor| id::encode(monitor.id))
        .editable::<alert_monitor::Entity>()
        .field("name", "String!", "The name.", |monitor| monitor.name.clone())
        .field("triggered", "Boolean!", TRIGGERED, |monitor| monitor.triggered)
        .field("lastTriggeredAt", "DateTime", "When something happened last.", |monitor| {
            monitor.last_triggered_at
        })
        .field("durationSecondsCondition", "Int", DURATION, |it| it.duration_seconds)
        .field("executionOverdueMinutesCondition", "Int", OVERDUE, |it| it.overdue_minutes)
        .field("logSeverityLevelCondition", "Int", SEVERITY, |it| it.log_severity)
        .field("systemSuspended", "Boolean!", "Whether the platform halted it.", |_| false)
        .field("createdAt", "DateTime!", "When it was made.", |monitor| monitor.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |it| it.updated_at)
        .row::<instance::Entity>(
            "instance",
            "Instance",
            "What it watches; null where that is the whole organization.",
            |monitor| monitor.instance_id,
        )
        .row::<flow_config::Entity>(
            "flowConfig",
            "InstanceFlowConfig",
            "The one flow it watches; null where it watches all flows of the instance.",
            |monitor| monitor.flow_config_id,
        )
        .short_list::<Trigger, _>(
            ("triggers", "AlertTrigger", "What it watches for."),
            &trigger::PARAMETERS,
            |monitor, ask| async move { trigger::chosen(monitor.triggers, &ask.args) },
        )
        .connection::<alert_event::Entity>(
            "events",
            "What has happened, the latest first.",
            event::listing(),
            |monitor| monitor.id.uuid(),
            |id| alert_event::Column::MonitorId.eq(id).into_condition(),
        )
}

fn targets(of: Type<alert_monitor::Model>) -> Type<alert_monitor::Model> {
    let users_about = format!("The people it names, who are told {}.", trigger::HOW_TOLD);
    of.connection::<alert_group::Entity>(
        "groups",
        "The groups it tells.",
        group::listing(),
        |monitor| monitor.id.uuid(),
        group::told_by,
    )
    .connection::<user::Entity>(
        "users",
        &users_about,
        users::listing(),
        |monitor| monitor.id.uuid(),
        group::users_told_by,
    )
    .connection::<alert_webhook::Entity>(
        "webhooks",
        "The webhooks it tells.",
        webhook::listing(),
        |monitor| monitor.id.uuid(),
        webhook::told_by,
    )
}

impl<T: Send + Sync + 'static> Type<T> {
    /// The monitors of an instance or of one of its flows.
    pub fn monitors(
        self,
        about: &str,
        parent: impl Fn(&T) -> uuid::Uuid + Send + Sync + 'static,
        children: page::Children,
    ) -> Self {
        self.connection::<alert_monitor::Entity>("monitors", about, listing(), parent, children)
    }

    /// Whether the viewer may add monitors.
    pub fn allows_monitors(self) -> Self {
        self.allows_noun(
            "allowAddAlertMonitor",
            domain::Noun::AlertMonitor,
            Action::Create,
            "Whether you may add alert monitors.",
        )
    }
}

const PAYLOAD: Parameter = ("alertMonitor", "AlertMonitor", "The monitor; null on errors.");

const INPUTS: [Parameter; 9] = [
    ("instance", "ID", "What it watches; must be left out for triggers of the organization."),
    ("flowConfig", "ID", "The one flow of the instance that it watches; all unless given."),
    ("triggers", "[ID]", "What it watches for: one or more of `alertTriggers`."),
    ("durationSecondsCondition", "Int", "1 to 86,400; with the trigger that needs it."),
    ("executionOverdueMinutesCondition", "Int", "1 to 527,040; with the trigger that needs it."),
    ("logSeverityLevelCondition", "Int", "0 to 5; with the trigger that needs it."),
    ("groups", "[ID]", "The groups it tells; replaces all of them."),
    ("users", "[ID]", "The people it tells; replaces all of them."),
    ("webhooks", "[ID]", "The webhooks it tells; replaces all of them."),
];

fn mutations(registry: &mut Registry) {
    Mutation::new("createAlertMonitor", "Adds a monitor.", PAYLOAD)
        .inputs([("name", "String!", "The name.")])
        .inputs(INPUTS)
        .run(registry, |input, ask| async move {
            let input = read(&input)?;
            Ok(Arc::new(domain::alert::create(ask.env(), ask.viewer(), input).await?))
        });
    Mutation::new("updateAlertMonitor", "Changes what is given of a monitor.", PAYLOAD)
        .inputs([("id", "ID", "The monitor."), ("name", "String", "The name.")])
        .inputs(INPUTS)
        .run(registry, |input, ask| async move {
            let (id, input) = (input.require_id("id")?, read(&input)?);
            Ok(Arc::new(domain::alert::update(ask.env(), ask.viewer(), id, input).await?))
        });
    let about = "Says that somebody has seen to it: what happens next is told at once.";
    Mutation::new("clearAlertMonitor", about, PAYLOAD).inputs([("id", "ID", "The monitor.")]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::alert::clear(ask.env(), ask.viewer(), id).await?))
        },
    );
    Mutation::new("deleteAlertMonitor", "Deletes a monitor with its events.", PAYLOAD)
        .inputs([("id", "ID", "The monitor.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::alert::delete(ask.env(), ask.viewer(), id).await?))
        });
}

fn read(input: &Arguments) -> Result<MonitorInput, ApiError> {
    let number = |name| {
        let number = input.int(name)?;
        Ok::<_, ApiError>(number.map(|number| i32::try_from(number).unwrap_or(i32::MAX)))
    };
    Ok(MonitorInput {
        name: input.text("name")?,
        instance: input.id("instance")?,
        flow_config: input.id("flowConfig")?,
        triggers: trigger::read_all(input)?,
        conditions: Conditions {
            duration_seconds: number("durationSecondsCondition")?,
            overdue_minutes: number("executionOverdueMinutesCondition")?,
            log_severity: number("logSeverityLevelCondition")?,
        },
        groups: input.ids("groups")?,
        users: input.ids("users")?,
        webhooks: input.ids("webhooks")?,
    })
}
