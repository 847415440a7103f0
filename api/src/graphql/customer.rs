//! Customers: the companies that the organization deploys instances for.

use std::sync::Arc;

use domain::{Action, Noun};
use entity::{CustomerId, Id, customer, instance, integration, organization, user};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::argument::Arguments;
use super::builder::{Parameter, Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::mutation::Mutation;
use super::order::Order;
use super::page;
use super::{attachment, id, instance as instances, integration as integrations, user as users};
use crate::ApiError;

impl page::Noun for customer::Entity {
    type Id = CustomerId;
    const ID: customer::Column = customer::Column::Id;

    fn id(row: &customer::Model) -> CustomerId {
        row.id
    }
}

pub fn listing() -> Listing<customer::Entity> {
    use customer::Column as C;
    Listing::new("Customer")
        .filters([
            Filter::flag("allowEmbeddedDesigner", C::AllowEmbeddedDesigner),
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::contains("description_Icontains", C::Description),
            Filter::text("externalId", C::ExternalId),
            Filter::is_null("externalId_Isnull", C::ExternalId),
            Filter::flag("isSystem", C::IsSystem),
            Filter::label("labels_Contains", C::Labels),
            Filter::contains("labels_Icontains", C::Labels),
            Filter::text("name", C::Name),
            Filter::contains("name_Icontains", C::Name),
            Filter::starts_with("name_Istartswith", C::Name),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
        ])
        .orders([
            Order::number("CREATED_AT", "When it was created.", C::CreatedAt),
            Order::text("DESCRIPTION", "Its description.", C::Description),
            Order::text("NAME", "Its name.", C::Name),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(relations(rights(object())));
    registry.query(|query| {
        query
            .by_id::<customer::Entity>("customer", "Customer", "One customer.")
            .list("customers", "The customers you may see.", listing())
            .labels::<customer::Entity>(
                "customerLabels",
                "The labels in use on customers.",
                customer::Column::Labels,
            )
    });
    create(registry);
    update(registry);
    delete(registry);
}

fn object() -> Type<customer::Model> {
    Type::<customer::Model>::new("Customer", "A company that instances are deployed for.")
        .id(|customer| id::encode(customer.id))
        .field("name", "String!", "The name, unique in the organization.", |customer| {
            customer.name.clone()
        })
        .field("description", "String!", "What the customer is about.", |customer| {
            customer.description.clone()
        })
        .field("externalId", "String", "The id in the organization's own product.", |customer| {
            customer.external_id.clone()
        })
        .field("labels", "[String!]", "Free text tags.", |customer| customer.labels.clone())
        .field(
            "allowEmbeddedDesigner",
            "Boolean!",
            "Whether users of the customer may build integrations.",
            |customer| customer.allow_embedded_designer,
        )
        .field(
            "allowEmbeddedWorkflowBuilder",
            "Boolean!",
            "Whether users of the customer may build workflows.",
            |customer| customer.allow_embedded_workflow_builder,
        )
        .field("concurrentExecutionLimit", "Int", LIMIT, |customer| {
            customer.concurrent_execution_limit
        })
        .field("avatarUrl", "String", "Where its picture is.", |_| None::<String>)
        .field("attachments", "[Attachment]", "Documents kept beside it.", |customer| {
            attachment::shown(&customer.attachments)
        })
        .field("createdAt", "DateTime!", "When it was created.", |customer| customer.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |customer| {
            customer.updated_at
        })
}

fn rights(of: Type<customer::Model>) -> Type<customer::Model> {
    of.editable::<customer::Entity>()
        .may_allow::<customer::Entity>(
            "allowManageAttachments",
            Action::Modify,
            "Whether you may change the documents beside it.",
        )
        .allows_monitors()
        .allows_noun(
            "allowAddUser",
            Noun::CustomerUser,
            Action::Create,
            "Whether you may add users.",
        )
        .allows_noun(
            "allowAddInstance",
            Noun::Instance,
            Action::Create,
            "Whether you may create instances for it.",
        )
        .allows_noun(
            "allowAddIntegration",
            Noun::Integration,
            Action::Create,
            "Whether you may create integrations for it.",
        )
        .allows_noun(
            "allowAddCustomerConfigVariable",
            Noun::CustomerVariable,
            Action::Create,
            "Whether you may add connections for it.",
        )
        .allows_noun(
            "allowEnableInstance",
            Noun::Instance,
            Action::Modify,
            "Whether you may pause and resume its instances.",
        )
        .allows_noun(
            "allowExecuteInstance",
            Noun::Instance,
            Action::Run,
            "Whether you may start test runs for it.",
        )
}

fn relations(of: Type<customer::Model>) -> Type<customer::Model> {
    of.row::<organization::Entity>(
        "org",
        "Organization!",
        "The organization it is a customer of.",
        |customer| Some(customer.organization_id),
    )
    .connection::<instance::Entity>(
        "instances",
        "Its instances.",
        instances::listing(),
        |customer| customer.id.uuid(),
        instances::of_customer,
    )
    .connection::<integration::Entity>(
        "integrations",
        "The integrations it owns.",
        integrations::latest(),
        |customer| customer.id.uuid(),
        integrations::of_customer,
    )
    .connection::<user::Entity>(
        "users",
        "The users of the customer.",
        users::listing(),
        |customer| customer.id.uuid(),
        |id| user::Column::CustomerId.eq(id).into_condition(),
    )
}

const PAYLOAD: (&str, &str, &str) = ("customer", "Customer", "The customer; null on errors.");

const BUILDER_INPUT: Parameter =
    ("allowEmbeddedWorkflowBuilder", "Boolean", "Whether its users may build workflows.");

const LIMIT: &str = "How many of its executions run at once.";
const LIMIT_INPUT: &str = "How many of its executions run at once; 0 for no limit.";

fn limit(input: &Arguments) -> Result<Option<i32>, ApiError> {
    let limit = input.int("concurrentExecutionLimit")?;
    Ok(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
}

fn create(registry: &mut Registry) {
    Mutation::new("createCustomer", "Adds a customer.", PAYLOAD)
        .inputs([
            ("name", "String!", "The name, unique in the organization."),
            ("description", "String", "What the customer is about."),
            ("externalId", "String", "The id in the organization's own product."),
            ("labels", "[String]", "Free text tags."),
            ("allowEmbeddedDesigner", "Boolean", "Whether its users may build integrations."),
            ("concurrentExecutionLimit", "Int", LIMIT_INPUT),
            BUILDER_INPUT,
        ])
        .refuses([("allowWorkflowCopilot", "Boolean")])
        .run(registry, |input, ask| async move {
            let create = domain::customer::Create {
                name: input.require_text("name")?,
                description: input.text("description")?,
                external_id: input.text("externalId")?,
                labels: input.texts("labels")?.unwrap_or_default(),
                allow_embedded_designer: input.flag("allowEmbeddedDesigner")?.unwrap_or_default(),
                allow_embedded_workflow_builder: input.flag(BUILDER_INPUT.0)?.unwrap_or_default(),
                concurrent_execution_limit: limit(&input)?,
            };
            Ok(Arc::new(domain::customer::create(ask.env(), ask.viewer(), create).await?))
        });
}

fn update(registry: &mut Registry) {
    Mutation::new("updateCustomer", "Changes what is given of a customer.", PAYLOAD)
        .inputs([
            ("id", "ID", "The customer."),
            ("name", "String", "The name, unique in the organization."),
            ("description", "String", "What the customer is about."),
            ("externalId", "String", "The id in the organization's own product; empty for none."),
            ("labels", "[String]", "Free text tags; replaces all of them."),
            ("allowEmbeddedDesigner", "Boolean", "Whether its users may build integrations."),
            ("concurrentExecutionLimit", "Int", LIMIT_INPUT),
            BUILDER_INPUT,
        ])
        .inputs(attachment::INPUTS)
        .refuses([
            ("allowWorkflowCopilot", "Boolean"),
            ("avatarUrl", "String"),
            ("starred", "Boolean"),
        ])
        .run(registry, |input, ask| async move {
            let update = domain::customer::Update {
                name: input.text("name")?,
                description: input.text("description")?,
                external_id: input.text("externalId")?,
                labels: input.texts("labels")?,
                allow_embedded_designer: input.flag("allowEmbeddedDesigner")?,
                allow_embedded_workflow_builder: input.flag(BUILDER_INPUT.0)?,
                attachments: attachment::read(&input)?,
                concurrent_execution_limit: limit(&input)?,
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::customer::update(ask.env(), ask.viewer(), id, update).await?))
        });
}

fn delete(registry: &mut Registry) {
    Mutation::new("deleteCustomer", "Deletes a customer with its users and instances.", PAYLOAD)
        .inputs([("id", "ID", "The customer.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::customer::delete(ask.env(), ask.viewer(), id).await?))
        });
}
