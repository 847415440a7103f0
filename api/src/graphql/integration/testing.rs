//! How a draft is tested: the calls to try it with, and listening to real ones.

use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use domain::integration::Testing;
use domain::sample::Sample;
use entity::{FlowId, integration};

use crate::ApiError;
use crate::context::Ask;
use crate::graphql::Arguments;
use crate::graphql::builder::{Parameter, Registry, Type, parameter};
use crate::graphql::mutation::Mutation;

const PAYLOAD: Parameter = ("integration", "Integration", "The draft; null on errors.");

const LISTENING: Parameter = (
    "listeningMode",
    "Boolean",
    "True records calls of the test URLs for 20 minutes instead of running them; false ends that.",
);

/// Inputs for the URL that several flows share.
pub const ENDPOINT_INPUTS: [Parameter; 3] = [
    ("endpointConfigTestPayload", "String", "The body of test calls."),
    ("endpointConfigTestHeaders", "String", "Headers of test calls: JSON text of an object."),
    ("endpointConfigTestContentType", "String", "What the body of test calls is."),
];

pub const FLOW_INPUTS: Parameter =
    ("flows", "[InputIntegrationFlow]", "The calls to try flows of the draft with.");

const FLOW_FIELDS: [Parameter; 5] = [
    ("id", "ID!", "A flow of the draft."),
    ("testPayload", "String", "The body of test calls; empty for none."),
    ("testHeaders", "JSONString", "Headers of test calls: an object."),
    ("testContentType", "String", "What the body of test calls is."),
    ("organizationApiKeys", "[String]", "Part of the definition; must not be given."),
];

pub fn register(registry: &mut Registry) {
    let input = InputObject::new("InputIntegrationFlow");
    let input = input.description("How a flow of the draft is tested.");
    registry.add(FLOW_FIELDS.into_iter().map(parameter).fold(input, InputObject::field));
    Mutation::new("updateIntegrationTestConfiguration", "Changes how a draft is tested.", PAYLOAD)
        .inputs([("id", "ID", "The draft or any version.")])
        .inputs(ENDPOINT_INPUTS)
        .inputs([FLOW_INPUTS, LISTENING])
        .run(registry, |input, ask| async move { change(&input, &ask).await.map(Arc::new) });
    Mutation::new(
        "updateWorkflowTestConfiguration",
        "Records calls of the test URLs, or stops doing so.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The draft or any version."), LISTENING])
    .run(registry, |input, ask| async move { change(&input, &ask).await.map(Arc::new) });
}

async fn change(input: &Arguments, ask: &Ask) -> Result<integration::Model, ApiError> {
    let testing = Testing { listening: input.flag("listeningMode")?, ..read(input)? };
    let id = input.require_id("id")?;
    Ok(domain::integration::set_testing(ask.env(), ask.viewer(), id, testing).await?)
}

/// Reads [`ENDPOINT_INPUTS`] and [`FLOW_INPUTS`].
pub fn read(input: &Arguments) -> Result<Testing, ApiError> {
    let flows = input.objects("flows")?.unwrap_or_default();
    let flows: Result<Vec<(FlowId, Sample)>, ApiError> = flows.iter().map(read_flow).collect();
    let endpoint = Sample {
        payload: input.text("endpointConfigTestPayload")?,
        headers: input.text("endpointConfigTestHeaders")?,
        content_type: input.text("endpointConfigTestContentType")?,
    };
    Ok(Testing { endpoint, flows: flows?, listening: None })
}

fn read_flow(input: &Arguments) -> Result<(FlowId, Sample), ApiError> {
    if input.value("organizationApiKeys").is_some() {
        let message = "organizationApiKeys are part of the definition: change them there.";
        return Err(ApiError::problem("flows", message));
    }
    Ok((input.require_id("id")?, read_sample(input)?))
}

/// Reads `testPayload`, `testHeaders` and `testContentType`.
pub fn read_sample(input: &Arguments) -> Result<Sample, ApiError> {
    Ok(Sample {
        payload: input.text("testPayload")?,
        headers: input.text("testHeaders")?,
        content_type: input.text("testContentType")?,
    })
}

/// The calls to try a shared URL with. They may hold anything, so only its owners see them.
pub fn fields(of: Type<integration::Model>) -> Type<integration::Model> {
    type Get = fn(&integration::Model) -> Option<String>;
    let fields: [(&str, &str, &str, Get); 3] = [
        ("endpointConfigTestPayload", "String", "The body of test calls.", |it| {
            it.test_payload.clone()
        }),
        ("endpointConfigTestHeaders", "JSONString", "Headers of test calls.", |it| {
            it.test_headers.clone()
        }),
        ("endpointConfigTestContentType", "String", "What the body of test calls is.", |it| {
            it.test_content_type.clone()
        }),
    ];
    fields.into_iter().fold(of, |of, (name, sdl, about, get)| {
        of.resolve(name, sdl, about, move |integration, ask| async move {
            Ok(owns(&ask, &integration).then(|| get(&integration)).flatten())
        })
    })
}

/// Whether the viewer is one of those who build this integration, not one who is offered it.
pub fn owns(ask: &Ask, integration: &integration::Model) -> bool {
    let own = ask.viewer().customer_id();
    own.is_none() || own == integration.customer_id
}
