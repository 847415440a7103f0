//! The life of integrations.

use entity::{config_variable, flow_config, instance};

use super::*;
use crate::testing::{ORDERS, World, problems};

fn text_of(row: &integration::Model) -> &str {
    &row.definition
}

async fn replace(world: &World, id: IntegrationId, text: &str) -> Result<Imported, Error> {
    let input = Import { definition: text.to_owned(), integration: Some(id), ..Import::default() };
    import(&world.env, &world.owner, input).await
}

/// Proves R117, R121.
#[tokio::test]
async fn an_import_makes_rows_that_survive_the_next_import() {
    let world = World::new().await;
    let draft = world.import(ORDERS).await;
    assert_eq!((draft.name.as_str(), draft.version_number), ("Orders", 0));
    assert!(draft.has_unpublished_changes);
    let flows = world.all::<integration_flow::Entity>().await;
    let variables = world.all::<config_variable::Entity>().await;
    let configs = world.all::<flow_config::Entity>().await;
    let test_instance = world.all::<instance::Entity>().await.remove(0);
    assert!(test_instance.is_system && test_instance.integration_id == draft.id);
    assert_eq!((flows.len(), variables.len(), configs.len()), (2, 4, 2));

    // A key given to a known name, then a new name under that key: the flow stays the same.
    let keyed = ORDERS.replace("  - name: Receive\n", "  - name: Receive\n    stableKey: r\n");
    replace(&world, draft.id, &keyed).await.unwrap();
    let renamed = keyed.replace("name: Receive", "name: Accept").replace("Region", "Zone");
    let imported = replace(&world, draft.id, &renamed).await.unwrap();
    assert_eq!(imported.problems, []);
    let now = world.all::<integration_flow::Entity>().await;
    let accept = now.iter().find(|flow| flow.name == "Accept").unwrap();
    let receive = flows.iter().find(|flow| flow.name == "Receive").unwrap();
    assert_eq!(accept.id, receive.id);
    let urls = |configs: &[flow_config::Model]| {
        let mut urls: Vec<_> = configs.iter().map(|it| it.webhook_id.clone()).collect();
        urls.sort();
        urls
    };
    assert_eq!(urls(&world.all::<flow_config::Entity>().await), urls(&configs));

    let exported = export(&imported.integration, true).unwrap();
    let copy = world.import(&exported).await;
    assert_eq!(definition(&copy).unwrap().flows.len(), 2);
    assert_eq!(text_of(&copy), text_of(&imported.integration));
}

#[tokio::test]
async fn unreadable_documents_are_refused_and_broken_ones_kept() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let unreadable = "name: 5\nflows:\n  - name: [a]\n    steps: {}\n";
    let input = Import { definition: unreadable.to_owned(), ..Import::default() };
    let found = problems(import(env, owner, input).await);
    assert!(found.len() >= 2, "{found:?}");
    assert!(found.iter().all(|problem| problem.starts_with("definition: line ")), "{found:?}");

    let twice = ORDERS.replace("name: Set up", "name: Receive");
    let input = Import { definition: twice, ..Import::default() };
    let found = problems(import(env, owner, input).await);
    assert!(found[0].contains("flows[1].name: `Receive` is taken already"), "{found:?}");

    let broken = ORDERS.replace("trigger.results", "tigger.results");
    let draft = world.import(&broken).await;
    let validated = validate(env, owner, &broken).await.unwrap();
    assert_eq!(validated.len(), 1);
    let refused = publish(env, owner, draft.id, Publish::default()).await;
    let refused = problems(refused);
    let place = format!("__all__: line {}, flows[0].steps", validated[0].position.unwrap());
    assert!(refused[0].starts_with(&place), "{refused:?}");

    let code_native = ORDERS.replace("labels: [shop]", "isCodeNative: true");
    let refused = problems(replace(&world, draft.id, &code_native).await);
    assert!(refused[0].starts_with("replace: "), "{refused:?}");
}

/// Proves R053, R058, R128.
#[tokio::test]
async fn versions_never_change() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let draft = world.import(ORDERS).await;
    let input = Publish {
        comment: Some("First".to_owned()),
        attributes: Some(r#"{"commitHash":"abc"}"#.to_owned()),
    };
    let first = publish(env, owner, draft.id, input).await.unwrap();
    assert_eq!((first.version_number, first.version_comment.as_str()), (1, "First"));
    assert!(first.version_is_available && !first.is_draft);

    let input = Update { name: Some("Invoices".to_owned()), ..Update::default() };
    let draft = update(env, owner, first.id, input).await.unwrap();
    assert!(draft.is_draft && draft.has_unpublished_changes && draft.version_number == 1);
    assert_eq!(definition(&draft).unwrap().name, "Invoices");
    replace(&world, draft.id, "name: Invoices\nflows: []\n").await.unwrap();
    let second = world.publish(&draft).await;
    assert_eq!((second.version_number, second.name.as_str()), (2, "Invoices"));
    assert_eq!(second.description, "Copies orders.");

    let rows = world.all::<integration::Entity>().await;
    assert_eq!(rows.iter().find(|row| row.id == first.id), Some(&first));
    assert!(!rows.iter().find(|row| row.is_draft).unwrap().has_unpublished_changes);
    let flows = flows_of(env.db.read(), first.organization_id, first.id).await.unwrap();
    assert_eq!(flows.len(), 2);
    let again = publish(env, owner, first.id, Publish::default()).await;
    assert_eq!(problems(again), ["id: This is a published version: publish its draft."]);
    let wrong = Publish { attributes: Some("[]".to_owned()), ..Publish::default() };
    let wrong = publish(env, owner, draft.id, wrong).await;
    assert_eq!(problems(wrong), ["attributes: This is not the JSON text of an object."]);
}

/// Proves R129, R131.
#[tokio::test]
async fn a_fork_stands_alone_and_deleting_takes_the_instances_along() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let version = world.publish(&world.import(ORDERS).await).await;
    let input = Fork { name: "Copy".to_owned(), description: Some("Mine.".to_owned()) };
    let copy = fork(env, owner, version.id, input).await.unwrap();
    assert_eq!((copy.parent_id, copy.version_number), (Some(version.id), 0));
    assert_eq!((copy.name.as_str(), copy.description.as_str()), ("Copy", "Mine."));

    let customer = world.customer("Initech").await;
    world.instance(&version, &customer).await;
    delete(env, owner, version.id).await.unwrap();
    let again = delete(env, owner, version.id).await;
    assert!(matches!(again, Err(Error::NotFound(Kind::Integration))));
    world.finish_removals().await;
    let left = world.all::<integration::Entity>().await;
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [copy.id]);
    let left = world.all::<instance::Entity>().await;
    assert!(left.iter().all(|row| row.integration_id == copy.id && row.is_system));
    assert_eq!(world.all::<integration_flow::Entity>().await.len(), 2);
}

/// Whoever forgets to stop listening stops after twenty minutes.
#[tokio::test]
async fn listening_ends_by_itself() {
    use crate::instance::{is_listening, test_instance_of};
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let draft = world.import(ORDERS).await;
    let listen = Testing { listening: Some(true), ..Testing::default() };
    set_testing(env, owner, draft.id, listen).await.unwrap();
    let test = test_instance_of(env.db.read(), &draft).await.unwrap();
    let start = env.now();
    assert!(is_listening(&test, start.plus_seconds(1_199)));
    assert!(!is_listening(&test, start.plus_seconds(1_200)));
    let stop = Testing { listening: Some(false), ..Testing::default() };
    set_testing(env, owner, draft.id, stop).await.unwrap();
    let test = test_instance_of(env.db.read(), &draft).await.unwrap();
    assert!(!is_listening(&test, start));
}
