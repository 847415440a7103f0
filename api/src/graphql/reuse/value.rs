//! What customers entered for scoped variables, and what test runs use.

use std::sync::Arc;

use domain::Action;
use domain::reuse::{self, CreateValue, Redeployed, UpdateValue, Used};
use entity::{
    CustomerId, CustomerVariableId, Id, ScopedVariableId, customer, customer_variable, instance,
    log, scoped_variable,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use super::facts;
use super::input::{REDEPLOY, read_inputs};
use super::narrow::{self, ids_of};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::config_value::oauth2::{UPDATE, read_update};
use crate::graphql::connection::Listing;
use crate::graphql::expression::{self, ShownExpression};
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::page::{self, RowKey};
use crate::graphql::{id, instance as instances, log as logs};

impl page::Noun for customer_variable::Entity {
    type Id = CustomerVariableId;
    const ID: customer_variable::Column = customer_variable::Column::Id;

    fn id(row: &customer_variable::Model) -> CustomerVariableId {
        row.id
    }
}

/// Values can be searched by what they are for, by customer, key and status.
pub fn listing() -> Listing<customer_variable::Entity> {
    use customer_variable::Column as C;
    use scoped_variable::Column as S;
    let through =
        |filter: Filter| filter.through(C::ScopedVariableId, ids_of::<scoped_variable::Entity>);
    let [component_in, component_label] = narrow::components(S::ComponentKey);
    let [status, status_in] = narrow::statuses::<customer_variable::Entity>();
    Listing::new("CustomerConfigVariable")
        .filters([
            through(component_in),
            through(component_label),
            Filter::id::<CustomerId>("customer", C::CustomerId),
            Filter::ids::<CustomerVariableId>("id_In", C::Id),
            Filter::flag("isTest", C::IsTest),
            Filter::text("key", C::Key),
            Filter::contains("key_Icontains", C::Key),
            Filter::is_null("key_Isnull", C::Key),
            Filter::id::<ScopedVariableId>("scopedConfigVariable", C::ScopedVariableId),
            through(Filter::text("scopedConfigVariable_Key", S::Key)),
            through(Filter::contains("scopedConfigVariable_Key_Icontains", S::Key)),
            through(Filter::word("scopedConfigVariable_ManagedBy", S::ManagedBy)),
            through(Filter::text("scopedConfigVariable_StableKey", S::StableKey)),
            through(Filter::contains("scopedConfigVariable_StableKey_Icontains", S::StableKey)),
            through(Filter::word("scopedConfigVariable_VariableScope", S::VariableScope)),
            status,
            status_in,
        ])
        .orders([
            narrow::by_component(|| {
                let key = Query::select()
                    .column((scoped_variable::Entity, S::ComponentKey))
                    .from(scoped_variable::Entity)
                    .and_where(
                        Expr::col((scoped_variable::Entity, S::Id))
                            .equals((customer_variable::Entity, C::ScopedVariableId)),
                    )
                    .take();
                Expr::SubQuery(None, Box::new(key.into()))
            }),
            Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
            Order::text("KEY", "The name.", C::Key),
            Order::number("LAST_CONFIGURED_AT", "When it was configured.", C::LastConfiguredAt),
            narrow::by_status::<customer_variable::Entity>(),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(tokens(object()));
    result(registry);
    registry.query(|query| {
        query
            .by_id::<customer_variable::Entity>(
                "customerConfigVariable",
                "CustomerConfigVariable",
                "One connection of a customer.",
            )
            .list("customerConfigVariables", "The connections of customers.", listing())
    });
    create_update_delete(registry);
    others(registry);
}

fn object() -> Type<customer_variable::Model> {
    Type::<customer_variable::Model>::new(
        "CustomerConfigVariable",
        "What was entered for a shared connection, by or for one customer or for test runs.",
    )
    .id(|it| id::encode(it.id))
    .editable::<customer_variable::Entity>()
    .field("key", "String", "Tells connections of one customer apart.", |it| it.key.clone())
    .field("isTest", "Boolean!", "Whether it is for test runs.", |it| it.is_test)
    .row::<customer::Entity>("customer", "Customer", "Whose it is; null for test runs.", |it| {
        it.customer_id
    })
    .row::<scoped_variable::Entity>(
        "scopedConfigVariable",
        "ScopedConfigVariable!",
        "What it is for.",
        |it| Some(it.scoped_variable_id),
    )
    .short_list::<ShownExpression, _>(
        ("inputs", "Expression", "What it sets, and what is set for all; never secrets."),
        &[],
        |it, ask| async move {
            let key = RowKey::<scoped_variable::Entity>(it.scoped_variable_id);
            let Some(scoped) = ask.load(key).await? else { return Ok(Vec::new()) };
            let shown = reuse::shown(ask.env(), ask.viewer(), &scoped, Some(&it)).await?;
            expression::shown(&ask, &format!("CustomerConfigVariable:{}", it.id.uuid()), shown)
        },
    )
    .connection::<log::Entity>(
        "logs",
        "What happened to it.",
        logs::listing(),
        |it| it.id.uuid(),
        logs::of_owner,
    )
    .connection::<instance::Entity>(
        "instances",
        "The instances that run with it, or are configured to.",
        instances::listing(),
        |it| it.id.uuid(),
        |id| reuse::instances_of_value(CustomerVariableId(id)),
    )
}

fn tokens(of: Type<customer_variable::Model>) -> Type<customer_variable::Model> {
    let of = of
        .resolve("status", "CustomerConfigVariableStatus", "How it stands.", |it, ask| async move {
            facts::status(&ask, it.id.uuid(), it.is_ready).await
        })
        .resolve_with(
            ("authorizeUrl", "String", "Where a browser starts, if somebody has to consent."),
            &[("newSession", "Boolean", "The provider asks again who the user is.")],
            |it, ask| async move {
                if !ask.viewer().can_on::<customer_variable::Entity>(Action::Modify, &it) {
                    return Ok(None);
                }
                let place = reuse::place_of_value(ask.env(), &it).await?;
                facts::authorize_url(&ask, place.as_ref())
            },
        );
    let of = facts::of_tokens(of, |it| it.id.uuid(), |it| it.last_configured_at);
    facts::of_use(of, |it| Used::Value(it.id))
}

const PAYLOAD: Parameter =
    ("customerConfigVariable", "CustomerConfigVariable", "The connection; null on errors.");
const ID: Parameter = ("id", "ID", "The connection.");
const INPUTS: Parameter = ("inputs", "[InputExpression]", "What it sets; others stay.");

fn create_update_delete(registry: &mut Registry) {
    Mutation::new("createCustomerConfigVariable", "Adds a connection of a customer.", PAYLOAD)
        .inputs([
            ("scopedConfigVariable", "ID!", "What it is for."),
            ("customer", "ID", "Whose it is."),
            ("isTest", "Boolean", "True for test runs, which belong to no customer."),
            ("key", "String", "Tells connections of one customer apart."),
            INPUTS,
        ])
        .run(registry, |input, ask| async move {
            let create = CreateValue {
                scoped: Some(input.require_id("scopedConfigVariable")?),
                customer: input.id("customer")?,
                is_test: input.flag("isTest")?.unwrap_or_default(),
                key: input.text("key")?,
                inputs: read_inputs(&input)?,
            };
            Ok(Arc::new(reuse::create_value(ask.env(), ask.viewer(), create).await?))
        });
    Mutation::new("updateCustomerConfigVariable", "Changes what is given of one.", PAYLOAD)
        .inputs([
            ID,
            ("customer", "ID", "Can only be the one whose it is."),
            ("isTest", "Boolean", "Can only be what it is."),
            ("key", "String", "Tells connections of one customer apart."),
            ("redeploy", "Boolean", REDEPLOY),
            INPUTS,
        ])
        .run(registry, |input, ask| async move {
            let update = UpdateValue {
                key: input.text("key")?,
                customer: input.id("customer")?,
                is_test: input.flag("isTest")?,
                inputs: read_inputs(&input)?,
                redeploy: input.flag("redeploy")?.unwrap_or_default(),
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(reuse::update_value(ask.env(), ask.viewer(), id, update).await?))
        });
    Mutation::new("deleteCustomerConfigVariable", "Deletes one that no instance uses.", PAYLOAD)
        .inputs([ID])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(reuse::delete_value(ask.env(), ask.viewer(), id).await?))
        });
}

fn others(registry: &mut Registry) {
    Mutation::new("disconnectCustomerConnection", "Forgets its token.", PAYLOAD).inputs([ID]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            reuse::disconnect_value(&ask.context.env, ask.viewer(), id).await?;
            again(&ask, id).await
        },
    );
    Mutation::new("updateCustomerOAuth2Connection", "Sets its token by hand.", PAYLOAD)
        .inputs([ID])
        .inputs(UPDATE)
        .run(registry, |input, ask| async move {
            let (id, update) = (input.require_id("id")?, read_update(&input)?);
            reuse::update_value_connection(ask.env(), ask.viewer(), id, &update).await?;
            again(&ask, id).await
        });
    Mutation::new(
        "bulkDisableInstancesUsingCustomerConnection",
        "Pauses every instance that runs with it.",
        PAYLOAD,
    )
    .inputs([ID])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(reuse::disable_users_of_value(ask.env(), ask.viewer(), id).await?))
    });
    Mutation::new(
        "updateInstancesUsingCustomerConfigVariable",
        "Deploys every instance that runs with it again, so that it uses what it is now.",
        (
            "result",
            "UpdateInstancesUsingCustomerConfigVariableResult",
            "What became of the instances; null on errors.",
        ),
    )
    .inputs([ID])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(reuse::redeploy_users(ask.env(), ask.viewer(), id).await?))
    });
}

fn result(registry: &mut Registry) {
    const ONE: &str = "UpdateInstancesUsingCustomerConfigVariableReturnObject";
    registry.add(
        Type::<Vec<Redeployed>>::new(
            "UpdateInstancesUsingCustomerConfigVariableResult",
            "What became of instances that were to be deployed again.",
        )
        .field("instances", &format!("[{ONE}]"), "One for each of them.", |all| {
            all.iter().cloned().map(Arc::new).collect::<Vec<_>>()
        }),
    );
    registry.add(
        Type::<Redeployed>::new(ONE, "What became of one instance.")
            .field("instanceId", "String", "The instance.", |it| id::encode(it.instance))
            .field("updated", "Boolean", "Whether it has what is new.", |it| it.problems.is_empty())
            .field("redeployed", "Boolean", "Whether it was deployed.", |it| it.problems.is_empty())
            .field("messages", "[String]", "What kept it from that.", |it| it.problems.clone()),
    );
}

/// The row after its token has changed.
async fn again(
    ask: &Ask,
    id: CustomerVariableId,
) -> Result<Arc<customer_variable::Model>, ApiError> {
    ask.forget();
    let row = ask.viewer().find::<customer_variable::Entity>(ask.env().db.read(), id).await?;
    Ok(Arc::new(row))
}
