//! What has happened to monitors.

use entity::{
    AlertEventId, AlertMonitorId, CustomerId, FlowConfigId, InstanceId, IntegrationId, alert_event,
    alert_monitor, instance, integration, integration_flow,
};
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::trigger;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::execution::filters::instances_of;
use crate::graphql::filter::Filter;
use crate::graphql::order::Order;
use crate::graphql::user::customer_name;
use crate::graphql::{id, page};

impl page::Noun for alert_event::Entity {
    type Id = AlertEventId;
    const ID: alert_event::Column = alert_event::Column::Id;

    fn id(row: &alert_event::Model) -> AlertEventId {
        row.id
    }
}

/// The latest come first.
pub fn listing() -> Listing<alert_event::Entity> {
    use alert_event::Column as C;
    Listing::new("AlertEvent")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::contains("details_Icontains", C::Details),
            Filter::id::<AlertMonitorId>("monitor", C::MonitorId),
            Filter::id::<FlowConfigId>("monitor_FlowConfig", alert_monitor::Column::FlowConfigId)
                .through(C::MonitorId, monitors_where),
            Filter::id::<InstanceId>("monitor_Instance", C::InstanceId),
            Filter::id::<CustomerId>("monitor_Instance_Customer", C::CustomerId),
            Filter::id_through::<IntegrationId>(
                "monitor_Instance_Integration",
                C::InstanceId,
                instances_of,
            ),
            Filter::contains("monitor_Instance_Name_Icontains", instance::Column::Name)
                .through(C::InstanceId, instances_where),
            Filter::contains("monitor_Name_Icontains", alert_monitor::Column::Name)
                .through(C::MonitorId, monitors_where),
        ])
        .orders([
            Order::age("CREATED_AT", "When it happened."),
            Order::text_of("CUSTOMER", "The name of the customer.", || {
                customer_name(column(C::CustomerId))
            }),
            Order::text("DETAILS", "What happened, in words.", C::Details),
            Order::text_of("FLOW_CONFIG", "The name of the flow.", || {
                flow_name(column(C::FlowConfigId))
            }),
            Order::text_of("INSTANCE", "The name of the instance.", || {
                instance_name(column(C::InstanceId))
            }),
            Order::text_of("INTEGRATION", "The name of the integration.", || {
                integration_name(column(C::InstanceId))
            }),
            Order::text_of("MONITOR", "The name of the monitor.", monitor_name),
            trigger::order_of_events(),
        ])
        .newest_first()
}

fn column(column: alert_event::Column) -> Expr {
    Expr::col((alert_event::Entity, column))
}

fn monitor_name() -> SelectStatement {
    let id = (alert_monitor::Entity, alert_monitor::Column::Id);
    Query::select()
        .column((alert_monitor::Entity, alert_monitor::Column::Name))
        .from(alert_monitor::Entity)
        .and_where(Expr::col(id).equals((alert_event::Entity, alert_event::Column::MonitorId)))
        .take()
}

/// The ids of monitors for which this holds.
fn monitors_where(holds: Condition) -> SelectStatement {
    Query::select()
        .column((alert_monitor::Entity, alert_monitor::Column::Id))
        .from(alert_monitor::Entity)
        .cond_where(holds)
        .take()
}

/// The ids of instances for which this holds.
pub fn instances_where(holds: Condition) -> SelectStatement {
    Query::select()
        .column((instance::Entity, instance::Column::Id))
        .from(instance::Entity)
        .cond_where(holds)
        .take()
}

/// The name of the instance with this id.
pub fn instance_name(id: Expr) -> SelectStatement {
    Query::select()
        .column((instance::Entity, instance::Column::Name))
        .from(instance::Entity)
        .and_where(Expr::col((instance::Entity, instance::Column::Id)).eq(id))
        .take()
}

/// The name of the integration of the instance with this id.
pub fn integration_name(id: Expr) -> SelectStatement {
    let integration_id = (instance::Entity, instance::Column::IntegrationId);
    Query::select()
        .column((integration::Entity, integration::Column::Name))
        .from(integration::Entity)
        .inner_join(
            instance::Entity,
            Expr::col(integration_id).equals((integration::Entity, integration::Column::Id)),
        )
        .and_where(Expr::col((instance::Entity, instance::Column::Id)).eq(id))
        .take()
}

/// The name of the flow of the flow config with this id.
pub fn flow_name(id: Expr) -> SelectStatement {
    use entity::flow_config;
    let flow_id = (flow_config::Entity, flow_config::Column::FlowId);
    Query::select()
        .column((integration_flow::Entity, integration_flow::Column::Name))
        .from(integration_flow::Entity)
        .inner_join(
            flow_config::Entity,
            Expr::col(flow_id).equals((integration_flow::Entity, integration_flow::Column::Id)),
        )
        .and_where(Expr::col((flow_config::Entity, flow_config::Column::Id)).eq(id))
        .take()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query.by_id::<alert_event::Entity>("alertEvent", "AlertEvent", "One alert event.").list(
            "alertEvents",
            "What has happened to the monitors you may see, the latest first.",
            listing(),
        )
    });
}

fn object() -> Type<alert_event::Model> {
    let about = "Something that happened and that a monitor watches for. A monitor keeps its \
        latest 10,000.";
    Type::<alert_event::Model>::new("AlertEvent", about)
        .id(|event| id::encode(event.id))
        .fixed()
        .field("details", "String!", "What happened, in words.", |event| event.details.clone())
        .field("createdAt", "DateTime!", "When it happened.", |event| event.created_at)
        .row::<alert_monitor::Entity>("monitor", "AlertMonitor!", "The monitor.", |event| {
            Some(event.monitor_id)
        })
}
