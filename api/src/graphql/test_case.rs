//! Test cases: calls kept beside an integration, with what is expected of the flow.

use std::sync::Arc;

use super::Arguments;
use super::builder::{Parameter, Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::mutation::Mutation;
use super::{id, integration as integrations, page};
use crate::ApiError;
use domain::sample::Sample;
use entity::{FlowId, IntegrationId, TestCaseId, integration, integration_flow, test_case};

impl page::Noun for test_case::Entity {
    type Id = TestCaseId;
    const ID: test_case::Column = test_case::Column::Id;

    fn id(row: &test_case::Model) -> TestCaseId {
        row.id
    }
}

pub fn listing() -> Listing<test_case::Entity> {
    use test_case::Column as C;
    Listing::new("TestCase").filters([
        Filter::id::<FlowId>("flow", C::FlowId),
        Filter::id_through::<IntegrationId>(
            "integration",
            C::IntegrationId,
            integrations::together_with,
        ),
    ])
}

const PAYLOAD: Parameter = ("testCase", "TestCase", "The test case; null on errors.");

const INPUTS: [Parameter; 4] = [
    ("payload", "String", "The body of the call."),
    ("headers", "String", "Headers of the call: JSON text of an object."),
    ("contentType", "String", "What the body is."),
    ("result", "String", "What the flow should give: JSON text."),
];

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query.by_id::<test_case::Entity>("testCase", "TestCase", "One test case.").list(
            "testCases",
            "The test cases you may see.",
            listing(),
        )
    });
    mutations(registry);
}

fn object() -> Type<test_case::Model> {
    Type::<test_case::Model>::new("TestCase", "A call to test a flow with.")
        .id(|case| id::encode(case.id))
        .editable::<test_case::Entity>()
        .field("name", "String!", "The name.", |case| case.name.clone())
        .field("payload", "String", "The body of the call.", |case| case.payload.clone())
        .field("headers", "JSONString", "Headers of the call: an object.", |case| {
            case.headers.clone()
        })
        .field("contentType", "String", "What the body is.", |case| case.content_type.clone())
        .field("result", "JSONString", "What the flow should give.", |case| case.result.clone())
        .field("createdAt", "DateTime!", "When it was made.", |case| case.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |case| case.updated_at)
        .row::<integration::Entity>("integration", "Integration!", "The draft it is for.", |case| {
            Some(case.integration_id)
        })
        .row::<integration_flow::Entity>(
            "flow",
            "IntegrationFlow",
            "The flow it is for; null where none was named, or it is gone.",
            |case| case.flow_id,
        )
}

fn mutations(registry: &mut Registry) {
    Mutation::new("createTestCase", "Keeps a call to test a flow with.", PAYLOAD)
        .inputs([
            ("integration", "ID!", "The draft or any version."),
            ("flow", "ID", "A flow of the draft."),
            ("name", "String!", "The name."),
        ])
        .inputs(INPUTS)
        .run(registry, |input, ask| async move {
            let create = domain::test_case::Create {
                name: input.require_text("name")?,
                integration: input.require_id("integration")?,
                flow: input.id("flow")?,
                sample: sample(&input)?,
                result: input.text("result")?,
            };
            Ok(Arc::new(domain::test_case::create(ask.env(), ask.viewer(), create).await?))
        });
    Mutation::new("updateTestCase", "Changes what is given of a test case.", PAYLOAD)
        .inputs([("id", "ID", "The test case."), ("name", "String", "The name.")])
        .inputs(INPUTS)
        .run(registry, |input, ask| async move {
            let update = domain::test_case::Update {
                name: input.text("name")?,
                sample: sample(&input)?,
                result: input.text("result")?,
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::test_case::update(ask.env(), ask.viewer(), id, update).await?))
        });
    Mutation::new("deleteTestCase", "Deletes a test case.", PAYLOAD)
        .inputs([("id", "ID", "The test case.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::test_case::delete(ask.env(), ask.viewer(), id).await?))
        });
}

fn sample(input: &Arguments) -> Result<Sample, ApiError> {
    Ok(Sample {
        payload: input.text("payload")?,
        headers: input.text("headers")?,
        content_type: input.text("contentType")?,
    })
}
