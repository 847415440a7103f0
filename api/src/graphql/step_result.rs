//! Step results: what the steps of an execution gave.

use entity::{ExecutionId, InstanceId, StepResultId, execution, instance, step_result};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::argument::flag;
use super::builder::{Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::order::Order;
use super::{id, page};
use crate::results::{self, Kind};

impl page::Noun for step_result::Entity {
    type Id = StepResultId;
    const ID: step_result::Column = step_result::Column::Id;

    fn id(row: &step_result::Model) -> StepResultId {
        row.id
    }
}

pub fn listing() -> Listing<step_result::Entity> {
    use step_result::Column as C;
    let position = Order::number("POSITION", "The place in the execution.", C::Position);
    Listing::new("InstanceStepResult")
        .filters([
            Filter::text("branchName", C::BranchName),
            Filter::text("displayStepName", C::DisplayName),
            Filter::since("endedAt_Gte", C::EndedAt),
            Filter::until("endedAt_Lte", C::EndedAt),
            Filter::id::<ExecutionId>("executionResult", C::ExecutionId),
            Filter::always("fromPreprocessFlow", false),
            is_there("hasError", "Only those that failed, or did not.", C::Error),
            Filter::id::<InstanceId>("instance", C::InstanceId),
            is_there("isLoopStep", "Only those inside a loop, or outside.", C::LoopStepName),
            is_first(),
            Filter::text("loopPath", C::LoopPath),
            Filter::starts_with("loopPath_Istartswith", C::LoopPath),
            Filter::int("loopStepIndex", C::LoopStepIndex),
            Filter::text("loopStepName", C::LoopStepName),
            Filter::since("startedAt_Gte", C::StartedAt),
            Filter::until("startedAt_Lte", C::StartedAt),
            Filter::text("stepName", C::StepName),
        ])
        .orders([
            Order::number("ENDED_AT", "When the step ended.", C::EndedAt),
            Order::number("STARTED_AT", "When the step started.", C::StartedAt),
        ])
        .tie_break(position)
}

fn is_there(name: &'static str, about: &'static str, column: impl ColumnTrait) -> Filter {
    Filter::new((name, "Boolean", about), move |value| {
        let wanted = flag(name, value)?;
        Ok(if wanted { column.is_not_null() } else { column.is_null() }.into_condition())
    })
}

/// The trigger's result is the root of all others.
fn is_first() -> Filter {
    let about = "Only the trigger's result, or all others.";
    Filter::new(("isRootResult", "Boolean", about), |value| {
        let position = step_result::Column::Position;
        let wanted = flag("isRootResult", value)?;
        Ok(if wanted { position.eq(0) } else { position.gt(0) }.into_condition())
    })
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query
            .by_id::<step_result::Entity>("stepResult", "InstanceStepResult", "One step result.")
            .list("stepResults", "The step results you may see.", listing())
    });
}

fn object() -> Type<step_result::Model> {
    Type::<step_result::Model>::new("InstanceStepResult", "What one step of an execution gave.")
        .id(|step| id::encode(step.id))
        .field("stepName", "String", "The step's key, as references spell it.", |step| {
            step.step_name.clone()
        })
        .field("displayStepName", "String", "The step's name, as its author wrote it.", |step| {
            step.display_name.clone()
        })
        .field("branchName", "String", "The branch it chose.", |step| step.branch_name.clone())
        .field("startedAt", "DateTime!", "When it started.", |step| step.started_at)
        .field("endedAt", "DateTime", "When it ended.", |step| step.ended_at)
        .field("hasError", "Boolean!", "Whether it failed.", |step| step.error.is_some())
        .field("isLoopStep", "Boolean!", "Whether it ran inside a loop.", |step| {
            step.loop_step_name.is_some()
        })
        .field("isRootResult", "Boolean!", "Whether this is the trigger.", |step| {
            step.position == 0
        })
        .field("fromPreprocessFlow", "Boolean!", "Whether a preprocess flow ran it.", |_| false)
        .field("loopPath", "String", "Where in nested loops it ran.", |step| step.loop_path.clone())
        .field("loopStepName", "String", "Key of the innermost loop around it.", |step| {
            step.loop_step_name.clone()
        })
        .field("loopStepIndex", "Int", "Iteration of that loop, from 0.", |step| {
            step.loop_step_index
        })
        .resolve("resultsUrl", "String!", RESULTS, |step, ask| async move {
            Ok(results::url(ask.env(), Kind::Step, step.id.0))
        })
        .resolve("resultsMetadataUrl", "String!", RESULTS_SIZE, |step, ask| async move {
            Ok(results::url(ask.env(), Kind::Step, step.id.0))
        })
        .fixed()
        .row::<execution::Entity>(
            "executionResult",
            "InstanceExecutionResult!",
            "The execution it belongs to.",
            |step| Some(step.execution_id),
        )
        .row::<instance::Entity>("instance", "Instance", "The instance it ran for.", |step| {
            Some(step.instance_id)
        })
}

const RESULTS: &str =
    "Where the result can be read for an hour: MessagePack of `data` and `contentType`.";

const RESULTS_SIZE: &str = "Where the size of that document can be asked for.";
