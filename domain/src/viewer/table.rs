//! The tables that users read, in families.

use std::any::TypeId;

use entity::{
    alert_event, alert_group, alert_monitor, alert_webhook, authorization, component,
    component_file, config_value, config_variable, connection_template, customer, customer_total,
    customer_variable, delivery, delivery_attempt, deployment, event, execution, flow_config,
    instance, instance_profile, instance_usage, integration, integration_flow, log, log_stream,
    organization, organization_signing_key, organization_total, organization_usage,
    scoped_variable, step_result, test_case, user, user_level_config, user_level_value,
    webhook_endpoint,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{Condition, EntityTrait};

/// The families of tables that the policy tells apart.
#[derive(Clone, Copy)]
pub enum Table {
    Organization,
    Customer,
    User,
    Integration,
    /// Names the column that leads to the integration.
    PartOfIntegration(&'static str),
    /// As above, but some are for the organization's eyes only.
    ConfigVariable,
    /// Seen by the organization, and by the customer who owns the integration.
    TestCase,
    /// Of the organization, or of a customer: others than that customer do not see it.
    Component,
    /// Those that customers fill in are seen by customers as well.
    ScopedVariable,
    /// Their names are seen by all who build integrations; what they set is another matter.
    ConnectionTemplate,
    CustomerVariable,
    Instance,
    PartOfInstance,
    /// The same, or part of a connection.
    Log,
    /// What a user configured for themselves.
    PartOfUser,
    /// Of a connection, by whatever it is stored.
    Authorization,
    /// What people who may see webhook endpoints see.
    PartOfWebhooks,
    /// As above; what goes to alert webhooks is not among it.
    Delivery,
    DeliveryAttempt,
    /// A monitor of an instance, of the whole organization, or what happened to one.
    PartOfMonitor,
    /// Whom monitors tell.
    AlertTarget,
    InstanceProfile,
    LogStream,
    SigningKey,
    OrganizationUsage,
    CustomerTotal,
}

impl Table {
    /// None for tables that no user reads.
    pub fn of<E: EntityTrait>() -> Option<Self> {
        let known = [
            (TypeId::of::<organization::Entity>(), Self::Organization),
            (TypeId::of::<customer::Entity>(), Self::Customer),
            (TypeId::of::<user::Entity>(), Self::User),
            (TypeId::of::<integration::Entity>(), Self::Integration),
            (TypeId::of::<integration_flow::Entity>(), Self::PartOfIntegration("integration_id")),
            (TypeId::of::<config_variable::Entity>(), Self::ConfigVariable),
            (TypeId::of::<test_case::Entity>(), Self::TestCase),
            (TypeId::of::<component::Entity>(), Self::Component),
            (TypeId::of::<component_file::Entity>(), Self::Component),
            (TypeId::of::<scoped_variable::Entity>(), Self::ScopedVariable),
            (TypeId::of::<customer_variable::Entity>(), Self::CustomerVariable),
            (TypeId::of::<connection_template::Entity>(), Self::ConnectionTemplate),
            (TypeId::of::<instance::Entity>(), Self::Instance),
            (TypeId::of::<authorization::Entity>(), Self::Authorization),
            (TypeId::of::<config_value::Entity>(), Self::PartOfInstance),
            (TypeId::of::<user_level_config::Entity>(), Self::PartOfUser),
            (TypeId::of::<user_level_value::Entity>(), Self::PartOfUser),
            (TypeId::of::<flow_config::Entity>(), Self::PartOfInstance),
            (TypeId::of::<deployment::Entity>(), Self::PartOfInstance),
            (TypeId::of::<execution::Entity>(), Self::PartOfInstance),
            (TypeId::of::<step_result::Entity>(), Self::PartOfInstance),
            (TypeId::of::<log::Entity>(), Self::Log),
            (TypeId::of::<webhook_endpoint::Entity>(), Self::PartOfWebhooks),
            (TypeId::of::<event::Entity>(), Self::PartOfWebhooks),
            (TypeId::of::<delivery::Entity>(), Self::Delivery),
            (TypeId::of::<delivery_attempt::Entity>(), Self::DeliveryAttempt),
            (TypeId::of::<alert_monitor::Entity>(), Self::PartOfMonitor),
            (TypeId::of::<alert_event::Entity>(), Self::PartOfMonitor),
            (TypeId::of::<alert_group::Entity>(), Self::AlertTarget),
            (TypeId::of::<alert_webhook::Entity>(), Self::AlertTarget),
            (TypeId::of::<instance_profile::Entity>(), Self::InstanceProfile),
            (TypeId::of::<log_stream::Entity>(), Self::LogStream),
            (TypeId::of::<organization_signing_key::Entity>(), Self::SigningKey),
            (TypeId::of::<instance_usage::Entity>(), Self::PartOfInstance),
            (TypeId::of::<organization_usage::Entity>(), Self::OrganizationUsage),
            (TypeId::of::<organization_total::Entity>(), Self::OrganizationUsage),
            (TypeId::of::<customer_total::Entity>(), Self::CustomerTotal),
        ];
        known.into_iter().find(|(id, _)| *id == TypeId::of::<E>()).map(|(_, table)| table)
    }

    /// What is being removed is gone for users, with everything that belongs to it.
    pub fn not_removed<E: EntityTrait>(self) -> Condition {
        let is_not_marked = || Expr::col((E::default(), MARK)).is_null().into_condition();
        let is_of_none = |column: &'static str, marked| {
            Expr::col((E::default(), column)).not_in_subquery(marked).into_condition()
        };
        match self {
            Self::Organization
            | Self::User
            | Self::PartOfWebhooks
            | Self::Delivery
            | Self::DeliveryAttempt
            | Self::AlertTarget
            | Self::ConnectionTemplate
            | Self::LogStream
            | Self::SigningKey
            | Self::OrganizationUsage => Condition::all(),
            Self::ScopedVariable | Self::CustomerVariable | Self::Component => {
                let is_shared = Expr::col((E::default(), "customer_id")).is_null();
                let marked = marked::<customer::Entity>();
                Condition::any().add(is_shared).add(is_of_none("customer_id", marked))
            }
            Self::CustomerTotal => is_of_none("customer_id", marked::<customer::Entity>()),
            Self::Customer | Self::Integration | Self::Instance => is_not_marked(),
            Self::PartOfIntegration(column) => is_of_none(column, marked::<integration::Entity>()),
            Self::ConfigVariable | Self::TestCase => {
                is_of_none("integration_id", marked::<integration::Entity>())
            }
            Self::PartOfInstance | Self::PartOfUser => {
                is_of_none("instance_id", marked::<instance::Entity>())
            }
            Self::Authorization => is_of_none("owner_id", marked::<instance::Entity>()),
            Self::PartOfMonitor | Self::Log | Self::InstanceProfile => {
                let is_global = Expr::col((E::default(), "instance_id")).is_null();
                let marked = marked::<instance::Entity>();
                Condition::any().add(is_global).add(is_of_none("instance_id", marked))
            }
        }
    }
}

/// The column that says since when a row is being removed.
const MARK: &str = "removed_at";

/// The ids of what is being removed.
fn marked<E: EntityTrait>() -> SelectStatement {
    Query::select().column("id").from(E::default()).and_where(Expr::col(MARK).is_not_null()).take()
}
