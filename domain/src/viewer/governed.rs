//! Which tables the policy speaks of.

use entity::{
    AlertEventId, AlertGroupId, AlertMonitorId, AlertWebhookId, ComponentId, ConnectionTemplateId,
    CustomerId, CustomerVariableId, DeliveryId, ExecutionId, FlowConfigId, InstanceId,
    InstanceProfileId, IntegrationId, LogStreamId, OrganizationId, ScopedVariableId, SigningKeyId,
    TenantOwned, TestCaseId, UserId, UserLevelConfigId, WebhookEndpointId, alert_event,
    alert_group, alert_monitor, alert_webhook, component, connection_template, customer,
    customer_variable, delivery, execution, flow_config, instance, instance_profile, integration,
    log_stream, organization, organization_signing_key, scoped_variable, test_case, user,
    user_level_config, webhook_endpoint,
};

use crate::error::Kind;
use crate::policy::Noun;

/// A table whose rows are found by id and that the policy speaks of.
pub trait Governed: TenantOwned {
    type Id: Into<sea_orm::Value> + Copy + Send;
    const ID: Self::Column;
    const KIND: Kind;

    fn noun_of(row: &Self::Model) -> Noun;

    fn customer_of(row: &Self::Model) -> Option<CustomerId>;
}

macro_rules! governed {
    ($($table:ident($id:ty): $kind:ident, $noun:expr, $customer:expr;)*) => {$(
        impl Governed for $table::Entity {
            type Id = $id;
            const ID: Self::Column = $table::Column::Id;
            const KIND: Kind = Kind::$kind;

            fn noun_of(row: &Self::Model) -> Noun {
                let noun: fn(&Self::Model) -> Noun = $noun;
                noun(row)
            }

            fn customer_of(row: &Self::Model) -> Option<CustomerId> {
                let customer: fn(&Self::Model) -> Option<CustomerId> = $customer;
                customer(row)
            }
        }
    )*};
}

governed! {
    organization(OrganizationId): Organization, |_| Noun::Organization, |_| None;
    customer(CustomerId): Customer, |_| Noun::Customer, |row| Some(row.id);
    user(UserId): User, noun_of_user, |row| row.customer_id;
    integration(IntegrationId): Integration, |_| Noun::Integration, |row| row.customer_id;
    component(ComponentId): Component, |_| Noun::Component, |row| row.customer_id;
    test_case(TestCaseId): TestCase, |_| Noun::TestCase, |row| row.customer_id;
    scoped_variable(ScopedVariableId):
        ScopedVariable, |_| Noun::ScopedVariable, |row| row.customer_id;
    connection_template(ConnectionTemplateId):
        ConnectionTemplate, |_| Noun::ConnectionTemplate, |_| None;
    customer_variable(CustomerVariableId):
        CustomerVariable, |_| Noun::CustomerVariable, |row| row.customer_id;
    instance(InstanceId): Instance, |_| Noun::Instance, |row| Some(row.customer_id);
    instance_profile(InstanceProfileId): InstanceProfile, |_| Noun::InstanceProfile, |_| None;
    flow_config(FlowConfigId): FlowConfig, |_| Noun::Instance, |row| Some(row.customer_id);
    webhook_endpoint(WebhookEndpointId): WebhookEndpoint, |_| Noun::WebhookEndpoint, |_| None;
    organization_signing_key(SigningKeyId): SigningKey, |_| Noun::Embedding, |_| None;
    log_stream(LogStreamId): LogStream, |_| Noun::LogStream, |_| None;
    delivery(DeliveryId): Delivery, |_| Noun::WebhookEndpoint, |_| None;
    user_level_config(UserLevelConfigId): UserLevelConfig, |_| Noun::UserLevelConfig,
        |row| Some(row.customer_id);
    execution(ExecutionId): Execution, |_| Noun::Instance, |row| Some(row.customer_id);
    alert_monitor(AlertMonitorId): AlertMonitor, |_| Noun::AlertMonitor, |row| row.customer_id;
    alert_event(AlertEventId): AlertEvent, |_| Noun::AlertMonitor, |row| row.customer_id;
    alert_group(AlertGroupId): AlertGroup, |_| Noun::AlertGroup, |_| None;
    alert_webhook(AlertWebhookId): AlertWebhook, |_| Noun::AlertWebhook, |_| None;
}

fn noun_of_user(user: &user::Model) -> Noun {
    match user.customer_id {
        Some(_) => Noun::CustomerUser,
        None => Noun::OrganizationUser,
    }
}
