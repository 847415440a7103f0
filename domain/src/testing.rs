//! An installation in a folder that goes away, for the tests of operations.

use std::sync::{Arc, OnceLock};

use entity::user::Role;
use entity::{CustomerId, Db, DbUrl, Ids, ManualClock, Timestamp, customer, user};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;

use crate::secrets::Secrets;
use crate::{Env, UserViewer, Viewer, customer as customers, organization};

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
            public_url: "https://marquetry.test".to_owned(),
            on_instance_change: OnceLock::new(),
            on_work: OnceLock::new(),
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

    /// A viewer with this role; what they see depends on nothing else.
    pub fn with_role(&self, role: Role, customer: Option<CustomerId>) -> Viewer {
        let owner = self.owner.user().unwrap().clone();
        viewer(user::Model { id: self.env.ids.next(), role, customer_id: customer, ..owner })
    }
}

pub(crate) fn viewer(user: user::Model) -> Viewer {
    Viewer::User(UserViewer { user })
}
