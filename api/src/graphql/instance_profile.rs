//! Instance profiles: what executions of instances leave behind.

use std::sync::Arc;

use domain::instance_profile::{Create, Settings};
use entity::{Id, InstanceProfileId, instance, instance_profile, organization};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{ColumnTrait, Condition};

use super::Arguments;
use super::argument::flag;
use super::builder::{Parameter, Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::mutation::Mutation;
use super::order::Order;
use super::page::{self, RowKey};
use super::{id, instance as instances};
use crate::ApiError;

impl page::Noun for instance_profile::Entity {
    type Id = InstanceProfileId;
    const ID: instance_profile::Column = instance_profile::Column::Id;

    fn id(row: &instance_profile::Model) -> InstanceProfileId {
        row.id
    }
}

const PAYLOAD: Parameter = ("instanceProfile", "InstanceProfile", "The profile; null on errors.");

const IS_DEFAULT: &str = "Whether instances that were given none have it.";
const MEMORY: &str = "Memory that executions are meant to have, in MB. For information only: \
    executions share the memory of the server, and the installation limits that of code.";
const BILLING: &str = "How instances are billed. For information only.";
const LOGS: &str = "Whether executions write no log. Why one failed is kept with the execution.";
const RESULTS: &str = "Whether results of steps are not kept. What failed, and the result that a \
    waiting caller gets, are kept all the same.";
const DAYS: &str = "Days that payloads, step results, logs and files of executions are kept; what \
    the organization sets where there is none.";
const DAYS_INPUT: &str = "Days that payloads, step results, logs and files of executions are kept; \
    0 for what the organization sets.";

const SETTINGS: [Parameter; 8] = [
    ("name", "String", "The name, unique in the organization."),
    ("description", "String", "What it is for."),
    ("logsDisabled", "Boolean", LOGS),
    ("stepResultsDisabled", "Boolean", RESULTS),
    ("allocatedMemoryMb", "Int", MEMORY),
    ("instanceBillingType", "String", BILLING),
    ("isDefaultProfile", "Boolean", IS_DEFAULT),
    ("contentsDays", "Int", DAYS_INPUT),
];

const REFUSED: [(&str, &str); 2] = [("quickStart", "Boolean"), ("quickStartInstances", "Int")];

fn listing() -> Listing<instance_profile::Entity> {
    use instance_profile::Column as C;
    Listing::new("InstanceProfile")
        .filters([
            Filter::text("description", C::Description),
            Filter::contains("description_Icontains", C::Description),
            Filter::new(
                ("isDefaultProfile", "Boolean", "Only the default, or all others."),
                |value| {
                    let is_default = is_default();
                    let wanted = flag("isDefaultProfile", value)?;
                    Ok(if wanted { is_default } else { is_default.not() })
                },
            ),
            Filter::text("name", C::Name),
            Filter::contains("name_Icontains", C::Name),
        ])
        .orders([
            Order::text("DESCRIPTION", "The description.", C::Description),
            Order::number_of("IS_DEFAULT_PROFILE", "The default first.", || {
                Query::select()
                    .expr(Expr::val(0_i64))
                    .from(organization::Entity)
                    .cond_where(is_own_default())
                    .take()
            }),
            Order::text("NAME", "The name.", C::Name),
        ])
}

fn is_default() -> Condition {
    let defaults = Query::select()
        .column(organization::Column::DefaultProfileId)
        .from(organization::Entity)
        .and_where(organization::Column::DefaultProfileId.is_not_null())
        .take();
    instance_profile::Column::Id.in_subquery(defaults).into_condition()
}

fn is_own_default() -> Condition {
    let id = Expr::col((instance_profile::Entity, instance_profile::Column::Id));
    Expr::col((organization::Entity, organization::Column::DefaultProfileId))
        .eq(id)
        .into_condition()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.enumeration(
        "InstanceProfileScope",
        "Who can have a profile.",
        &[("INSTANCE", "One instance."), ("ORG", "Any instance of the organization.")],
    );
    registry.query(|query| {
        query
            .by_id::<instance_profile::Entity>(
                "instanceProfile",
                "InstanceProfile",
                "One instance profile.",
            )
            .list("instanceProfiles", "The instance profiles you may see.", listing())
    });
    mutations(registry);
}

fn object() -> Type<instance_profile::Model> {
    Type::<instance_profile::Model>::new(
        "InstanceProfile",
        "What executions of instances leave behind.",
    )
    .id(|profile| id::encode(profile.id))
    .editable::<instance_profile::Entity>()
    .field("name", "String!", "The name, unique in the organization.", |it| it.name.clone())
    .field("description", "String", "What it is for.", |it| it.description.clone())
    .field("stableKey", "String", "A key that survives a rename.", |it| it.stable_key.clone())
    .field("scope", "InstanceProfileScope!", "Who can have it.", |it| {
        if it.instance_id.is_some() { "INSTANCE" } else { "ORG" }
    })
    .field("logsDisabled", "Boolean!", LOGS, |it| it.logs_disabled)
    .field("stepResultsDisabled", "Boolean!", RESULTS, |it| it.step_results_disabled)
    .field("allocatedMemoryMb", "Int!", MEMORY, |it| it.allocated_memory_mb)
    .field("instanceBillingType", "String!", BILLING, |it| it.billing_type.clone())
    .field("contentsDays", "Int", DAYS, |it| it.contents_days)
    .field("quickStart", "Boolean", "Whether runners wait for calls; they never need to.", |_| {
        false
    })
    .field("quickStartInstances", "Int", "How many runners wait for calls.", |_| None::<i32>)
    .resolve("isDefaultProfile", "Boolean!", IS_DEFAULT, |profile, ask| async move {
        let own = ask.load(RowKey::<organization::Entity>(profile.organization_id)).await?;
        Ok(own.is_some_and(|own| own.default_profile_id == Some(profile.id)))
    })
    .row::<instance::Entity>("instance", "Instance", "The one instance it is for.", |it| {
        it.instance_id
    })
    .connection::<instance::Entity>(
        "instances",
        "The instances that were given it.",
        instances::listing(),
        |it| it.id.uuid(),
        |id| instance::Column::ProfileId.eq(id).into_condition(),
    )
}

fn mutations(registry: &mut Registry) {
    Mutation::new("createInstanceProfile", "Adds an instance profile.", PAYLOAD)
        .inputs(SETTINGS)
        .inputs([
            ("stableKey", "String", "A key that survives a rename; made of the name unless given."),
            ("scope", "InstanceProfileScope", "Who can have it; found by itself unless given."),
            ("instance", "ID", "The one instance it is for, which has it from then on."),
        ])
        .refuses(REFUSED)
        .run(registry, |input, ask| async move {
            let instance = input.id("instance")?;
            check_scope(&input, instance.is_some())?;
            let create = Create {
                settings: settings(&input)?,
                stable_key: input.text("stableKey")?,
                instance,
            };
            Ok(Arc::new(domain::instance_profile::create(ask.env(), ask.viewer(), create).await?))
        });
    Mutation::new("updateInstanceProfile", "Changes what is given of a profile.", PAYLOAD)
        .inputs([
            ("id", "ID", "The profile."),
            ("instance", "ID", "The one instance it is for, which cannot be changed."),
        ])
        .inputs(SETTINGS)
        .refuses(REFUSED)
        .run(registry, |input, ask| async move {
            let (env, viewer, id) = (ask.env(), ask.viewer(), input.require_id("id")?);
            let (settings, instance) = (settings(&input)?, input.id("instance")?);
            let updated = domain::instance_profile::update(env, viewer, id, settings, instance);
            Ok(Arc::new(updated.await?))
        });
    Mutation::new(
        "deleteInstanceProfile",
        "Deletes a profile; its instances have the default from then on.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The profile.")])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(domain::instance_profile::delete(ask.env(), ask.viewer(), id).await?))
    });
}

fn check_scope(input: &Arguments, is_for_one: bool) -> Result<(), ApiError> {
    let fits = match input.text("scope")?.as_deref() {
        None => true,
        Some("INSTANCE") => is_for_one,
        Some(_) => !is_for_one,
    };
    if fits {
        return Ok(());
    }
    Err(ApiError::problem(
        "scope",
        "An instance is given for the scope INSTANCE, and for no other.",
    ))
}

fn settings(input: &Arguments) -> Result<Settings, ApiError> {
    Ok(Settings {
        name: input.text("name")?,
        description: input.text("description")?,
        logs_disabled: input.flag("logsDisabled")?,
        step_results_disabled: input.flag("stepResultsDisabled")?,
        allocated_memory_mb: input.int("allocatedMemoryMb")?,
        billing_type: input.text("instanceBillingType")?,
        is_default: input.flag("isDefaultProfile")?,
        contents_days: input.int("contentsDays")?,
    })
}
