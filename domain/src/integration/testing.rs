//! How the draft is tested: the calls to try it with, and listening to real ones.

use entity::{FlowId, IntegrationId, flow_config, instance, integration};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, IntoActiveModel};
use sea_orm::{QueryFilter, Set};

use super::{draft_of, flows_of};
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::instance::{LISTENING_SECONDS_MAX, test_instance_of};
use crate::policy::Action;
use crate::sample::{Sample, entered};
use crate::viewer::{Permit, Viewer};

const FLOW_FIELDS: [&str; 3] = ["flows", "flows", "flows"];

const ENDPOINT_FIELDS: [&str; 3] =
    ["endpointConfigTestPayload", "endpointConfigTestHeaders", "endpointConfigTestContentType"];

/// What is not given stays as it is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Testing {
    /// For the URL that several flows share.
    pub endpoint: Sample,
    /// For flows of the draft.
    pub flows: Vec<(FlowId, Sample)>,
    /// Whether calls of the test URLs are recorded instead of run.
    pub listening: Option<bool>,
}

/// Changes how the draft is tested.
pub async fn set_testing(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    input: Testing,
) -> Result<integration::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = super::permit(&tx, viewer, Action::Modify, id).await?;
    let draft = draft_of(&tx, permit.row()).await?;
    let permit = super::permit(&tx, viewer, Action::Modify, draft.id).await?;
    let mut problems = Problems::default();
    input.endpoint.check(&mut problems, ENDPOINT_FIELDS);
    for (_, sample) in &input.flows {
        sample.check(&mut problems, FLOW_FIELDS);
    }
    let flows = flows_of(&tx, draft.organization_id, draft.id).await?;
    if input.flows.iter().any(|(id, _)| !flows.iter().any(|flow| flow.id == *id)) {
        problems.add("flows", "This is not a flow of the draft.");
    }
    problems.finish()?;
    let test = test_instance_of(&tx, &draft).await?;
    keep_samples(&tx, &test, &input.flows).await?;
    if let Some(listening) = input.listening {
        let system = Viewer::System(test.organization_id);
        let permit = system.permit::<instance::Entity>(&tx, Action::Modify, test.id).await?;
        let mut edit = permit.edit();
        let until = env.now().plus_seconds(LISTENING_SECONDS_MAX);
        edit.listening_until = Set(listening.then_some(until));
        edit.update(&tx).await?;
    }
    let updated = keep_endpoint_sample(env, &tx, permit, &input.endpoint).await?;
    tx.commit().await?;
    env.instances_changed(&[test.id]);
    Ok(updated)
}

async fn keep_samples(
    tx: &DatabaseTransaction,
    test: &instance::Model,
    samples: &[(FlowId, Sample)],
) -> Result<(), Error> {
    for (flow, sample) in samples {
        let config = Viewer::System(test.organization_id)
            .rows::<flow_config::Entity>()
            .filter(flow_config::Column::InstanceId.eq(test.id))
            .filter(flow_config::Column::FlowId.eq(*flow))
            .one(tx)
            .await?;
        if let Some(config) = config {
            keep_sample(tx, config, sample).await?;
        }
    }
    Ok(())
}

/// Keeps a call to try a flow of an instance with.
pub(crate) async fn keep_sample(
    tx: &DatabaseTransaction,
    config: flow_config::Model,
    sample: &Sample,
) -> Result<(), Error> {
    if sample.is_empty() {
        return Ok(());
    }
    let mut edit = config.into_active_model();
    edit.test_payload = entered(edit.test_payload, sample.payload.as_ref());
    edit.test_headers = entered(edit.test_headers, sample.headers.as_ref());
    edit.test_content_type = entered(edit.test_content_type, sample.content_type.as_ref());
    edit.update(tx).await?;
    Ok(())
}

async fn keep_endpoint_sample(
    env: &Env,
    tx: &DatabaseTransaction,
    permit: Permit<integration::Entity>,
    sample: &Sample,
) -> Result<integration::Model, Error> {
    if sample.is_empty() {
        return Ok(permit.into_row());
    }
    let mut edit = permit.edit();
    edit.test_payload = entered(edit.test_payload, sample.payload.as_ref());
    edit.test_headers = entered(edit.test_headers, sample.headers.as_ref());
    edit.test_content_type = entered(edit.test_content_type, sample.content_type.as_ref());
    edit.updated_at = Set(env.now());
    Ok(edit.update(tx).await?)
}
