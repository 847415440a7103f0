//! The type of workflows.

use std::sync::Arc;

use domain::Action;
use entity::{
    Id, IntegrationId, SequenceId, WorkflowId, customer, integration, integration_flow, test_case,
};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;
use serde_json::{Map, Value as Json, json};

use super::copy::{copy_of, last_run};
use super::versions;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Parameter, Type};
use crate::graphql::integration::{contents, facts, of_sequence};
use crate::graphql::page::{RowKey, all_of};
use crate::graphql::{flow as flows, id, test_case as cases};

pub fn object() -> Type<integration::Model> {
    let workflow = Type::<integration::Model>::new(
        "Workflow",
        "A draft or version of an integration that a customer builds for itself.",
    )
    .id(|workflow| id::encode(WorkflowId(workflow.id.uuid())))
    .field("externalId", "String", "The id in the organization's own product.", |it| {
        it.external_id.clone()
    })
    .field("metadata", "JSONString", "Where it was made, and what was kept with it.", metadata);
    let workflow = facts::version_at(facts::version(facts::of(workflow)), "Workflow");
    contents::components(lists(running(definition(rights(workflow)))))
}

/// The context that it was made in; null if it was made in none.
fn metadata(workflow: &integration::Model) -> Option<String> {
    if workflow.context_key.is_none() && workflow.context_data.is_none() {
        return None;
    }
    let data = workflow.context_data.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let context = json!({ "stableKey": workflow.context_key, "data": data.unwrap_or(Json::Null) });
    Some(Json::Object(Map::from_iter([("context".to_owned(), context)])).to_string())
}

fn rights(of: Type<integration::Model>) -> Type<integration::Model> {
    let rights = [
        ("allowUpdate", Action::Modify, "Whether you may change this."),
        ("allowRemove", Action::Remove, "Whether you may delete this."),
    ];
    rights.into_iter().fold(of, |of, (name, action, about)| {
        of.resolve(name, "Boolean!", about, move |workflow, ask| async move {
            may(&workflow, &ask, action).await
        })
    })
}

/// Users of customers also need their customer's leave to build workflows.
async fn may(workflow: &integration::Model, ask: &Ask, action: Action) -> Result<bool, ApiError> {
    if !ask.viewer().can_on::<integration::Entity>(action, workflow) {
        return Ok(false);
    }
    let Some(own) = ask.viewer().customer_id() else { return Ok(true) };
    let own = ask.load(RowKey::<customer::Entity>(own)).await?;
    Ok(own.is_some_and(|own| own.allow_embedded_workflow_builder))
}

const DEFINITION: [Parameter; 4] = [
    ("definitionType", "DefinitionType", "Both kinds are written in the same way."),
    ("useLatestComponentVersions", "Boolean", "Do not pin versions of components."),
    ("variant", "String", "There is one way to write a definition."),
    ("version", "Int", "Version of the definition language; there is one."),
];

fn definition(of: Type<integration::Model>) -> Type<integration::Model> {
    of.resolve_with(
        ("definition", "String", "The definition as YAML, which imports again."),
        &DEFINITION,
        |workflow, ask| async move {
            let latest = ask.args.flag("useLatestComponentVersions")?.unwrap_or_default();
            Ok(domain::integration::export(&workflow, latest)?)
        },
    )
    .resolve("flow", "WorkflowFlow!", "What it does.", |workflow, ask| async move {
        flow_of(&workflow, &ask).await
    })
}

async fn flow_of(
    workflow: &integration::Model,
    ask: &Ask,
) -> Result<Arc<integration_flow::Model>, ApiError> {
    let flows = all_of::<integration_flow::Entity>(
        ask,
        ("flow", |id| {
            integration_flow::Column::IntegrationId.eq(IntegrationId(id)).into_condition()
        }),
        workflow.id.uuid(),
        flows::position(),
    );
    flows.await?.into_iter().next().ok_or(ApiError::NotFound)
}

fn running(of: Type<integration::Model>) -> Type<integration::Model> {
    of.resolve(
        "instance",
        "Instance",
        "The copy that runs; null if it was never enabled.",
        |workflow, ask| async move { copy_of(&workflow, &ask).await },
    )
    .resolve(
        "deployedVersion",
        "Workflow",
        "The version that the copy runs, or ran until it was disabled.",
        |workflow, ask| async move {
            match copy_of(&workflow, &ask).await? {
                Some(copy) => ask.load(RowKey::<integration::Entity>(copy.integration_id)).await,
                None => Ok(None),
            }
        },
    )
    .resolve(
        "lastExecutedAt",
        "DateTime",
        "When the copy ran last.",
        |workflow, ask| async move { last_run(&workflow, ask).await },
    )
}

fn lists(of: Type<integration::Model>) -> Type<integration::Model> {
    of.connection::<integration::Entity>(
        "versionSequence",
        "The published versions.",
        versions(),
        |workflow| workflow.sequence_id.uuid(),
        |id| integration::Column::SequenceId.eq(SequenceId(id)).into_condition(),
    )
    .connection::<test_case::Entity>(
        "testCases",
        "Calls kept to test it with.",
        cases::listing(),
        |workflow| workflow.sequence_id.uuid(),
        |id| test_case::Column::IntegrationId.in_subquery(of_sequence(id)).into_condition(),
    )
}
