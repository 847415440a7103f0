//! Test cases: calls kept beside an integration, with what is expected of the flow.

use entity::{FlowId, IntegrationId, TestCaseId, integration, test_case};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, PaginatorTrait};
use sea_orm::{QueryFilter, Set};
use serde_json::Value as Json;

use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::integration::{draft_of, flows_of};
use crate::policy::{Action, Noun};
use crate::rows;
use crate::sample::{Sample, entered};
use crate::viewer::Viewer;

/// Test cases of one integration.
const TEST_CASES_MAX: u64 = 1_000;

const RESULT_BYTES_MAX: usize = 1024 * 1024;

const SAMPLE_FIELDS: [&str; 3] = ["payload", "headers", "contentType"];

#[derive(Clone, Debug)]
pub struct Create {
    pub name: String,
    /// The draft or any version.
    pub integration: IntegrationId,
    /// A flow of the draft; none where the flow is found by the call itself.
    pub flow: Option<FlowId>,
    pub sample: Sample,
    /// JSON text of what is expected.
    pub result: Option<String>,
}

/// What is not given stays as it is; an empty text takes it away.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub sample: Sample,
    pub result: Option<String>,
}

pub async fn create(env: &Env, viewer: &Viewer, input: Create) -> Result<test_case::Model, Error> {
    let tx = env.db.begin().await?;
    let row = viewer.find::<integration::Entity>(&tx, input.integration).await?;
    let draft = draft_of(&tx, &row).await?;
    let noun = Noun::TestCase;
    let draft = viewer.permit_within::<integration::Entity>(&tx, noun, draft.id).await?.into_row();
    let mut problems = Problems::default();
    let name = problems.name("name", &input.name);
    input.sample.check(&mut problems, SAMPLE_FIELDS);
    check_result(&mut problems, input.result.as_deref());
    check_flow(&tx, &mut problems, &draft, input.flow).await?;
    problems.finish()?;
    let known = Viewer::System(draft.organization_id)
        .rows::<test_case::Entity>()
        .filter(test_case::Column::IntegrationId.eq(draft.id))
        .count(&tx)
        .await?;
    if known >= TEST_CASES_MAX {
        let limit = format!("an integration has at most {TEST_CASES_MAX} test cases");
        return Err(Error::LimitReached(limit));
    }
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let now = env.now();
    let row = test_case::Model {
        id: env.ids.next(),
        organization_id: draft.organization_id,
        customer_id: draft.customer_id,
        integration_id: draft.id,
        flow_id: input.flow,
        name,
        payload: filled(input.sample.payload),
        headers: filled(input.sample.headers),
        content_type: filled(input.sample.content_type),
        result: filled(input.result),
        created_at: now,
        updated_at: now,
    };
    let created = rows::insert::<test_case::Entity>(&tx, row).await?;
    tx.commit().await?;
    Ok(created)
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: TestCaseId,
    input: Update,
) -> Result<test_case::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<test_case::Entity>(&tx, Action::Modify, id).await?;
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    input.sample.check(&mut problems, SAMPLE_FIELDS);
    check_result(&mut problems, input.result.as_deref());
    problems.finish()?;
    edit.payload = entered(edit.payload, input.sample.payload.as_ref());
    edit.headers = entered(edit.headers, input.sample.headers.as_ref());
    edit.content_type = entered(edit.content_type, input.sample.content_type.as_ref());
    edit.result = entered(edit.result, input.result.as_ref());
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

pub async fn delete(env: &Env, viewer: &Viewer, id: TestCaseId) -> Result<test_case::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<test_case::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    rows::delete::<test_case::Entity>(row.organization_id)
        .filter(test_case::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(row)
}

async fn check_flow(
    tx: &DatabaseTransaction,
    problems: &mut Problems,
    draft: &integration::Model,
    flow: Option<FlowId>,
) -> Result<(), Error> {
    let Some(id) = flow else { return Ok(()) };
    let flows = flows_of(tx, draft.organization_id, draft.id).await?;
    if !flows.iter().any(|flow| flow.id == id) {
        problems.add("flow", "This is not a flow of the draft.");
    }
    Ok(())
}

fn check_result(problems: &mut Problems, result: Option<&str>) {
    let Some(text) = result.filter(|text| !text.trim().is_empty()) else { return };
    if serde_json::from_str::<Json>(text).is_err() {
        problems.add("result", "This is not JSON text.");
    }
    if text.len() > RESULT_BYTES_MAX {
        problems.add("result", format!("This is longer than {RESULT_BYTES_MAX} bytes."));
    }
}
