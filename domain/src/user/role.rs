//! The roles that people can have.

use entity::user::Role;
use uuid::{Uuid, uuid};

/// What roles are called, and how they compare.
#[derive(Clone, Copy, Debug)]
pub struct RoleInfo {
    pub id: Uuid,
    pub role: Role,
    pub name: &'static str,
    pub description: &'static str,
    /// Nobody grants a role of a higher level than their own.
    pub level: i32,
    pub scope: Scope,
}

/// Whom a role is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    Organization,
    Customer,
}

/// Every role once. Ids are fixed: clients store them.
pub const ROLES: [RoleInfo; 10] = [
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0001"),
        role: Role::Owner,
        name: "Owner",
        description: "May do everything, including changes to the organization itself.",
        level: 100,
        scope: Scope::Organization,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0002"),
        role: Role::Admin,
        name: "Admin",
        description: "May do everything but change the organization itself.",
        level: 90,
        scope: Scope::Organization,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0003"),
        role: Role::Integrator,
        name: "Integrator",
        description: "Manages customers, integrations and instances.",
        level: 70,
        scope: Scope::Organization,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0004"),
        role: Role::CustomerManager,
        name: "Customer Manager",
        description: "Manages customers and their users.",
        level: 50,
        scope: Scope::Organization,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0005"),
        role: Role::Guest,
        name: "Guest",
        description: "Sees everything and changes nothing.",
        level: 30,
        scope: Scope::Organization,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0006"),
        role: Role::ThirdParty,
        name: "Third-Party",
        description: "Sees only what is granted object by object.",
        level: 10,
        scope: Scope::Organization,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0007"),
        role: Role::CustomerAdmin,
        name: "Admin",
        description: "Manages the customer's users and configures its instances.",
        level: 90,
        scope: Scope::Customer,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0008"),
        role: Role::CustomerMember,
        name: "Member",
        description: "Sees the customer's users and instances.",
        level: 30,
        scope: Scope::Customer,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e0009"),
        role: Role::MarketplaceAdmin,
        name: "Marketplace Admin",
        description: "Activates and configures integrations in the marketplace.",
        level: 50,
        scope: Scope::Customer,
    },
    RoleInfo {
        id: uuid!("5b0a7b5e-3a52-4f0e-8a54-0c1d6f0e000a"),
        role: Role::MarketplaceUser,
        name: "Marketplace User",
        description: "Enters configuration of their own in the marketplace.",
        level: 10,
        scope: Scope::Customer,
    },
];

/// What is known of a role.
pub fn role_info(role: Role) -> &'static RoleInfo {
    ROLES.iter().find(|info| info.role == role).expect("the list has every role")
}

/// The role with this id.
pub fn role_by_id(id: Uuid) -> Option<Role> {
    ROLES.iter().find(|info| info.id == id).map(|info| info.role)
}
