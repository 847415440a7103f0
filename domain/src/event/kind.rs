//! The types of events, once each.

use std::fmt;

use entity::integration::Variant;

macro_rules! event_types {
    ($($event:ident = $name:literal, $label:literal;)*) => {
        /// What has happened.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum EventType {
            $($event,)*
        }

        impl EventType {
            pub const ALL: &[Self] = &[$(Self::$event,)*];

            /// The published name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$event => $name,)*
                }
            }

            /// What people call it.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$event => $label,)*
                }
            }
        }
    };
}

event_types! {
    InstanceCreated = "instance.created", "Instance created";
    InstanceUpdated = "instance.updated", "Instance updated";
    InstanceDeleted = "instance.deleted", "Instance deleted";
    InstanceDeployed = "instance.deployed", "Instance deployed";
    InstanceEnabled = "instance.enabled", "Instance enabled";
    InstanceDisabled = "instance.disabled", "Instance disabled";
    CustomerCreated = "customer.created", "Customer created";
    CustomerUpdated = "customer.updated", "Customer updated";
    CustomerDeleted = "customer.deleted", "Customer deleted";
    UserCreated = "user.created", "User created";
    UserUpdated = "user.updated", "User updated";
    UserDeleted = "user.deleted", "User deleted";
    IntegrationCreated = "integration.created", "Integration created";
    IntegrationUpdated = "integration.updated", "Integration updated";
    IntegrationDeleted = "integration.deleted", "Integration deleted";
    IntegrationPublished = "integration.published", "Integration published";
    WorkflowCreated = "workflow.created", "Workflow created";
    WorkflowUpdated = "workflow.updated", "Workflow updated";
    WorkflowDeleted = "workflow.deleted", "Workflow deleted";
    WorkflowPublished = "workflow.published", "Workflow published";
    WorkflowEnabled = "workflow.enabled", "Workflow enabled";
    WorkflowDisabled = "workflow.disabled", "Workflow disabled";
    ComponentPublished = "component.published", "Component published";
    ComponentDeleted = "component.deleted", "Component deleted";
    ConnectionUpdated = "connection.updated", "Connection updated";
    ConnectionDeleted = "connection.deleted", "Connection deleted";
    AlertMonitorCreated = "alert_monitor.created", "Alert monitor created";
    AlertMonitorUpdated = "alert_monitor.updated", "Alert monitor updated";
    AlertMonitorDeleted = "alert_monitor.deleted", "Alert monitor deleted";
    AlertGroupCreated = "alert_group.created", "Alert group created";
    AlertGroupUpdated = "alert_group.updated", "Alert group updated";
    AlertGroupDeleted = "alert_group.deleted", "Alert group deleted";
    LogStreamCreated = "log_stream.created", "Log stream created";
    LogStreamUpdated = "log_stream.updated", "Log stream updated";
    LogStreamDeleted = "log_stream.deleted", "Log stream deleted";
    OAuth2AuthorizationCompleted =
        "oauth2.authorization_completed", "OAuth2 authorization completed";
    OAuth2AuthorizationFailed = "oauth2.authorization_failed", "OAuth2 authorization failed";
    OAuth2TokenRefreshed = "oauth2.token_refreshed", "OAuth2 token refreshed";
    OAuth2TokenRefreshFailed = "oauth2.token_refresh_failed", "OAuth2 token refresh failed";
    WebhookTest = "webhook.test", "Webhook test";
    WebhookEndpointDisabled = "webhook_endpoint.disabled", "Webhook endpoint switched off";
}

impl EventType {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    /// What it is where it happens to this kind of integration or to an instance of one.
    pub(crate) fn of_variant(self, variant: Variant) -> Option<Self> {
        match variant {
            Variant::Integration => Some(self),
            Variant::Workflow => self.of_workflow(),
        }
    }

    /// What it is where it happens to a workflow or to the copy of one that runs. Of the copy,
    /// only whether it runs is told: everything else about it follows from the workflow.
    fn of_workflow(self) -> Option<Self> {
        match self {
            Self::IntegrationCreated => Some(Self::WorkflowCreated),
            Self::IntegrationUpdated => Some(Self::WorkflowUpdated),
            Self::IntegrationDeleted => Some(Self::WorkflowDeleted),
            Self::IntegrationPublished => Some(Self::WorkflowPublished),
            Self::InstanceEnabled => Some(Self::WorkflowEnabled),
            Self::InstanceDisabled => Some(Self::WorkflowDisabled),
            _ => None,
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
