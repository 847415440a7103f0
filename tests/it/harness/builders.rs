//! States that the API cannot reach.

use std::sync::Arc;

use domain::Env;
use entity::{Db, Ids, SystemClock, customer, organization, organization_key, user};
use sea_orm::{EntityTrait, IntoActiveModel};
use server::{Installation, InstallationOptions, MasterKey};

use super::MASTER_KEY;

/// An organization and its owner. An installation has one organization, so each further one is made
/// by the same operation in a database of its own, under the same master key, and moved over.
pub async fn organization(env: &Env, name: &str) -> (organization::Model, user::Model) {
    let email = format!("owner@{}.test", name.to_lowercase().replace(' ', "-"));
    if let Ok(created) = domain::organization::create(env, name, &email).await {
        return created;
    }
    let folder = tempfile::tempdir().unwrap();
    let options = InstallationOptions {
        data_dir: folder.path().to_owned(),
        database_url: None,
        master_key: Some(MasterKey::new(MASTER_KEY)),
        public_url: String::new(),
        login: domain::sign_in::Settings::default(),
        schedule_jitter_seconds: 0,
        clock: Arc::new(SystemClock),
        ids: Ids::random(Arc::new(SystemClock)),
    };
    let other = Installation::open(options).await.unwrap();
    let created = domain::organization::create(&other.env, name, &email).await.unwrap();
    move_rows(&other.env.db, &env.db).await;
    created
}

#[expect(clippy::disallowed_methods, reason = "moves whole tables, of whomever")]
async fn move_rows(from: &Db, to: &Db) {
    let transaction = to.begin().await.unwrap();
    macro_rules! move_all {
        ($($table:ident),*) => {$(
            for row in $table::Entity::find().all(from.read()).await.unwrap() {
                let row = row.into_active_model();
                $table::Entity::insert(row).exec(&transaction).await.unwrap();
            }
        )*};
    }
    move_all!(organization, organization_key, customer, user);
    transaction.commit().await.unwrap();
}
