//! How much there is: of an organization, and of each customer.

use entity::{
    CustomerId, CustomerTotalId, OrganizationTotalId, customer, customer_total, organization_total,
};

use crate::graphql::builder::{Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::{Filter, constant};
use crate::graphql::order::Order;
use crate::graphql::{id, page};

impl page::Noun for organization_total::Entity {
    type Id = OrganizationTotalId;
    const ID: organization_total::Column = organization_total::Column::Id;

    fn id(row: &organization_total::Model) -> OrganizationTotalId {
        row.id
    }
}

impl page::Noun for customer_total::Entity {
    type Id = CustomerTotalId;
    const ID: customer_total::Column = customer_total::Column::Id;

    fn id(row: &customer_total::Model) -> CustomerTotalId {
        row.id
    }
}

const ORGANIZATION: &str = "OrgTotalUsageMetrics";
const CUSTOMER: &str = "CustomerTotalUsageMetrics";

const TIME: &str = "When it was counted: every hour, of which the last of each day is kept.";
const USERS: &str = "How many users there were.";
const INSTANCES: &str = "How many instances were deployed, paused ones included.";
const INTEGRATIONS: &str = "How many different integrations they are instances of.";

fn of_organizations() -> Listing<organization_total::Entity> {
    use organization_total::Column as C;
    Listing::new(ORGANIZATION)
        .filters([
            latest(),
            Filter::since("snapshotTime_Gte", C::CountedAt),
            Filter::until("snapshotTime_Lte", C::CountedAt),
        ])
        .orders([Order::number("SNAPSHOT_TIME", "When it was counted.", C::CountedAt)])
}

fn of_customers() -> Listing<customer_total::Entity> {
    use customer_total::Column as C;
    Listing::new(CUSTOMER)
        .filters([
            Filter::id::<CustomerId>("customer", C::CustomerId),
            latest(),
            Filter::since("snapshotTime_Gte", C::CountedAt),
            Filter::until("snapshotTime_Lte", C::CountedAt),
        ])
        .orders([Order::number("SNAPSHOT_TIME", "When it was counted.", C::CountedAt)])
}

/// Whatever it is set to: there is one row for each day.
fn latest() -> Filter {
    let about = "Only the last of each day; others are not kept.";
    Filter::new(("onlyLatestDailySnapshots", "Boolean", about), |_| Ok(constant(true)))
}

pub fn register(registry: &mut Registry) {
    of_organizations().register(registry);
    of_customers().register(registry);
    registry.add(organization());
    registry.add(of_customer());
    registry.query(|query| {
        query
            .by_id::<organization_total::Entity>(
                "orgTotalUsageMetric",
                ORGANIZATION,
                "What the organization had on one day.",
            )
            .list(
                "orgTotalUsageMetrics",
                "What the organization had, day by day.",
                of_organizations(),
            )
            .by_id::<customer_total::Entity>(
                "customerTotalUsageMetric",
                CUSTOMER,
                "What a customer had on one day.",
            )
            .list(
                "customerTotalUsageMetrics",
                "What the customers you may see had, day by day.",
                of_customers(),
            )
    });
}

fn organization() -> Type<organization_total::Model> {
    Type::<organization_total::Model>::new(ORGANIZATION, "What the organization had on one day.")
        .id(|row| id::encode(row.id))
        .fixed()
        .field("snapshotTime", "DateTime!", TIME, |row| row.counted_at)
        .field("customerCount", "Int!", "How many customers there were.", |row| row.customers)
        .field("userCount", "Int!", USERS, |row| row.users)
        .field("integrationCount", "Int!", "How many integrations there were.", |row| {
            row.integrations
        })
        .field("deployedInstanceCount", "Int!", INSTANCES, |row| row.deployed_instances)
        .field("deployedUniqueIntegrationCount", "Int!", INTEGRATIONS, |row| {
            row.deployed_integrations
        })
}

fn of_customer() -> Type<customer_total::Model> {
    Type::<customer_total::Model>::new(CUSTOMER, "What a customer had on one day.")
        .id(|row| id::encode(row.id))
        .fixed()
        .field("snapshotTime", "DateTime!", TIME, |row| row.counted_at)
        .field("userCount", "Int!", USERS, |row| row.users)
        .field("deployedInstanceCount", "Int!", INSTANCES, |row| row.deployed_instances)
        .field("deployedUniqueIntegrationCount", "Int!", INTEGRATIONS, |row| {
            row.deployed_integrations
        })
        .field("createdWorkflowCount", "Int!", "How many workflows there were.", |row| {
            row.workflows
        })
        .field("enabledWorkflowCount", "Int!", "How many workflows were enabled.", |row| {
            row.enabled_workflows
        })
        .row::<customer::Entity>("customer", "Customer!", "The customer.", |row| {
            Some(row.customer_id)
        })
}
