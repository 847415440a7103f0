//! Test calls: running a flow as if its URL had been called.

use std::sync::Arc;

use domain::execution::Test;
use entity::{FlowConfigId, FlowId, IntegrationId};
use entity::{execution, flow_config, integration, integration_flow};

use super::Arguments;
use super::builder::{Parameter, Registry, Type};
use super::mutation::Mutation;
use super::page::{Noun, RowKey};
use crate::ApiError;
use crate::context::Ask;

/// A test call that was started.
struct TestRun<E: Noun> {
    execution: execution::Model,
    /// What was asked to run.
    of: E::Id,
}

const INPUTS: [Parameter; 3] = [
    ("payload", "String", "The body of the call."),
    ("contentType", "String", "What the body is; JSON if not given."),
    ("headers", "String", "Headers of the call: JSON text of an object."),
];

pub fn register(registry: &mut Registry) {
    let flow = ("flow", "IntegrationFlow", "The flow that was started.");
    registry.add(object::<integration_flow::Entity>("TestIntegrationFlowResult", flow));
    let run = ("testIntegrationFlowResult", "TestIntegrationFlowResult", "The run.");
    Mutation::new(
        "testIntegrationFlow",
        "Runs a flow of the draft in the test instance. Poll the execution for its end.",
        run,
    )
    .inputs([("id", "ID", "The flow.")])
    .inputs(INPUTS)
    .inputs([("asynchronous", "Boolean", "The answer never waits for the end of the run.")])
    .refuses([("result", "String")])
    .run(registry, |input, ask| async move {
        let of = input.require_id::<FlowId>("id")?;
        let test = read(&input)?;
        let execution = domain::execution::test_flow(ask.env(), ask.viewer(), of, test).await?;
        Ok(Arc::new(TestRun::<integration_flow::Entity> { execution, of }))
    });

    let integration = ("integration", "Integration", "The integration whose URL was tried.");
    registry.add(object::<integration::Entity>("TestIntegrationEndpointConfigResult", integration));
    let name = "testIntegrationEndpointConfigResult";
    let run = (name, "TestIntegrationEndpointConfigResult", "The run.");
    Mutation::new(
        "testIntegrationEndpointConfig",
        "Runs what a call of the URL that the flows of a draft share runs first, in the test \
         instance: the preprocess flow, or the flow that the request names.",
        run,
    )
    .inputs([("id", "ID", "The integration.")])
    .inputs(INPUTS)
    .run(registry, |input, ask| async move {
        let of = input.require_id::<IntegrationId>("id")?;
        let test = read(&input)?;
        let execution = domain::execution::test_endpoint(ask.env(), ask.viewer(), of, test).await?;
        Ok(Arc::new(TestRun::<integration::Entity> { execution, of }))
    });

    let config = ("flowConfig", "InstanceFlowConfig", "The flow that was started.");
    registry.add(object::<flow_config::Entity>("TestInstanceFlowConfigResult", config));
    let run = ("testInstanceFlowConfigResult", "TestInstanceFlowConfigResult", "The run.");
    Mutation::new(
        "testInstanceFlowConfig",
        "Runs a flow of an instance. Poll the execution for its end.",
        run,
    )
    .inputs([("id", "ID", "The flow of the instance.")])
    .inputs(INPUTS)
    .run(registry, |input, ask| async move {
        let of = input.require_id::<FlowConfigId>("id")?;
        let test = read(&input)?;
        let execution = domain::execution::test(ask.env(), ask.viewer(), of, test).await?;
        Ok(Arc::new(TestRun::<flow_config::Entity> { execution, of }))
    });
}

fn read(input: &Arguments) -> Result<Test, ApiError> {
    Ok(Test {
        payload: input.text("payload")?,
        headers: input.text("headers")?,
        content_type: input.text("contentType")?,
        is_synchronous: false,
    })
}

fn object<E: Noun>(type_name: &str, (name, sdl, about): Parameter) -> Type<TestRun<E>> {
    Type::<TestRun<E>>::new(type_name, "A test call that was started.")
        .field("execution", "InstanceExecutionResult", "The run.", |run| {
            Arc::new(run.execution.clone())
        })
        .resolve(
            name,
            sdl,
            about,
            |run, ask: Ask| async move { ask.load(RowKey::<E>(run.of)).await },
        )
}
