//! The tenant itself.

use anyhow::Context;
use entity::user::Role;
use entity::{
    Attachments, Labels, OrganizationId, Origins, RequiredComponents, Theme, customer,
    organization, user,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter, Set,
};
use url::Url;

use crate::embedded::branded_elements;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::input::Problems;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;
use crate::{token, user as users};

/// The hidden customer that owns test instances; people can use any likelier name themselves.
const SYSTEM_CUSTOMER: &str = "Test runner (system)";

/// Sets the installation up: its organization, with an owner. Refuses when there is one already.
pub async fn create(
    env: &Env,
    name: &str,
    owner_email: &str,
) -> Result<(organization::Model, user::Model), Error> {
    let mut problems = Problems::default();
    let name = problems.name("name", name);
    let email = problems.email(owner_email);
    problems.finish()?;
    let tx = env.db.begin().await?;
    if token::any_organization(&tx).await?.is_some() {
        return Err(Error::invalid("name", "This installation has its organization already."));
    }
    let created = create_tenant(env, &tx, name, email).await?;
    tx.commit().await?;
    Ok(created)
}

/// What is not given stays as it is; empty text takes away what may be missing.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub marketplace_name: Option<String>,
    /// Of a picture: an address of the web, or of a file that was uploaded here.
    pub avatar_url: Option<String>,
    pub labels: Option<Vec<String>>,
    /// JSON text of an object.
    pub branded_elements: Option<String>,
}

/// Changes an organization: for its owners only.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: OrganizationId,
    input: Update,
) -> Result<organization::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<organization::Entity>(&tx, Action::Modify, id).await?;
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    if let Some(name) = &input.marketplace_name {
        let name = problems.line("marketplaceName", name);
        edit.marketplace_name = Set(Some(name).filter(|name| !name.is_empty()));
    }
    if let Some(url) = &input.avatar_url {
        edit.avatar_url = Set(check_avatar(&mut problems, url));
    }
    if let Some(labels) = &input.labels {
        edit.labels = Set(problems.labels(labels));
    }
    if let Some(elements) = &input.branded_elements {
        edit.branded_elements = Set(branded_elements(&mut problems, elements));
    }
    problems.finish()?;
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

fn check_avatar(problems: &mut Problems, text: &str) -> Option<String> {
    const FIELD: &str = "avatarUrl";
    let url = problems.line(FIELD, text);
    if url.is_empty() {
        return None;
    }
    let is_web = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_web && !url.starts_with("/media/") {
        problems.add(FIELD, "This is not the address of a picture.");
    }
    Some(url)
}

/// The rows that every organization begins with.
pub(crate) async fn create_tenant(
    env: &Env,
    tx: &DatabaseTransaction,
    name: String,
    owner_email: String,
) -> Result<(organization::Model, user::Model), Error> {
    let now = env.now();
    let organization = organization::Model {
        id: env.ids.next(),
        name,
        default_profile_id: None,
        contents_days: None,
        records_days: None,
        history_bytes_max: None,
        marketplace_name: None,
        avatar_url: None,
        labels: Labels::default(),
        embedded_origins: Origins::default(),
        branded_elements: None,
        required_components: RequiredComponents::default(),
        theme: Theme::default(),
        created_at: now,
        updated_at: now,
    };
    let organization = rows::insert::<organization::Entity>(tx, organization).await?;
    env.secrets.create_key(tx, organization.id, now).await?;
    let system = customer::Model {
        id: env.ids.next(),
        organization_id: organization.id,
        name: SYSTEM_CUSTOMER.to_owned(),
        description: String::new(),
        external_id: None,
        labels: Labels::default(),
        attachments: Attachments::default(),
        is_system: true,
        allow_embedded_designer: false,
        allow_embedded_workflow_builder: false,
        concurrent_execution_limit: None,
        created_at: now,
        updated_at: now,
        removed_at: None,
    };
    rows::insert::<customer::Entity>(tx, system).await?;
    let owner = user::Model {
        id: env.ids.next(),
        organization_id: organization.id,
        customer_id: None,
        name: String::new(),
        phone: String::new(),
        external_id: None,
        email: owner_email,
        role: Role::Owner,
        is_embedded: false,
        dark_mode: false,
        dark_mode_sync_with_os: true,
        created_at: now,
        updated_at: now,
    };
    let owner = users::insert(tx, owner).await?;
    Ok((organization, owner))
}

/// The customer that owns test instances.
pub(crate) async fn system_customer(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<customer::Model, Error> {
    let found = Viewer::System(organization)
        .rows::<customer::Entity>()
        .filter(customer::Column::IsSystem.eq(true))
        .one(db)
        .await?;
    let context = || format!("the {} of test instances is missing", Kind::Customer);
    Ok(found.with_context(context)?)
}
