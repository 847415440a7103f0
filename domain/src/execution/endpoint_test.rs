//! Test calls of the URL that the flows of a draft share.

use entity::{IntegrationId, execution, flow_config};
use flow::definition::EndpointType;
use flow::{Definition, Scope, StepView, Value};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{Request, Test, request_of, start_test};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::instance::test_instance_of;
use crate::integration as integrations;
use crate::policy::Action;
use crate::viewer::Viewer;

/// Runs what a call of the draft's shared URL would run first, in the test instance: the preprocess
/// flow, or else the flow that the request names.
pub async fn test_endpoint(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    test: Test,
) -> Result<execution::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = integrations::permit(&tx, viewer, Action::Run, id).await?;
    let draft = integrations::draft_of(&tx, permit.row()).await?;
    let definition = integrations::definition(&draft)?;
    let name = flow_name(&definition, &request_of(&test)?)?;
    let flow = definition.flow(&name).ok_or_else(|| {
        Error::invalid("payload", format!("flowNameField: there is no flow \"{name}\"."))
    })?;
    let instance = test_instance_of(&tx, &draft).await?;
    let key = flow.stable_key.as_ref().unwrap_or(&flow.name);
    let configs = Viewer::System(instance.organization_id)
        .rows::<flow_config::Entity>()
        .filter(flow_config::Column::InstanceId.eq(instance.id))
        .filter(flow_config::Column::FlowKey.eq(key));
    let config = configs.one(&tx).await?.ok_or(Error::NotFound(Kind::FlowConfig))?;
    start_test(env, tx, config, test, execution::InvokeType::IntegrationEndpointTest).await
}

fn flow_name(definition: &Definition, request: &Request) -> Result<String, Error> {
    if definition.endpoint_type == EndpointType::FlowSpecific {
        let message = "The flows of this integration share no URL.";
        return Err(Error::invalid("id", message));
    }
    if let Some(name) = &definition.preprocess_flow_name {
        return Ok(name.clone());
    }
    let text = String::from_utf8_lossy(&request.body);
    let body = Value::object([("data", Value::parse_or_text(&text))]);
    let payload = [("headers", Value::from(request.headers.clone())), ("body", body)];
    let scope = Payload(Value::object(payload));
    let field = definition.flow_name_field.as_ref();
    let value = field.and_then(|field| field.evaluate(&scope).ok().flatten());
    let name = value.map(|value| value.to_text()).filter(|name| !name.trim().is_empty());
    let missing = || Error::invalid("payload", "flowNameField: the request has nothing there.");
    Ok(name.ok_or_else(missing)?.trim().to_owned())
}

/// The request, by the name that the fields of an endpoint call it.
struct Payload(Value);

impl Scope for Payload {
    fn step(&self, key: &str) -> Option<StepView<'_>> {
        let results = Some(&self.0).filter(|_| key == "payload")?;
        Some(StepView { results: Some(results), ..StepView::default() })
    }

    fn config_var(&self, _: &str) -> Option<&Value> {
        None
    }
}
