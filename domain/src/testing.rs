//! An installation in a folder that goes away, for the tests of operations.

use std::sync::{Arc, OnceLock};

use entity::user::Role;
use entity::{CustomerId, Db, DbUrl, Ids, ManualClock, TenantOwned, Timestamp};
use entity::{customer, instance, integration, user};
use flow::definition::ComponentRef;
use flow::{ActionShape, InputShape, Vocabulary};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;

use crate::alert::Watches;
use crate::integration::{self as integrations, Import};
use crate::secrets::Secrets;
use crate::{Env, UserViewer, Viewer, organization, removal};
use crate::{customer as customers, instance as instances};

/// An organization with its owner, in an installation of its own.
pub(crate) struct World {
    pub env: Env,
    pub owner: Viewer,
    pub clock: Arc<ManualClock>,
    pub folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::connect(&DbUrl::in_folder(folder.path())).await.unwrap();
        Migrator::up(db.writer(), None).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
        let env = Env {
            db,
            clock: clock.clone(),
            ids: Ids::seeded(clock.clone(), 1),
            secrets: Secrets::from_master_key([7; 32]),
            vocabulary: Arc::new(Components),
            public_url: "https://marquetry.test".to_owned(),
            egress: OnceLock::new(),
            authorizations: crate::oauth::Memory::default(),
            embedding: crate::embedded::Memory::default(),
            log_streams: crate::log_stream::Hub::default(),
            sign_in: crate::sign_in::Desk::default(),
            schedule_jitter_seconds: 0,
            watches: Watches::default(),
            data_sources: OnceLock::new(),
            on_alert: OnceLock::new(),
            on_instance_change: OnceLock::new(),
            on_work: OnceLock::new(),
            on_mark: OnceLock::new(),
            on_removal: OnceLock::new(),
            on_schedule_change: OnceLock::new(),
            on_limit_change: OnceLock::new(),
            on_delivery: OnceLock::new(),
            on_redeployment: OnceLock::new(),
        };
        let created = organization::create(&env, "Acme", "owner@acme.test").await;
        let (_, owner) = created.unwrap();
        Self { env, owner: viewer(owner), clock, folder }
    }

    /// The owner of a second organization in the same database.
    pub async fn stranger(&self) -> Viewer {
        let tx = self.env.db.begin().await.unwrap();
        let (name, email) = ("Other".to_owned(), "owner@other.test".to_owned());
        let created = organization::create_tenant(&self.env, &tx, name, email).await;
        tx.commit().await.unwrap();
        viewer(created.unwrap().1)
    }

    pub async fn customer(&self, name: &str) -> customer::Model {
        let input = customers::Create { name: name.to_owned(), ..Default::default() };
        customers::create(&self.env, &self.owner, input).await.unwrap()
    }

    /// The draft of an integration with this definition.
    pub async fn import(&self, definition: &str) -> integration::Model {
        let input = Import { definition: definition.to_owned(), ..Default::default() };
        integrations::import(&self.env, &self.owner, input).await.unwrap().integration
    }

    pub async fn publish(&self, draft: &integration::Model) -> integration::Model {
        let input = integrations::Publish::default();
        integrations::publish(&self.env, &self.owner, draft.id, input).await.unwrap()
    }

    /// An instance without configuration.
    pub async fn instance(
        &self,
        version: &integration::Model,
        customer: &customer::Model,
    ) -> instance::Model {
        let input = instances::Create {
            name: "Orders".to_owned(),
            description: None,
            customer: customer.id,
            integration: version.id,
            labels: None,
            config_variables: Vec::new(),
            flow_configs: Vec::new(),
            outputs: instances::Outputs::default(),
        };
        instances::create(&self.env, &self.owner, input).await.unwrap()
    }

    /// All rows of a table that belong to the organization.
    pub async fn all<E: TenantOwned>(&self) -> Vec<E::Model> {
        let system = Viewer::System(self.owner.organization_id().unwrap());
        system.rows::<E>().all(self.env.db.read()).await.unwrap()
    }

    /// Lets everything come to its end that is being removed.
    pub async fn finish_removals(&self) {
        self.clock.advance_seconds(60);
        while removal::round(&self.env).await.unwrap() == removal::Round::Busy {}
    }

    /// A viewer with this role; what they see depends on nothing else.
    pub fn with_role(&self, role: Role, customer: Option<CustomerId>) -> Viewer {
        let owner = self.owner.user().unwrap().clone();
        viewer(user::Model { id: self.env.ids.next(), role, customer_id: customer, ..owner })
    }
}

/// The few components that the definitions of tests use.
struct Components;

const ACTIONS: [(&str, &str, bool, &[&str]); 4] = [
    ("webhook-triggers", "webhook", true, &[]),
    ("management-triggers", "instanceDeploy", true, &[]),
    ("log", "writeLogMessage", false, &["message", "level"]),
    ("shop", "listOrders", false, &["connection", "region"]),
];

impl Vocabulary for Components {
    fn component(&self, component: &ComponentRef) -> bool {
        ACTIONS.iter().any(|action| action.0 == component.key)
    }

    fn inputs(
        &self,
        component: &ComponentRef,
        action: &str,
        is_trigger: bool,
    ) -> Option<ActionShape> {
        let wanted = (&*component.key, action, is_trigger);
        let (.., inputs) = ACTIONS.iter().find(|known| (known.0, known.1, known.2) == wanted)?;
        let shape = |key: &&str| InputShape {
            key: (*key).to_owned(),
            aliases: Vec::new(),
            required: false,
        };
        Some(ActionShape { inputs: inputs.iter().map(shape).collect(), ..Default::default() })
    }

    fn components(&self) -> Vec<String> {
        ACTIONS.iter().map(|action| action.0.to_owned()).collect()
    }

    fn actions(&self, component: &ComponentRef, triggers: bool) -> Vec<String> {
        let known = ACTIONS.iter().filter(|known| known.0 == component.key && known.2 == triggers);
        known.map(|action| action.1.to_owned()).collect()
    }

    fn connections(&self, component: &ComponentRef) -> Vec<String> {
        if component.key == "shop" { vec!["apiKey".to_owned()] } else { Vec::new() }
    }

    fn data_sources(&self, _: &ComponentRef) -> Vec<String> {
        Vec::new()
    }
}

/// An integration with a webhook flow, a deploy flow and one variable of each interesting kind.
pub(crate) const ORDERS: &str = r"
definitionVersion: 7
name: Orders
description: Copies orders.
labels: [shop]
requiredConfigVars:
  - {key: Endpoint, dataType: string, defaultValue: https://shop.test}
  - {key: Region, dataType: picklist, pickList: [eu, us]}
  - {key: Tags, dataType: string, collectionType: valuelist, defaultValue: '[]'}
  - key: Shop
    dataType: connection
    connection: {component: {key: shop, version: LATEST, isPublic: true}, key: apiKey}
    inputs:
      host: {type: configVar, value: Endpoint}
      path: {type: value, value: ''}
      url: {type: template, value: '{{#host}}/v1/{{#path}}'}
configPages:
  - name: Start
    elements:
      - {type: configVar, value: Region}
      - {type: configVar, value: Shop}
flows:
  - name: Receive
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST}}
      - name: Log
        action: {key: writeLogMessage, component: {key: log, version: LATEST}}
        inputs:
          message: {type: reference, value: trigger.results.body.data}
  - name: Set up
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: instanceDeploy, component: {key: management-triggers, version: LATEST}}
";

/// The problems of an operation that was refused, as text.
pub(crate) fn problems<T: std::fmt::Debug>(result: Result<T, crate::Error>) -> Vec<String> {
    match result.unwrap_err() {
        crate::Error::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
        crate::Error::Conflict(problem) => vec![problem.to_string()],
        other => panic!("refused otherwise: {other:?}"),
    }
}

pub(crate) fn viewer(user: user::Model) -> Viewer {
    Viewer::User(UserViewer { user })
}
