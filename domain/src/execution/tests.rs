//! Tests and replays.

use entity::user::Role;

use super::*;
use crate::instance as instances;
use crate::integration::{Import, import};
use crate::testing::{ORDERS, World, problems};

fn request(execution: &execution::Model) -> Value {
    let Some(Payload::Inline(bytes)) = Payload::parse(&execution.payload) else {
        panic!("no payload");
    };
    rmp_serde::from_slice(bytes).unwrap()
}

/// Proves R164.
#[tokio::test]
async fn a_test_runs_the_draft_as_it_is_now() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let draft = world.import(ORDERS).await;
    let flow = world.all::<integration_flow::Entity>().await.remove(0);
    let input = Test {
        payload: Some(r#"{"id":7}"#.to_owned()),
        headers: Some(r#"{"X-Shop":"a"}"#.to_owned()),
        ..Test::default()
    };
    let first = test_flow(env, owner, flow.id, input.clone()).await.unwrap();
    assert!(first.is_test && first.invoke_type == InvokeType::IntegrationFlowTest);
    let sent = request(&first);
    let header = |name| sent.get("headers").and_then(|headers| headers.get(name)).cloned();
    assert_eq!(header("X-Shop"), Some("a".into()));
    assert_eq!(header("prismatic-invoke-type"), Some("Integration Flow Test".into()));
    let body = sent.get("rawBody").and_then(|body| body.get("data"));
    assert_eq!(body.and_then(Value::as_bytes).map(|bytes| &bytes[..]), Some(&br#"{"id":7}"#[..]));

    let second = test_flow(env, owner, flow.id, input.clone()).await.unwrap();
    assert_eq!(second.deployment_id, first.deployment_id);
    let definition = ORDERS.replace("Copies orders.", "Moves orders.");
    let change = Import { definition, integration: Some(draft.id), ..Import::default() };
    import(env, owner, change).await.unwrap();
    let third = test_flow(env, owner, flow.id, input.clone()).await.unwrap();
    assert_ne!(third.deployment_id, first.deployment_id);

    let wrong = Test { headers: Some("[]".to_owned()), ..input };
    let refused = test_flow(env, owner, flow.id, wrong).await;
    assert_eq!(problems(refused), ["headers: This is not the JSON text of an object."]);
    let guest = world.with_role(Role::Guest, None);
    let refused = test_flow(env, &guest, flow.id, Test::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

/// Proves R103.
#[tokio::test]
async fn a_replay_sends_the_original_payload_to_what_is_deployed_now() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let customer = world.customer("Initech").await;
    let version = world.publish(&world.import(ORDERS).await).await;
    let row = world.instance(&version, &customer).await;
    let configs = world.all::<flow_config::Entity>().await;
    let config = configs.iter().find(|config| config.instance_id == row.id).unwrap();
    let input = Test { payload: Some("{}".to_owned()), ..Test::default() };
    let early = test(env, owner, config.id, input.clone()).await;
    assert_eq!(problems(early), ["id: The instance is not deployed."]);
    instances::deploy(env, owner, row.id, true).await.unwrap();
    let original = test(env, owner, config.id, input).await.unwrap();
    let row = instances::deploy(env, owner, row.id, true).await.unwrap();
    let again = replay(env, owner, original.id).await.unwrap();
    assert_eq!(again.replay_for_id, Some(original.id));
    assert_eq!(again.payload, original.payload);
    assert_eq!(Some(again.deployment_id), row.deployment_id);
    instances::set_enabled(env, owner, row.id, false).await.unwrap();
    let paused = replay(env, owner, original.id).await;
    assert_eq!(problems(paused), ["id: The instance is paused."]);
}
