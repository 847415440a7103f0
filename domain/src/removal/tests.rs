//! How much one round deletes, and when.

use entity::work;

use super::*;
use crate::instance::{delete, deploy};
use crate::testing::{ORDERS, World};

/// An instance that was deployed and then deleted, with an execution that waits.
async fn removed(world: &World) -> execution::Model {
    let customer = world.customer("Initech").await;
    let version = world.publish(&world.import(ORDERS).await).await;
    let row = world.instance(&version, &customer).await;
    deploy(&world.env, &world.owner, row.id, true).await.unwrap();
    let execution = world.all::<execution::Entity>().await.remove(0);
    delete(&world.env, &world.owner, row.id).await.unwrap();
    execution
}

async fn insert_steps(world: &World, execution: &execution::Model, count: i32) {
    let step = |position| step_result::Model {
        id: world.env.ids.next(),
        organization_id: execution.organization_id,
        customer_id: execution.customer_id,
        instance_id: execution.instance_id,
        execution_id: execution.id,
        position,
        step_name: "log".to_owned(),
        display_name: "Log".to_owned(),
        loop_path: String::new(),
        loop_step_name: None,
        loop_step_index: None,
        branch_name: None,
        started_at: execution.started_at,
        ended_at: execution.started_at,
        error: None,
        result: vec![0],
    };
    let tx = world.env.db.begin().await.unwrap();
    let steps = (0..count).map(step).collect();
    rows::insert_all::<step_result::Entity>(&tx, steps).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whoever goes on after a crash finds what is left, because no round needs to know of another.
#[tokio::test]
async fn each_round_deletes_a_limited_number_of_rows() {
    let world = World::new().await;
    let execution = removed(&world).await;
    insert_steps(&world, &execution, 2_500).await;
    assert_eq!(round(&world.env).await.unwrap(), Round::Waiting, "others may still write");
    world.clock.advance_seconds(CALLS_SECONDS_MAX);
    let mut left = Vec::new();
    while round(&world.env).await.unwrap() == Round::Busy {
        left.push(world.all::<step_result::Entity>().await.len());
    }
    assert_eq!(left, [1_500, 500, 0]);
    assert!(world.all::<execution::Entity>().await.is_empty());
    assert_eq!(world.all::<instance::Entity>().await.len(), 1, "the test instance is left");
}

#[tokio::test]
async fn what_waits_is_ended_and_what_runs_is_waited_for() {
    let world = World::new().await;
    let execution = removed(&world).await;
    let ended = world.all::<execution::Entity>().await.remove(0);
    assert_eq!(ended.status, execution::Status::Error);
    assert!(ended.ended_at.is_some() && world.all::<work::Entity>().await.is_empty());

    let tx = world.env.db.begin().await.unwrap();
    jobs::enqueue(&tx, execution::Model { id: world.env.ids.next(), ..execution }).await.unwrap();
    tx.commit().await.unwrap();
    world.clock.advance_seconds(RUNS_SECONDS_MAX);
    assert_eq!(round(&world.env).await.unwrap(), Round::Waiting);
    // No run lasts longer: whatever this was, it is lost.
    world.clock.advance_seconds(1);
    world.finish_removals().await;
    assert!(world.all::<execution::Entity>().await.is_empty());
    assert!(world.all::<work::Entity>().await.is_empty());
}
