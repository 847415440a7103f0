//! Executions: the runs of flows.

pub mod filters;
mod lineage;
mod replay;

use async_graphql::dynamic::InputObject;
use entity::{
    ExecutionId, Id, execution, flow_config, instance, integration, integration_flow, log,
    step_result,
};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ActiveEnum, ColumnTrait};
use uuid::Uuid;

use super::builder::{Registry, Type, parameter};
use super::connection::{Listing, register_pages};
use super::order::Order;
use super::{id, log as logs, page, step_result as steps};
use crate::results::{self, Kind};

impl page::Noun for execution::Entity {
    type Id = ExecutionId;
    const ID: execution::Column = execution::Column::Id;

    fn id(row: &execution::Model) -> ExecutionId {
        row.id
    }
}

pub fn listing() -> Listing<execution::Entity> {
    use execution::Column as C;
    Listing::new("InstanceExecutionResult").newest_first().filters(filters::all()).orders([
        Order::number("ENDED_AT", "When it ended.", C::EndedAt),
        Order::age("STARTED_AT", "When it started."),
    ])
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    enumerations(registry);
    let invoker = [
        ("id", "ID!", "The invoking execution."),
        ("startedAt", "DateTime!", "When the invoking execution started."),
    ];
    let by = InputObject::new("ExecutionInvokedByInput")
        .description("The execution that invoked another one.");
    registry.add(invoker.map(parameter).into_iter().fold(by, InputObject::field));
    registry.add(lineage::with_lineage(object()));
    lineage::register(registry);
    registry.add(section());
    register_pages::<Section>(registry, "ExecutionSection");
    registry.query(|query| {
        query
            .by_id::<execution::Entity>(
                "executionResult",
                "InstanceExecutionResult",
                "One execution.",
            )
            .list("executionResults", "The executions you may see.", listing())
            .short_list::<Section, _>(
                ("executionSections", "ExecutionSection", "Named groups of log lines."),
                &[
                    ("executionResult", "ID", "Only those of this execution."),
                    ("sectionId_In", "[UUID]", "Only those with one of these ids."),
                ],
                |_, _| async { Ok(Vec::new()) },
            )
    });
    replay::register(registry);
}

/// A named group of log lines. Steps that make them are yet to come, so there are none.
enum Section {}

fn section() -> Type<Section> {
    Type::<Section>::new("ExecutionSection", "A named group of log lines.")
        .id(|section| match *section {})
        .field("label", "String!", "Its name.", |section| -> String { match *section {} })
        .field("sectionId", "UUID", "What log lines name it by.", |section| -> Option<Uuid> {
            match *section {}
        })
}

fn enumerations(registry: &mut Registry) {
    registry.enumeration(
        "ExecutionStatus",
        "Where an execution stands.",
        &[
            ("QUEUED", "It waits for a free place."),
            ("PENDING", "It runs."),
            ("SUCCESS", "It ended well."),
            ("ERROR", "It failed."),
        ],
    );
    registry.enumeration(
        "InstanceExecutionResultResultType",
        "How an execution ended.",
        &[
            ("COMPLETED", "Its steps ran."),
            ("ERROR", "A step failed."),
            ("CANCELED_AS_DUPLICATE", "Another call with the same id took its place."),
            ("POLLED_NO_CHANGES", "Its trigger found nothing new."),
        ],
    );
    registry.enumeration(
        "InstanceExecutionResultInvokeType",
        "What started an execution.",
        &[
            ("WEBHOOK", "A call of its URL."),
            ("SCHEDULED", "A schedule."),
            ("CROSS_FLOW", "Another flow."),
            ("DEPLOY_FLOW", "The instance was deployed."),
            ("TEAR_DOWN_FLOW", "The instance is being removed."),
            ("INTEGRATION_FLOW_TEST", "A test of the flow."),
            ("INTEGRATION_ENDPOINT_TEST", "A test of the endpoint."),
            ("WEBHOOK_SNAPSHOT", "A call that was recorded as a sample."),
            ("AI_AGENT", "An agent that uses the flow as a tool."),
        ],
    );
}

fn object() -> Type<execution::Model> {
    let object = Type::<execution::Model>::new("InstanceExecutionResult", "One run of a flow.")
        .id(|execution| id::encode(execution.id))
        .field("status", "ExecutionStatus!", "Where it stands.", |execution| {
            execution.status.to_value()
        })
        .field(
            "resultType",
            "InstanceExecutionResultResultType",
            "How it ended; null while it runs.",
            |execution| execution.result_type.map(|kind| kind.to_value()),
        )
        .field("invokeType", "InstanceExecutionResultInvokeType", "What started it.", |execution| {
            execution.invoke_type.to_value()
        })
        .field("startedAt", "DateTime!", "When it started.", |execution| execution.started_at)
        .field("queuedAt", "DateTime", "Since when it waited for a place.", |execution| {
            execution.queued_at
        })
        .field("endedAt", "DateTime", "When it ended; null while it runs.", |execution| {
            execution.ended_at
        })
        .field("error", "String", "Why it failed; null if it did not.", |execution| {
            execution.error.clone()
        })
        .field("isTestExecution", "Boolean!", "Whether it was a test.", |execution| {
            execution.is_test
        })
        .field("isLre", "Boolean!", "Whether it may run for very long.", |_| false)
        .field("retryCount", "Int", "Which repetition this is; 0 for the first run.", |execution| {
            execution.retry_count
        })
        .field("maxRetryCount", "Int", "How often its flow lets it be repeated.", |execution| {
            execution.max_retry_count
        })
        .field(
            "retryNextAt",
            "DateTime",
            "When it will be repeated; null if it will not, or has been.",
            |execution| execution.retry_next_at,
        )
        .field(
            "retryUniqueRequestId",
            "String",
            "By this id a newer call cancels its repetitions.",
            |execution| execution.request_id.clone(),
        )
        .fixed();
    related(documents(object))
}

/// Where what came in and went out can be read.
fn documents(of: Type<execution::Model>) -> Type<execution::Model> {
    let links = [
        ("requestPayloadUrl", REQUEST, Kind::Request),
        ("requestPayloadMetadataUrl", REQUEST_SIZE, Kind::Request),
        ("responsePayloadUrl", RESPONSE, Kind::Response),
        ("responsePayloadMetadataUrl", RESPONSE_SIZE, Kind::Response),
    ];
    links.into_iter().fold(of, |of, (name, about, kind)| {
        of.resolve(name, "String!", about, move |execution, ask| async move {
            Ok(results::url(ask.env(), kind, execution.id.0))
        })
    })
}

const REQUEST: &str = "Where what started it can be read for an hour: JSON with `headers`, \
    `contentType` and the `body` in base64.";

const REQUEST_SIZE: &str = "Where the size of that document can be asked for.";

const RESPONSE: &str = "Where what a caller who waits gets can be read for an hour: the last step's \
    result, by its content type; no content if no step has ended.";

const RESPONSE_SIZE: &str = "Where the size of that result can be asked for.";

fn related(object: Type<execution::Model>) -> Type<execution::Model> {
    object
        .row::<instance::Entity>("instance", "Instance", "The instance it ran for.", |execution| {
            Some(execution.instance_id)
        })
        .row::<integration::Entity>(
            "integration",
            "Integration",
            "The version of the integration it ran.",
            |execution| Some(execution.integration_id),
        )
        .row::<integration_flow::Entity>("flow", "IntegrationFlow", "The flow.", |execution| {
            Some(execution.flow_id)
        })
        .row::<flow_config::Entity>(
            "flowConfig",
            "InstanceFlowConfig",
            "The flow as the instance has it.",
            |execution| Some(execution.flow_config_id),
        )
        .row::<execution::Entity>(
            "replayForExecution",
            "InstanceExecutionResult",
            "The execution it repeats on request.",
            |execution| execution.replay_for_id,
        )
        .row::<execution::Entity>(
            "retryForExecution",
            "InstanceExecutionResult",
            "The execution it repeats because that failed.",
            |execution| execution.retry_for_id,
        )
        .row::<execution::Entity>(
            "canceledByExecution",
            "InstanceExecutionResult",
            "The execution that made this one, or its repetitions, needless.",
            |execution| execution.canceled_by_id,
        )
        .connection::<execution::Entity>(
            "replays",
            "Its repetitions on request.",
            listing(),
            |execution| execution.id.uuid(),
            |id: Uuid| execution::Column::ReplayForId.eq(id).into_condition(),
        )
        .connection::<execution::Entity>(
            "retryAttempts",
            "Its repetitions after a failure.",
            listing(),
            |execution| execution.id.uuid(),
            |id: Uuid| execution::Column::RetryForId.eq(id).into_condition(),
        )
        .connection::<step_result::Entity>(
            "stepResults",
            "What its steps gave, in the order they ended.",
            steps::listing(),
            |execution| execution.id.uuid(),
            |id: Uuid| step_result::Column::ExecutionId.eq(id).into_condition(),
        )
        .connection::<log::Entity>(
            "logs",
            "Its log lines, in order.",
            logs::listing(),
            |execution| execution.id.uuid(),
            |id: Uuid| log::Column::ExecutionId.eq(id).into_condition(),
        )
}
