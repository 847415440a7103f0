//! Who may do what: roles have permissions, actions need one of several.
//!
//! This is the only place that looks at a role. A test prints the whole table.

use entity::user::Role;

macro_rules! permissions {
    ($($permission:ident = $name:literal,)*) => {
        /// What a role may allow, by the names that clients know.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Permission {
            $($permission,)*
        }

        impl Permission {
            pub const ALL: &[Self] = &[$(Self::$permission,)*];

            /// The published name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$permission => $name,)*
                }
            }
        }
    };
}

permissions! {
    OrgView = "org_view",
    OrgSuperuser = "org_superuser",
    OrgViewUsers = "org_view_users",
    OrgAdminUsers = "org_admin_users",
    OrgViewCustomers = "org_view_customers",
    OrgManageCustomers = "org_manage_customers",
    OrgCrudCustomers = "org_crud_customers",
    OrgAdminCustomerPermissions = "org_admin_customer_permissions",
    OrgViewComponents = "org_view_components",
    OrgManageComponents = "org_manage_components",
    OrgAdminComponentPermissions = "org_admin_component_permissions",
    OrgViewIntegrations = "org_view_integrations",
    OrgManageIntegrations = "org_manage_integrations",
    OrgAdminIntegrationPermissions = "org_admin_integration_permissions",
    OrgViewInstances = "org_view_instances",
    OrgManageInstances = "org_manage_instances",
    OrgAdminInstancePermissions = "org_admin_instance_permissions",
    OrgViewActivities = "org_view_activities",
    OrgViewUtilization = "org_view_utilization",
    CustomerView = "customer_view",
    CustomerViewUsers = "customer_view_users",
    CustomerAdminUsers = "customer_admin_users",
    CustomerViewInstances = "customer_view_instances",
    CustomerAdminManageInstances = "customer_admin_manage_instances",
    CustomerAdminInstanceDeploy = "customer_admin_instance_deploy",
    CustomerAdminInstancePermissions = "customer_admin_instance_permissions",
    CustomerViewIntegrations = "customer_view_integrations",
    CustomerManageIntegrations = "customer_manage_integrations",
    CustomerAdminIntegrationPermissions = "customer_admin_integration_permissions",
    CustomerViewComponents = "customer_view_components",
    CustomerViewOrgComponents = "customer_view_org_components",
    CustomerManageMarketplaceIntegrations = "customer_manage_marketplace_integrations",
    CustomerAccessMarketplaceIntegrations = "customer_access_marketplace_integrations",
    CustomerViewActivities = "customer_view_activities",
}

impl Permission {
    /// The roles that have this permission.
    pub const fn roles(self) -> &'static [Role] {
        use Role::{
            Admin, CustomerAdmin, CustomerManager, CustomerMember, Guest, Integrator,
            MarketplaceAdmin, MarketplaceUser, Owner,
        };
        match self {
            Self::OrgSuperuser => &[Owner],
            Self::OrgView | Self::OrgViewUsers | Self::OrgViewCustomers => {
                &[Owner, Admin, Integrator, CustomerManager, Guest]
            }
            Self::OrgAdminUsers
            | Self::OrgAdminCustomerPermissions
            | Self::OrgAdminComponentPermissions
            | Self::OrgAdminIntegrationPermissions
            | Self::OrgAdminInstancePermissions
            | Self::OrgViewActivities
            | Self::OrgViewUtilization => &[Owner, Admin],
            Self::OrgManageCustomers | Self::OrgCrudCustomers => {
                &[Owner, Admin, Integrator, CustomerManager]
            }
            Self::OrgViewComponents | Self::OrgViewIntegrations | Self::OrgViewInstances => {
                &[Owner, Admin, Integrator, Guest]
            }
            Self::OrgManageComponents | Self::OrgManageIntegrations | Self::OrgManageInstances => {
                &[Owner, Admin, Integrator]
            }
            Self::CustomerView => {
                &[CustomerAdmin, CustomerMember, MarketplaceAdmin, MarketplaceUser]
            }
            Self::CustomerViewUsers => &[CustomerAdmin, CustomerMember],
            Self::CustomerAdminUsers
            | Self::CustomerAdminManageInstances
            | Self::CustomerAdminInstanceDeploy
            | Self::CustomerAdminInstancePermissions
            | Self::CustomerAdminIntegrationPermissions
            | Self::CustomerViewActivities => &[CustomerAdmin],
            Self::CustomerViewInstances
            | Self::CustomerViewIntegrations
            | Self::CustomerViewComponents
            | Self::CustomerViewOrgComponents => &[CustomerAdmin, CustomerMember, MarketplaceAdmin],
            Self::CustomerManageIntegrations => &[CustomerAdmin, MarketplaceAdmin],
            Self::CustomerManageMarketplaceIntegrations => &[MarketplaceAdmin],
            Self::CustomerAccessMarketplaceIntegrations => &[MarketplaceAdmin, MarketplaceUser],
        }
    }
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Noun {
    Organization,
    Customer,
    OrganizationUser,
    CustomerUser,
    /// With its versions, flows and config variables.
    Integration,
    /// A call kept beside an integration.
    TestCase,
    /// A connection that integrations share.
    ScopedVariable,
    /// What was entered for one, by or for a customer.
    CustomerVariable,
    /// Presets for connections of one kind.
    ConnectionTemplate,
    /// With its configuration, deployments, executions and logs.
    Instance,
    /// What a user of a customer fills in for themselves.
    UserLevelConfig,
    /// With what is sent to it, and the events that are.
    WebhookEndpoint,
    /// With its events.
    AlertMonitor,
    AlertGroup,
    AlertWebhook,
    /// What an organization publishes for its integrations.
    Component,
    /// Of instances, and nobody's but the organization's.
    InstanceProfile,
    /// Where log lines are sent to.
    LogStream,
    /// What the organization uses, counted by days.
    Usage,
    /// Signing keys, origins and looks of embedded pages.
    Embedding,
}

impl Noun {
    pub const ALL: &[Self] = &[
        Self::Organization,
        Self::Customer,
        Self::OrganizationUser,
        Self::CustomerUser,
        Self::Integration,
        Self::TestCase,
        Self::ScopedVariable,
        Self::CustomerVariable,
        Self::ConnectionTemplate,
        Self::Instance,
        Self::UserLevelConfig,
        Self::WebhookEndpoint,
        Self::AlertMonitor,
        Self::AlertGroup,
        Self::AlertWebhook,
        Self::Component,
        Self::InstanceProfile,
        Self::LogStream,
        Self::Usage,
        Self::Embedding,
    ];
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    View,
    Create,
    Modify,
    Remove,
    /// Make the stored configuration the running one; publish a version.
    Release,
    /// Start test runs and replays.
    Run,
    /// Take executions out of a queue.
    Clear,
}

impl Action {
    pub const ALL: &[Self] = &[
        Self::View,
        Self::Create,
        Self::Modify,
        Self::Remove,
        Self::Release,
        Self::Run,
        Self::Clear,
    ];
}

/// The permissions of which one is enough.
pub const fn sufficient(noun: Noun, action: Action) -> &'static [Permission] {
    use Permission as P;
    match (noun, action) {
        (Noun::Organization, Action::View) => &[P::OrgView],
        (Noun::Organization, _) => &[P::OrgSuperuser],
        (Noun::Customer, Action::View) => &[
            P::OrgAdminCustomerPermissions,
            P::OrgManageCustomers,
            P::OrgCrudCustomers,
            P::OrgViewCustomers,
            P::CustomerView,
        ],
        (Noun::Customer, _) => &[P::OrgManageCustomers, P::OrgCrudCustomers],
        (Noun::OrganizationUser, Action::View) => &[P::OrgAdminUsers, P::OrgViewUsers],
        (Noun::Usage, _) => &[P::OrgViewUtilization],
        (Noun::OrganizationUser | Noun::WebhookEndpoint | Noun::LogStream | Noun::Embedding, _)
        | (Noun::Instance, Action::Clear) => &[P::OrgAdminUsers],
        (Noun::CustomerUser, Action::View) => &[
            P::OrgAdminCustomerPermissions,
            P::OrgManageCustomers,
            P::OrgViewCustomers,
            P::CustomerAdminUsers,
            P::CustomerViewUsers,
        ],
        (Noun::CustomerUser, _) => {
            &[P::OrgAdminCustomerPermissions, P::OrgManageCustomers, P::CustomerAdminUsers]
        }
        (Noun::Integration, Action::View) => &[
            P::OrgAdminIntegrationPermissions,
            P::OrgManageIntegrations,
            P::OrgViewIntegrations,
            P::CustomerAdminIntegrationPermissions,
            P::CustomerManageIntegrations,
            P::CustomerViewIntegrations,
            P::CustomerAdminInstanceDeploy,
            P::CustomerManageMarketplaceIntegrations,
            P::CustomerAccessMarketplaceIntegrations,
        ],
        (Noun::Integration, _) => &[P::OrgManageIntegrations, P::CustomerManageIntegrations],
        (Noun::Component, _) => sufficient_for_components(action),
        (Noun::TestCase, Action::View) => &[
            P::OrgAdminIntegrationPermissions,
            P::OrgManageIntegrations,
            P::OrgViewIntegrations,
            P::CustomerAdminIntegrationPermissions,
            P::CustomerManageIntegrations,
            P::CustomerViewIntegrations,
        ],
        (Noun::TestCase, _) => &[
            P::OrgManageIntegrations,
            P::CustomerAdminIntegrationPermissions,
            P::CustomerManageIntegrations,
        ],
        (Noun::ScopedVariable | Noun::CustomerVariable | Noun::ConnectionTemplate, _) => {
            sufficient_for_connections(noun, action)
        }
        (
            Noun::Instance
            | Noun::UserLevelConfig
            | Noun::InstanceProfile
            | Noun::AlertMonitor
            | Noun::AlertGroup
            | Noun::AlertWebhook,
            _,
        ) => sufficient_around_instances(noun, action),
    }
}

/// The same, of components.
const fn sufficient_for_components(action: Action) -> &'static [Permission] {
    use Permission as P;
    match action {
        Action::View => &[
            P::OrgAdminComponentPermissions,
            P::OrgManageComponents,
            P::OrgViewComponents,
            P::CustomerViewOrgComponents,
        ],
        _ => &[P::OrgManageComponents],
    }
}

/// The same, of connections that are shared.
const fn sufficient_for_connections(noun: Noun, action: Action) -> &'static [Permission] {
    use Permission as P;
    match (noun, action) {
        (Noun::ScopedVariable, Action::View) => {
            &[P::OrgManageIntegrations, P::OrgManageCustomers, P::CustomerView]
        }
        (Noun::ConnectionTemplate, Action::View) => &[P::OrgView, P::CustomerManageIntegrations],
        (Noun::ConnectionTemplate, _) => &[P::OrgManageIntegrations],
        _ => &[P::OrgManageIntegrations, P::OrgManageCustomers, P::CustomerManageIntegrations],
    }
}

/// The same, of instances and what watches or shapes them.
const fn sufficient_around_instances(noun: Noun, action: Action) -> &'static [Permission] {
    use Permission as P;
    match (noun, action) {
        (Noun::Instance, Action::View) => &[
            P::OrgAdminInstancePermissions,
            P::OrgManageInstances,
            P::OrgViewInstances,
            P::CustomerAdminInstancePermissions,
            P::CustomerViewInstances,
            P::CustomerManageMarketplaceIntegrations,
        ],
        (Noun::Instance, Action::Release | Action::Remove) => &[
            P::OrgManageInstances,
            P::CustomerAdminInstanceDeploy,
            P::CustomerManageMarketplaceIntegrations,
        ],
        (Noun::Instance, Action::Create | Action::Modify | Action::Run) => &[
            P::OrgManageInstances,
            P::CustomerAdminManageInstances,
            P::CustomerManageMarketplaceIntegrations,
        ],
        (Noun::UserLevelConfig, Action::View) => &[
            P::OrgAdminInstancePermissions,
            P::OrgManageInstances,
            P::OrgViewInstances,
            P::CustomerAdminInstancePermissions,
            P::CustomerViewInstances,
            P::CustomerManageMarketplaceIntegrations,
            P::CustomerAccessMarketplaceIntegrations,
        ],
        (Noun::UserLevelConfig, _) => &[
            P::OrgManageInstances,
            P::CustomerAdminManageInstances,
            P::CustomerManageMarketplaceIntegrations,
            P::CustomerAccessMarketplaceIntegrations,
        ],
        (Noun::AlertMonitor, Action::View) => &[
            P::OrgAdminInstancePermissions,
            P::OrgManageInstances,
            P::OrgViewInstances,
            P::CustomerAdminInstancePermissions,
            P::CustomerViewInstances,
        ],
        (Noun::AlertMonitor, Action::Modify) => {
            &[P::OrgManageInstances, P::CustomerAdminManageInstances]
        }
        (Noun::InstanceProfile | Noun::AlertGroup | Noun::AlertWebhook, Action::View) => {
            &[P::OrgAdminInstancePermissions, P::OrgManageInstances, P::OrgViewInstances]
        }
        _ => &[P::OrgManageInstances],
    }
}

/// Whether the role has the permission.
pub fn allows(role: Role, permission: Permission) -> bool {
    permission.roles().contains(&role)
}

/// Whether the role has a permission that is enough for the action.
pub fn may(role: Role, noun: Noun, action: Action) -> bool {
    sufficient(noun, action).iter().any(|permission| allows(role, *permission))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use sea_orm::Iterable;

    use super::*;

    /// Proves R173.
    #[test]
    fn the_whole_policy() {
        let mut table = String::new();
        writeln!(table, "permission: roles").unwrap();
        for permission in Permission::ALL {
            writeln!(table, "{:42} {:?}", permission.name(), permission.roles()).unwrap();
        }
        writeln!(table, "\naction: roles").unwrap();
        for noun in Noun::ALL {
            for action in Action::ALL {
                let roles: Vec<_> = Role::iter().filter(|r| may(*r, *noun, *action)).collect();
                writeln!(table, "{:42} {roles:?}", format!("{noun:?} {action:?}")).unwrap();
            }
        }
        insta::assert_snapshot!(table);
    }
}
