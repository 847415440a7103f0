//! What viewers see, and what they may do with it.

use std::fmt::Write;

use entity::user::Role;
use entity::{customer, execution, flow_config, integration, integration_flow};
use sea_orm::Iterable;

use super::*;
use crate::Kind;
use crate::instance as instances;
use crate::testing::{ORDERS, World};

async fn count<E: TenantOwned>(world: &World, viewer: &Viewer) -> usize {
    viewer.rows::<E>().all(world.env.db.read()).await.unwrap().len()
}

/// Proves R173, R182.
#[tokio::test]
async fn every_role_sees_its_rows_and_no_others() {
    let world = World::new().await;
    let (mine, other) = (world.customer("Initech").await, world.customer("Hooli").await);
    let version = world.publish(&world.import(ORDERS).await).await;
    world.import(&ORDERS.replace("name: Orders", "name: Unused")).await;
    for customer in [&mine, &other] {
        let instance = world.instance(&version, customer).await;
        instances::deploy(&world.env, &world.owner, instance.id, true).await.unwrap();
    }
    let mut table = String::from(
        "role                  customers users integrations flows instances configs executions\n",
    );
    let mut line = async |name: &str, viewer: &Viewer| {
        let counts = [
            count::<customer::Entity>(&world, viewer).await,
            count::<user::Entity>(&world, viewer).await,
            count::<integration::Entity>(&world, viewer).await,
            count::<integration_flow::Entity>(&world, viewer).await,
            count::<instance::Entity>(&world, viewer).await,
            count::<flow_config::Entity>(&world, viewer).await,
            count::<execution::Entity>(&world, viewer).await,
        ];
        writeln!(table, "{name:21} {counts:?}").unwrap();
    };
    for role in Role::iter() {
        let scope = crate::user::role_info(role).scope;
        let customer = (scope == crate::user::Scope::Customer).then_some(mine.id);
        line(&format!("{role:?}"), &world.with_role(role, customer)).await;
    }
    line("Anonymous", &Viewer::Anonymous).await;
    line("another organization", &world.stranger().await).await;
    insta::assert_snapshot!(table);
}

/// Proves R182.
#[tokio::test]
async fn rows_of_others_are_not_found_and_own_rows_are_forbidden() {
    let world = World::new().await;
    let db = world.env.db.read();
    let (mine, other) = (world.customer("Initech").await, world.customer("Hooli").await);
    let version = world.publish(&world.import(ORDERS).await).await;
    let instance = world.instance(&version, &mine).await;
    let stranger = world.stranger().await;
    let elsewhere = world.with_role(Role::CustomerAdmin, Some(other.id));
    let member = world.with_role(Role::CustomerMember, Some(mine.id));
    let admin = world.with_role(Role::CustomerAdmin, Some(mine.id));

    for viewer in [&stranger, &elsewhere] {
        for action in Action::ALL {
            let permit = viewer.permit::<instance::Entity>(db, *action, instance.id).await;
            assert!(matches!(permit, Err(Error::NotFound(Kind::Instance))));
        }
    }
    let permit = member.permit::<instance::Entity>(db, Action::Modify, instance.id).await;
    assert!(matches!(permit, Err(Error::Forbidden)));
    admin.permit::<instance::Entity>(db, Action::Modify, instance.id).await.unwrap();
    // A customer's user sees the version behind an instance, but it is not theirs to change.
    let permit = admin.permit::<integration::Entity>(db, Action::Modify, version.id).await;
    assert!(matches!(permit, Err(Error::Forbidden)));
    let anonymous = Viewer::Anonymous;
    let permit = anonymous.permit::<instance::Entity>(db, Action::View, instance.id).await;
    assert!(matches!(permit, Err(Error::Unauthenticated)));
}
