//! Tenants: the organizations that somebody can work in with what they signed in with.

use std::sync::Arc;

use entity::{Id, OrganizationId, organization};

use super::builder::{Registry, Type};
use super::page::RowKey;
use crate::ApiError;
use crate::context::Ask;

/// An organization as somebody's tenant.
struct Tenant {
    id: OrganizationId,
    name: String,
    url: String,
}

struct Tenants(Vec<Arc<Tenant>>);

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<Tenant>::new("UserTenantAccess", "A tenant that you can work in.")
            .field("awsRegion", "String!", "Where it runs; empty.", |_| String::new())
            .field("isCurrentStack", "Boolean!", "Whether it is on this server.", |_| true)
            .field("orgName", "String!", "The name of the organization.", |it| it.name.clone())
            .field("systemSuspended", "Boolean!", "Whether it is shut down.", |_| false)
            .field("tenantId", "String!", "What tokens are asked for with.", |it| it.id.uuid())
            .field("url", "String!", "The address of its server.", |it| it.url.clone()),
    );
    registry.add(
        Type::<Tenants>::new("UserTenantsConnection", "The tenants that you can work in.").field(
            "nodes",
            "[UserTenantAccess!]!",
            "The tenants.",
            |tenants| tenants.0.clone(),
        ),
    );
    registry.query(|query| {
        query.resolve_with(
            ("listUserTenants", "UserTenantsConnection!", "The tenants that you can work in."),
            &[("includeAllStacks", "Boolean", "Also those on other servers, if there are any.")],
            |_, ask| own(ask),
        )
    });
}

/// A user belongs to one organization.
async fn own(ask: Ask) -> Result<Arc<Tenants>, ApiError> {
    let id = ask.viewer().signed_in()?;
    let row = ask.load(RowKey::<organization::Entity>(id)).await?;
    let tenant = row.map(|row| {
        Arc::new(Tenant { id, name: row.name.clone(), url: ask.env().public_url.clone() })
    });
    Ok(Arc::new(Tenants(tenant.into_iter().collect())))
}
