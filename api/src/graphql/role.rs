//! Roles, and what they permit.

use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use domain::Permission;
use domain::user::{RoleInfo, Scope};

use super::builder::{Parameter, Registry, Type, parameter};
use super::connection::register_pages;
use super::{Arguments, id};
use crate::ApiError;

/// What a role or permission is about.
struct Subject(&'static str);

const ORGANIZATION: &str = "Organization";
const CUSTOMER: &str = "Customer";

const FILTERS: [Parameter; 4] = [
    ("name", "String", "Only the one with this name."),
    ("objType", "ID", "Only those about this."),
    ("orderBy", "PermissionOrder", "How to sort the list."),
    ("sortBy", "[PermissionOrder]", "How to sort the list, by several things in turn."),
];

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<Subject>::new("AuthObjectType", "What permissions are about.")
            .id(|it| id::encode_key("AuthObjectType", it.0))
            .fixed()
            .field("name", "String!", "The name of the type.", |it| it.0),
    );
    register_pages::<Permission>(registry, "Permission");
    registry.enumeration(
        "PermissionOrderField",
        "What such a list can be sorted by.",
        &[("NAME", "The name.")],
    );
    let fields = [
        ("direction", "OrderDirection!", "Which end comes first."),
        ("field", "PermissionOrderField!", "What to sort by."),
    ];
    let order = InputObject::new("PermissionOrder").description("How to sort such a list.");
    registry.add(fields.into_iter().map(parameter).fold(order, InputObject::field));
    registry.add(
        Type::<Permission>::new("Permission", "What somebody may do.")
            .id(|it| id::encode_key("Permission", it.name()))
            .fixed()
            .field("name", "String!", "The published name.", |it| it.name())
            .field("tag", "String!", "The same, for programs.", |it| it.name())
            .field("description", "String!", "The name in words.", |it| description(*it))
            .field("objType", "AuthObjectType!", "What it is about.", |it| subject_of(*it)),
    );
    registry.add(
        Type::<RoleInfo>::new("Role", "What a user may do.")
            .id(|role| id::encode_as("Role", role.id))
            .field("name", "String!", "The name of the role.", |role| role.name)
            .field("description", "String!", "What the role is for.", |role| role.description)
            .field("level", "Int!", "Roles of a higher level may do more.", |role| role.level)
            .field("objType", "AuthObjectType!", "Whose users have it.", |role| {
                Arc::new(Subject(match role.scope {
                    Scope::Organization => ORGANIZATION,
                    Scope::Customer => CUSTOMER,
                }))
            })
            .short_list::<Permission, _>(
                ("permissions", "Permission", "What the role permits."),
                &FILTERS,
                |role, ask| async move { permissions(&role, &ask.args) },
            )
            .fixed(),
    );
}

fn permissions(role: &RoleInfo, args: &Arguments) -> Result<Vec<Arc<Permission>>, ApiError> {
    let (name, about) = (args.text("name")?, args.text("objType")?);
    let mut found: Vec<Permission> = Permission::ALL
        .iter()
        .copied()
        .filter(|it| it.roles().contains(&role.role))
        .filter(|it| name.as_deref().is_none_or(|name| it.name() == name))
        .filter(|it| {
            let of = || id::encode_key("AuthObjectType", subject_of(*it).0);
            about.as_ref().is_none_or(|about| *about == of())
        })
        .collect();
    // There is nothing to sort by but the name, so only the first order counts.
    let orders = [args.objects("orderBy")?, args.objects("sortBy")?];
    let order = orders.into_iter().flatten().flatten().next();
    if let Some(order) = order {
        found.sort_by_key(|it| it.name());
        if order.text("direction")?.as_deref() == Some("DESC") {
            found.reverse();
        }
    }
    Ok(found.into_iter().map(Arc::new).collect())
}

fn subject_of(permission: Permission) -> Arc<Subject> {
    let is_of_customer = permission.name().starts_with("customer_");
    Arc::new(Subject(if is_of_customer { CUSTOMER } else { ORGANIZATION }))
}

fn description(permission: Permission) -> String {
    let words = permission.name().replacen("org_", "organization: ", 1);
    words.replacen("customer_", "customer: ", 1).replace('_', " ")
}
