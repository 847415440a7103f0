//! Scoped variables.

use std::sync::Arc;

use domain::Action;
use domain::reuse::{self, CreateScoped, Redirects, UpdateScoped, Used};
use entity::scoped_variable::Scope;
use entity::{
    Id, ScopedVariableId, config_variable, customer, customer_variable, instance, integration, log,
    scoped_variable,
};
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{ActiveEnum, ColumnTrait};

use super::facts;
use super::input::{REDEPLOY, connection, read_inputs, read_redirects};
use super::{narrow, value};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::component::{self, Connection};
use crate::graphql::config_value::oauth2::{UPDATE, read_update};
use crate::graphql::connection::Listing;
use crate::graphql::expression::{self, ShownExpression};
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::{
    config_variable as variables, id, instance as instances, integration as integrations,
    log as logs, page,
};

impl page::Noun for scoped_variable::Entity {
    type Id = ScopedVariableId;
    const ID: scoped_variable::Column = scoped_variable::Column::Id;

    fn id(row: &scoped_variable::Model) -> ScopedVariableId {
        row.id
    }
}

const CUSTOMERS_TOO: Parameter =
    ("includeCustomer", "Boolean", "True lists what belongs to single customers as well.");

/// Scoped variables can be searched by key, component, scope and status.
pub fn listing() -> Listing<scoped_variable::Entity> {
    use scoped_variable::Column as C;
    let [component_in, component_label] = narrow::components(C::ComponentKey);
    let [status, status_in] = narrow::statuses::<scoped_variable::Entity>();
    Listing::new("ScopedConfigVariable")
        .filters([
            component_in,
            component_label,
            Filter::contains("description_Icontains", C::Description),
            Filter::ids::<ScopedVariableId>("id_In", C::Id),
            Filter::text("key", C::Key),
            Filter::contains("key_Icontains", C::Key),
            Filter::word("managedBy", C::ManagedBy),
            Filter::words("managedBy_In", C::ManagedBy),
            Filter::text("stableKey", C::StableKey),
            Filter::texts("stableKey_In", C::StableKey),
            status,
            status_in,
            Filter::word("variableScope", C::VariableScope),
            Filter::words("variableScope_In", C::VariableScope),
        ])
        .unless(CUSTOMERS_TOO, |_| C::CustomerId.is_null().into_condition())
        .orders([
            narrow::by_component(|| Expr::col((scoped_variable::Entity, C::ComponentKey))),
            Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
            Order::text("KEY", "The name.", C::Key),
            Order::number("LAST_CONFIGURED_AT", "When it was configured.", C::LastConfiguredAt),
            narrow::by_status::<scoped_variable::Entity>(),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(lists(tokens(relations(object()))));
    enumerations(registry);
    registry.query(|query| {
        query
            .by_id::<scoped_variable::Entity>(
                "scopedConfigVariable",
                "ScopedConfigVariable",
                "One connection that integrations share.",
            )
            .list("scopedConfigVariables", "The shared connections you may see.", listing())
    });
    create_update_delete(registry);
    others(registry);
}

fn enumerations(registry: &mut Registry) {
    registry.enumeration(
        "ScopedConfigVariableManagedBy",
        "Who fills in a shared connection.",
        &[
            ("CUSTOMER", "Each customer."),
            ("ORG", "The organization."),
            ("SYSTEM", "The platform; none is."),
        ],
    );
    registry.enumeration(
        "ScopedConfigVariableVariableScope",
        "For whom there is one connection.",
        &[
            ("CUSTOMER", "For each customer."),
            ("ORG", "For all customers together."),
            ("USER", "For each user; there is none."),
        ],
    );
    registry.enumeration(
        "TreeLocation",
        "Where a shared connection stands among those it was made from.",
        &[("LEAF", "It was made from another."), ("ROOT", "It stands alone.")],
    );
    for name in ["ScopedConfigVariableStatus", "CustomerConfigVariableStatus"] {
        registry.enumeration(
            name,
            "How a shared connection stands.",
            &[
                ("ACTIVE", "It has what it needs."),
                ("ERROR", "It does not work at the moment."),
                ("FAILED", "The attempt to authorize it failed."),
                ("PENDING", "It lacks something."),
            ],
        );
    }
}

fn object() -> Type<scoped_variable::Model> {
    Type::<scoped_variable::Model>::new(
        "ScopedConfigVariable",
        "A connection that integrations refer to by a stable key.",
    )
    .id(|it| id::encode(it.id))
    .editable::<scoped_variable::Entity>()
    .field("key", "String!", "The name that people see.", |it| it.key.clone())
    .field("stableKey", "String!", "What definitions call it.", |it| it.stable_key.clone())
    .field("description", "String", "What it is for.", |it| it.description.clone())
    .field("variableScope", "ScopedConfigVariableVariableScope!", "For whom there is one.", |it| {
        it.variable_scope.to_value()
    })
    .field("managedBy", "ScopedConfigVariableManagedBy!", "Who fills it in.", |it| {
        it.managed_by.to_value()
    })
    .field("buildOnly", "Boolean", "Whether only test runs use it.", |it| it.build_only)
    .field(
        "defaultForComponent",
        "Boolean!",
        "Whether it is suggested where its component needs a connection.",
        |it| it.default_for_component,
    )
    .field("parent", "ScopedConfigVariable", "What it was made from; there is none.", |_| ())
    .field("treeLocation", "TreeLocation", "Where it stands.", |_| "ROOT")
    .field("oAuthRedirectConfig", "OAuthRedirectConfig", "Where browsers go in the end.", |it| {
        let is_set = it.success_url.is_some() || it.failure_url.is_some();
        is_set.then(|| {
            let (success, failure) = (it.success_url.clone(), it.failure_url.clone());
            Arc::new(Redirects { success, failure })
        })
    })
    .field("connection", "Connection", "The kind of credentials it holds.", connection_of)
}

/// The kind of credentials of a shared connection.
pub fn connection_of(row: &scoped_variable::Model) -> Option<Arc<Connection>> {
    component::connection(&row.component_key, &row.connection_key)
}

fn relations(of: Type<scoped_variable::Model>) -> Type<scoped_variable::Model> {
    of.row::<customer::Entity>(
        "customer",
        "Customer",
        "Whose integrations alone can refer to it.",
        |it| it.customer_id,
    )
    .short_list::<ShownExpression, _>(
        ("inputs", "Expression", "What it sets; secrets are never shown."),
        &[],
        |it, ask| async move {
            let shown = reuse::shown(ask.env(), ask.viewer(), &it, None).await?;
            expression::shown(&ask, &format!("ScopedConfigVariable:{}", it.id.uuid()), shown)
        },
    )
}

fn tokens(of: Type<scoped_variable::Model>) -> Type<scoped_variable::Model> {
    let of = of
        .resolve(
            "status",
            "ScopedConfigVariableStatus",
            "How it stands; null where each customer has a connection of its own.",
            |it, ask| async move {
                if it.variable_scope != Scope::Org {
                    return Ok(None);
                }
                facts::status(&ask, it.id.uuid(), it.is_ready).await.map(Some)
            },
        )
        .resolve_with(
            ("authorizeUrl", "String", "Where a browser starts, if somebody has to consent."),
            &[("newSession", "Boolean", "The provider asks again who the user is.")],
            |it, ask| async move {
                if !ask.viewer().can_on::<scoped_variable::Entity>(Action::Modify, &it) {
                    return Ok(None);
                }
                let place = reuse::place_of_scoped(ask.env(), &it).await?;
                facts::authorize_url(&ask, place.as_ref())
            },
        );
    let of = facts::of_tokens(of, |it| it.id.uuid(), |it| it.last_configured_at);
    facts::of_use(of, |it| Used::Scoped(it.id))
}

fn lists(of: Type<scoped_variable::Model>) -> Type<scoped_variable::Model> {
    of.connection::<customer_variable::Entity>(
        "customerConfigVariables",
        "What was entered for it.",
        value::listing(),
        |it| it.id.uuid(),
        |id| customer_variable::Column::ScopedVariableId.eq(id).into_condition(),
    )
    .connection::<log::Entity>(
        "logs",
        "What happened to it.",
        logs::listing(),
        |it| it.id.uuid(),
        logs::of_scoped,
    )
    .connection::<instance::Entity>(
        "instances",
        "The instances that run with it, or whose version refers to it.",
        instances::listing(),
        |it| it.id.uuid(),
        |id| reuse::instances_of_scoped(ScopedVariableId(id)),
    )
    .connection::<integration::Entity>(
        "integrations",
        "The integrations that refer to it.",
        integrations::latest(),
        |it| it.id.uuid(),
        |id| {
            let refers = reuse::integrations_of_scoped(ScopedVariableId(id));
            integrations::is_integration().add(integration::Column::Id.in_subquery(refers))
        },
    )
    .connection::<config_variable::Entity>(
        "requiredConfigVariables",
        "The config variables that stand for it.",
        variables::listing(),
        |it| it.id.uuid(),
        |id| {
            let stands = reuse::variables_of_scoped(ScopedVariableId(id));
            config_variable::Column::Id.in_subquery(stands).into_condition()
        },
    )
}

const PAYLOAD: Parameter =
    ("scopedConfigVariable", "ScopedConfigVariable", "The shared connection; null on errors.");
const ID: Parameter = ("id", "ID", "The shared connection.");
const INPUTS: Parameter = ("inputs", "[InputExpression]", "What it sets; others stay.");
const REDIRECTS: Parameter =
    ("oAuthRedirectConfig", "OAuthRedirectConfigInput", "Where browsers go in the end.");

fn create_update_delete(registry: &mut Registry) {
    Mutation::new("createScopedConfigVariable", "Adds a connection to share.", PAYLOAD)
        .inputs([
            ("key", "String!", "The name that people see."),
            ("stableKey", "String!", "What definitions call it; it cannot be changed."),
            ("description", "String", "What it is for."),
            ("variableScope", "String!", "`org` for one connection, `customer` for one each."),
            ("managedBy", "String", "Who fills it in: `org`, unless `customer` is given."),
            ("connection", "ID", "The kind of credentials it holds."),
            ("customer", "ID", "Whose integrations alone can refer to it."),
            ("buildOnly", "Boolean", "True lets only test runs use it."),
            INPUTS,
            REDIRECTS,
        ])
        .refuses([("parent", "ID")])
        .run(registry, |input, ask| async move {
            let create = CreateScoped {
                key: input.require_text("key")?,
                stable_key: input.require_text("stableKey")?,
                description: input.text("description")?,
                variable_scope: input.require_text("variableScope")?,
                managed_by: input.text("managedBy")?,
                customer: input.id("customer")?,
                connection: connection(&input)?,
                inputs: read_inputs(&input)?,
                build_only: input.flag("buildOnly")?.unwrap_or_default(),
                redirects: read_redirects(&input)?,
            };
            Ok(Arc::new(reuse::create(ask.env(), ask.viewer(), create).await?))
        });
    Mutation::new("updateScopedConfigVariable", "Changes what is given of one.", PAYLOAD)
        .inputs([
            ID,
            ("key", "String", "The name that people see."),
            ("description", "String", "What it is for."),
            ("defaultForComponent", "Boolean", "True suggests it for its component."),
            ("redeploy", "Boolean", REDEPLOY),
            ("unsetOAuthRedirectConfig", "Boolean", "True sends browsers to our own page."),
            INPUTS,
            REDIRECTS,
        ])
        .run(registry, |input, ask| async move {
            let is_unset = input.flag("unsetOAuthRedirectConfig")? == Some(true);
            let update = UpdateScoped {
                key: input.text("key")?,
                description: input.text("description")?,
                inputs: read_inputs(&input)?,
                default_for_component: input.flag("defaultForComponent")?,
                redirects: if is_unset {
                    Some(Redirects::default())
                } else {
                    read_redirects(&input)?
                },
                redeploy: input.flag("redeploy")?.unwrap_or_default(),
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(reuse::update(ask.env(), ask.viewer(), id, update).await?))
        });
    Mutation::new("deleteScopedConfigVariable", "Deletes one that no instance uses.", PAYLOAD)
        .inputs([ID])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(reuse::delete(ask.env(), ask.viewer(), id).await?))
        });
}

fn others(registry: &mut Registry) {
    Mutation::new("disconnectScopedConnection", "Forgets its token.", PAYLOAD).inputs([ID]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            reuse::disconnect_scoped(&ask.context.env, ask.viewer(), id).await?;
            again(&ask, id).await
        },
    );
    Mutation::new("updateScopedOAuth2Connection", "Sets its token by hand.", PAYLOAD)
        .inputs([ID])
        .inputs(UPDATE)
        .run(registry, |input, ask| async move {
            let (id, update) = (input.require_id("id")?, read_update(&input)?);
            reuse::update_scoped_connection(ask.env(), ask.viewer(), id, &update).await?;
            again(&ask, id).await
        });
    Mutation::new(
        "bulkDisableInstancesUsingConnection",
        "Pauses every instance that runs with it.",
        PAYLOAD,
    )
    .inputs([ID])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(reuse::disable_users_of_scoped(ask.env(), ask.viewer(), id).await?))
    });
}

/// The row after its token has changed.
async fn again(ask: &Ask, id: ScopedVariableId) -> Result<Arc<scoped_variable::Model>, ApiError> {
    ask.forget();
    let row = ask.viewer().find::<scoped_variable::Entity>(ask.env().db.read(), id).await?;
    Ok(Arc::new(row))
}
