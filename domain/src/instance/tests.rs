//! The life of instances.

use entity::integration::MarketplaceConfiguration;
use entity::user::Role;
use entity::{
    IntegrationId, config_value, execution, flow_config, integration_flow, state_value, work,
};
use flow::Value;

use super::*;
use crate::deployment;
use crate::integration::{Import, Marketplace, import, set_availability, set_marketplace};
use crate::sample::Sample;
use crate::testing::{ORDERS, World, problems};

const SECRET: &str = "canary-7f3a";

fn text(key: &str, value: &str) -> ConfigInput {
    ConfigInput { key: key.into(), value: Some(value.into()), ..ConfigInput::default() }
}

fn connection(values: &str) -> ConfigInput {
    ConfigInput { key: "Shop".into(), values: Some(values.into()), ..ConfigInput::default() }
}

async fn republish(world: &World, draft: IntegrationId, text: &str) -> integration::Model {
    let input =
        Import { definition: text.to_owned(), integration: Some(draft), ..Import::default() };
    let draft = import(&world.env, &world.owner, input).await.unwrap().integration;
    world.publish(&draft).await
}

async fn configs(world: &World, id: InstanceId) -> Vec<flow_config::Model> {
    let mut configs = world.all::<flow_config::Entity>().await;
    configs.retain(|config| config.instance_id == id);
    configs
}

/// Proves R001, R003, R007, R008, R011.
#[tokio::test]
async fn a_new_instance_waits_for_its_configuration() {
    let world = World::new().await;
    let customer = world.customer("Initech").await;
    let draft = world.import(ORDERS).await;
    let mut input = Create {
        name: "Orders".to_owned(),
        description: None,
        customer: customer.id,
        integration: draft.id,
        labels: None,
        config_variables: Vec::new(),
        flow_configs: Vec::new(),
        outputs: Outputs::default(),
    };
    let (env, owner) = (&world.env, &world.owner);
    let refused = create(env, owner, input.clone()).await;
    let message = "integration: No version of this integration is available; publish one first.";
    assert_eq!(problems(refused), [message]);
    let version = world.publish(&draft).await.id;
    let row = create(env, owner, input.clone()).await.unwrap();
    assert_eq!(row.integration_id, version, "a draft stands for its newest version");
    assert_eq!((row.labels.0.as_slice(), row.deployed_version), (&["shop".to_owned()][..], 0));
    assert!(row.deployment_id.is_none() && row.needs_deploy);
    assert!(lacks_configuration(env, &row).await.unwrap());
    let taken = create(env, owner, input.clone()).await;
    assert_eq!(problems(taken), ["name: Another instance of this customer has this name."]);

    let refused = deploy(env, owner, row.id, false).await;
    let missing = |key| format!("configVariables: {key}: this has no value and no default.");
    assert_eq!(problems(refused), [missing("Region"), missing("Shop")]);
    let forced = deploy(env, owner, row.id, true).await.unwrap();
    assert_eq!(forced.deployed_version, 1);

    set_availability(env, owner, version, false).await.unwrap();
    input.name = "Second".to_owned();
    let refused = create(env, owner, input).await;
    let message = "integration: No version of this integration is available; publish one first.";
    assert_eq!(problems(refused), [message]);
}

/// Proves R002, R012, R030, R048.
#[tokio::test]
async fn configuration_takes_effect_with_the_next_deployment() {
    let world = World::new().await;
    let customer = world.customer("Initech").await;
    let version = world.publish(&world.import(ORDERS).await).await;
    let (env, owner) = (&world.env, &world.owner);
    let id = world.instance(&version, &customer).await.id;
    let values =
        format!(r#"[{{"name":"apiKey","value":"{SECRET}"}},{{"name":"path","value":"o"}}]"#);
    let set = vec![text("Region", "eu"), text("Tags", r#"["a"]"#), connection(&values)];
    let row = update_config_variables(env, owner, id, set).await.unwrap();
    assert!(!lacks_configuration(env, &row).await.unwrap());
    let row = deploy(env, owner, id, false).await.unwrap();
    assert!(!row.needs_deploy);

    // A secret is not sent again: what is not named stays.
    let more = vec![text("Region", "us"), connection(r#"[{"name":"path","value":"p"}]"#)];
    let row = update_config_variables(env, owner, id, more).await.unwrap();
    assert!(row.needs_deploy);
    let organization = row.organization_id;
    let load = async |row: &instance::Model| {
        let loaded = deployment::load(env, organization, row.deployment_id.unwrap()).await;
        Value::from(loaded.unwrap().config_vars)
    };
    insta::assert_json_snapshot!(load(&row).await, @r#"
    {
      "Endpoint": "https://shop.test",
      "Region": "eu",
      "Tags": [
        "a"
      ],
      "Shop": {
        "key": "apiKey",
        "configVarKey": "Shop",
        "fields": {
          "host": "https://shop.test",
          "path": "o",
          "apiKey": "canary-7f3a",
          "url": "https://shop.test/v1/o"
        }
      }
    }
    "#);
    let row = deploy(env, owner, id, false).await.unwrap();
    let now = load(&row).await;
    assert_eq!(now.get("Region"), Some(&"us".into()));
    let fields = now.get("Shop").and_then(|shop| shop.get("fields")).unwrap();
    assert_eq!(fields.get("url"), Some(&"https://shop.test/v1/p".into()));
    assert_eq!(fields.get("apiKey"), Some(&SECRET.into()));

    // The whole set: what is not in it returns to its default.
    let whole = Update { config_variables: Some(vec![text("Region", "us")]), ..Update::default() };
    update(env, owner, id, whole).await.unwrap();
    let stored = world.all::<config_value::Entity>().await;
    assert_eq!(stored.iter().map(|value| &*value.key).collect::<Vec<_>>(), ["Region"]);

    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }
}

#[tokio::test]
async fn all_problems_of_a_configuration_are_told_at_once() {
    let world = World::new().await;
    let customer = world.customer("Initech").await;
    let version = world.publish(&world.import(ORDERS).await).await;
    let row = world.instance(&version, &customer).await;
    let set = vec![text("Regio", "eu"), text("Region", "mars"), connection("{}")];
    let refused = update_config_variables(&world.env, &world.owner, row.id, set).await;
    insta::assert_snapshot!(problems(refused).join("\n"), @r"
    configVariables: There is no config variable `Regio`. There are: Endpoint, Region, Tags, Shop.
    configVariables: Region: `mars` is not one of eu, us.
    configVariables: Shop: `values` must be the JSON text of a list of {name, type, value}.
    ");
}

/// Proves R025, R054, R056, R057.
#[tokio::test]
async fn another_version_keeps_urls_and_values() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let customer = world.customer("Initech").await;
    let draft = world.import(ORDERS).await;
    let first = world.publish(&draft).await;
    let row = world.instance(&first, &customer).await;
    deploy(env, owner, row.id, true).await.unwrap();
    let before = configs(&world, row.id).await;
    let input = vec![FlowInput {
        flow: before[0].flow_id,
        api_keys: Some(vec!["k".into()]),
        sample: Sample::default(),
    }];
    let keys = Update { flow_configs: Some(input), ..Update::default() };
    update(env, owner, row.id, keys).await.unwrap();

    let second = republish(&world, draft.id, &ORDERS.replace("name: Set up", "name: Begin")).await;
    let upgrade = Update { integration: Some(second.id), ..Update::default() };
    let row = update(env, owner, row.id, upgrade).await.unwrap();
    assert!(row.needs_deploy && row.deployed_version == 1);
    let after = configs(&world, row.id).await;
    let kept = after.iter().find(|config| config.flow_key == "Receive").unwrap();
    let receive = before.iter().find(|config| config.flow_key == "Receive").unwrap();
    assert_eq!((kept.id, &kept.webhook_id), (receive.id, &receive.webhook_id));
    assert_ne!(kept.flow_id, receive.flow_id);
    assert!(after.iter().any(|config| config.flow_key == "Begin"));
    let mut opened = Vec::new();
    for config in &after {
        opened.extend(api_keys(env, config).await.unwrap());
    }
    assert_eq!(opened, if before[0].flow_key == "Receive" { vec!["k"] } else { vec![] });
    assert_eq!(deploy(env, owner, row.id, true).await.unwrap().deployed_version, 2);

    // A value that does not fit the new version, and an endpoint that now needs a key.
    update_config_variables(env, owner, row.id, vec![text("Region", "us")]).await.unwrap();
    let strict = ORDERS
        .replace("pickList: [eu, us]", "pickList: [eu]")
        .replace("name: Set up", "name: Begin\n    endpointSecurityType: customer_required");
    let third = republish(&world, draft.id, &strict).await;
    let upgrade = Update { integration: Some(third.id), ..Update::default() };
    update(env, owner, row.id, upgrade).await.unwrap();
    insta::assert_snapshot!(problems(deploy(env, owner, row.id, false).await).join("\n"), @r"
    configVariables: Region: `us` is not one of eu.
    configVariables: Shop: this has no value and no default.
    flowConfigs: Flow Begin: its endpoint needs an API key.
    ");

    let back = Update { integration: Some(first.id), ..Update::default() };
    update(env, owner, row.id, back).await.unwrap();
    assert_eq!(deploy(env, owner, row.id, true).await.unwrap().deployed_version, 1);
    let other = world.publish(&world.import(ORDERS).await).await;
    let foreign = Update { integration: Some(other.id), ..Update::default() };
    assert_eq!(problems(update(env, owner, row.id, foreign).await).len(), 1);
}

/// Proves R004, R181.
#[tokio::test]
async fn customers_activate_what_the_marketplace_offers_them() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let customer = world.customer("Initech").await;
    let draft =
        world.import(&ORDERS.replace("{key: Region,", "{key: Region, orgOnly: true,")).await;
    let version = world.publish(&draft).await;
    let customer_admin = world.with_role(Role::MarketplaceAdmin, Some(customer.id));
    let mut input = Create {
        name: "Mine".to_owned(),
        description: None,
        customer: customer.id,
        integration: version.id,
        labels: None,
        config_variables: Vec::new(),
        flow_configs: Vec::new(),
        outputs: Outputs::default(),
    };
    let hidden = create(env, &customer_admin, input.clone()).await;
    assert!(matches!(hidden, Err(Error::NotFound(crate::Kind::Integration))));
    let mut offer = Marketplace {
        configuration: Some(MarketplaceConfiguration::AvailableNotDeployable),
        ..Marketplace::default()
    };
    set_marketplace(env, owner, draft.id, offer.clone()).await.unwrap();
    let shown = create(env, &customer_admin, input.clone()).await;
    assert!(matches!(shown, Err(Error::Forbidden)));
    offer.configuration = Some(MarketplaceConfiguration::AvailableAndDeployable);
    set_marketplace(env, owner, version.id, offer).await.unwrap();
    let row = create(env, &customer_admin, input.clone()).await.unwrap();
    assert!(!deploy(env, &customer_admin, row.id, true).await.unwrap().needs_deploy);
    input.name = "Again".to_owned();
    let twice = create(env, &customer_admin, input).await;
    assert_eq!(problems(twice), ["integration: This integration is activated already."]);

    // What only the organization sets, customers neither set nor take away.
    let set = vec![text("Region", "eu")];
    let refused = update_config_variables(env, &customer_admin, row.id, set.clone()).await;
    assert_eq!(problems(refused), ["configVariables: Region: only the organization sets this."]);
    update_config_variables(env, owner, row.id, set).await.unwrap();
    let whole = Update { config_variables: Some(Vec::new()), ..Update::default() };
    update(env, &customer_admin, row.id, whole).await.unwrap();
    assert_eq!(world.all::<config_value::Entity>().await.len(), 1);
}

/// Proves R022.
#[tokio::test]
async fn deploying_starts_deploy_flows_and_deleting_leaves_nothing() {
    let world = World::new().await;
    let (env, owner) = (&world.env, &world.owner);
    let customer = world.customer("Initech").await;
    let version = world.publish(&world.import(ORDERS).await).await;
    let row = world.instance(&version, &customer).await;
    let paused = set_enabled(env, owner, row.id, false).await.unwrap();
    assert!(!paused.enabled && paused.name == row.name);
    for _ in 0..2 {
        deploy(env, owner, row.id, true).await.unwrap();
    }
    let started = world.all::<execution::Entity>().await;
    let flows = world.all::<integration_flow::Entity>().await;
    for execution in &started {
        assert_eq!(execution.invoke_type, execution::InvokeType::DeployFlow);
        let flow = flows.iter().find(|flow| flow.id == execution.flow_id).unwrap();
        assert_eq!((flow.name.as_str(), flow.integration_id), ("Set up", version.id));
    }
    assert_eq!(started.len(), 2);
    let tx = env.db.begin().await.unwrap();
    let state = state_value::Model {
        owner_id: configs(&world, row.id).await[0].id.0,
        key: "cursor".to_owned(),
        organization_id: row.organization_id,
        customer_id: Some(customer.id),
        value: vec![0],
        updated_at: env.now(),
    };
    rows::insert::<state_value::Entity>(&tx, state).await.unwrap();
    tx.commit().await.unwrap();

    delete(env, owner, row.id).await.unwrap();
    world.finish_removals().await;
    assert!(world.all::<execution::Entity>().await.is_empty());
    assert!(world.all::<state_value::Entity>().await.is_empty());
    assert!(configs(&world, row.id).await.is_empty());
    assert!(world.all::<work::Entity>().await.is_empty());
    let again = delete(env, owner, row.id).await;
    assert!(matches!(again, Err(Error::NotFound(crate::Kind::Instance))));
}
