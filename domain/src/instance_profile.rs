//! Profiles of instances: what their executions leave behind.
//!
//! An instance has the profile it was given, or else the default of its organization. A profile for
//! one instance alone replaces either. Which profile holds is looked up when an execution starts, so
//! that a change needs no deployment.

use entity::{InstanceId, InstanceProfileId, OrganizationId};
use entity::{instance, instance_profile, organization};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, Set,
};

use crate::env::Env;
use crate::error::{Error, OnUnique, Unique};
use crate::input::Problems;
use crate::instance::Outputs;
use crate::policy::{Action, Noun};
use crate::retention::DAYS_MAX;
use crate::rows;
use crate::viewer::Viewer;

/// Profiles of one organization that any instance can have.
const PROFILES_MAX: u64 = 1_000;

const MEMORY_MB: i32 = 1_024;
const MEMORY_MB_MAX: i32 = 1 << 20;

const BILLING_TYPE: &str = "default";

const CONFLICTS: [Unique; 3] = [
    Unique {
        index: "instance_profile_organization_id_name",
        field: "name",
        message: "Another profile has this name.",
    },
    Unique {
        index: "instance_profile_organization_id_stable_key",
        field: "stableKey",
        message: "Another profile has this key.",
    },
    Unique {
        index: "instance_profile_instance_id",
        field: "instance",
        message: "This instance has a profile of its own.",
    },
];

/// What a profile says. What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub name: Option<String>,
    pub description: Option<String>,
    pub logs_disabled: Option<bool>,
    pub step_results_disabled: Option<bool>,
    pub allocated_memory_mb: Option<i64>,
    pub billing_type: Option<String>,
    pub is_default: Option<bool>,
    /// 0 stands for what the organization does.
    pub contents_days: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Create {
    pub settings: Settings,
    /// Made of the name where it is not given.
    pub stable_key: Option<String>,
    /// The one instance it is for.
    pub instance: Option<InstanceId>,
}

/// What executions of an instance leave behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kept {
    pub logs: bool,
    pub step_results: bool,
}

impl Kept {
    pub const EVERYTHING: Self = Self { logs: true, step_results: true };
}

pub async fn create(
    env: &Env,
    viewer: &Viewer,
    input: Create,
) -> Result<instance_profile::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit_in_organization(&tx, Noun::InstanceProfile).await?;
    let organization_id = permit.row().id;
    if let Some(instance) = input.instance {
        viewer.permit::<instance::Entity>(&tx, Action::Modify, instance).await?;
    } else {
        check_count(&tx, organization_id).await?;
    }
    let mut problems = Problems::default();
    let name = input.settings.name.clone().unwrap_or_default();
    let name = problems.name("name", &name);
    let stable_key = match &input.stable_key {
        Some(key) => problems.name("stableKey", key),
        None => key_of(&name),
    };
    let now = env.now();
    let row = instance_profile::Model {
        id: env.ids.next(),
        organization_id,
        name,
        description: None,
        stable_key,
        instance_id: input.instance,
        logs_disabled: false,
        step_results_disabled: false,
        allocated_memory_mb: MEMORY_MB,
        billing_type: BILLING_TYPE.to_owned(),
        contents_days: None,
        created_at: now,
        updated_at: now,
    };
    let row = apply(row, &input.settings, &mut problems);
    check_default(&row, input.settings.is_default, &mut problems);
    problems.finish()?;
    let row = rows::insert::<instance_profile::Entity>(&tx, row).await.on_unique(&CONFLICTS)?;
    if let Some(instance) = row.instance_id {
        give(&tx, organization_id, instance::Column::Id.eq(instance), Some(row.id)).await?;
    }
    set_default(&tx, &row, input.settings.is_default).await?;
    let affected = instances_with(&tx, &row).await?;
    tx.commit().await?;
    env.instances_changed(&affected);
    Ok(row)
}

/// Changes what is given; `instance` can only be the one it is for already.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: InstanceProfileId,
    input: Settings,
    instance: Option<InstanceId>,
) -> Result<instance_profile::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<instance_profile::Entity>(&tx, Action::Modify, id).await?;
    let mut problems = Problems::default();
    let new = apply(permit.row().clone(), &input, &mut problems);
    check_default(&new, input.is_default, &mut problems);
    if instance.is_some() && instance != new.instance_id {
        problems.add("instance", "The instance of a profile cannot be changed.");
    }
    problems.finish()?;
    let before = instances_with(&tx, permit.row()).await?;
    let mut edit = permit.edit();
    edit.name = Set(new.name);
    edit.description = Set(new.description);
    edit.logs_disabled = Set(new.logs_disabled);
    edit.step_results_disabled = Set(new.step_results_disabled);
    edit.allocated_memory_mb = Set(new.allocated_memory_mb);
    edit.billing_type = Set(new.billing_type);
    edit.contents_days = Set(new.contents_days);
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await.on_unique(&CONFLICTS)?;
    set_default(&tx, &updated, input.is_default).await?;
    let after = instances_with(&tx, &updated).await?;
    tx.commit().await?;
    env.instances_changed(&before);
    env.instances_changed(&after);
    Ok(updated)
}

/// Deletes a profile; its instances follow the default of the organization from then on.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: InstanceProfileId,
) -> Result<instance_profile::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<instance_profile::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    let affected = instances_with(&tx, &row).await?;
    give(&tx, row.organization_id, instance::Column::ProfileId.eq(id), None).await?;
    set_default(&tx, &row, Some(false)).await?;
    rows::delete::<instance_profile::Entity>(row.organization_id)
        .filter(instance_profile::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.instances_changed(&affected);
    Ok(row)
}

/// Frees the names of the profiles that are for these instances alone, which are being removed.
/// Their last executions still go by them.
pub(crate) async fn go_with(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    instances: &[InstanceId],
) -> Result<(), Error> {
    use instance_profile::Column as C;
    let own = C::InstanceId.is_in(instances.iter().copied());
    let of_own = Viewer::System(organization).rows::<instance_profile::Entity>().filter(own);
    for row in of_own.all(tx).await? {
        let id = row.id.0.to_string();
        let mut edit = row.into_active_model();
        edit.name = Set(id.clone());
        edit.stable_key = Set(id);
        edit.update(tx).await?;
    }
    Ok(())
}

/// What executions of an instance leave behind at the moment.
pub async fn kept(
    env: &Env,
    organization: OrganizationId,
    instance: InstanceId,
) -> Result<Kept, Error> {
    let (system, db) = (Viewer::System(organization), env.db.read());
    let found = system.rows::<instance::Entity>().filter(instance::Column::Id.eq(instance));
    let Some(row) = found.one(db).await? else { return Ok(Kept::EVERYTHING) };
    let profile = match row.profile_id {
        Some(own) => Some(own),
        None => default_of(db, organization).await?,
    };
    let profile = match profile {
        Some(id) => {
            let found = system.rows::<instance_profile::Entity>();
            found.filter(instance_profile::Column::Id.eq(id)).one(db).await?
        }
        None => None,
    };
    let says = |read: fn(&instance_profile::Model) -> bool| profile.as_ref().is_some_and(read);
    Ok(Kept {
        logs: !row.logs_disabled && !says(|profile| profile.logs_disabled),
        step_results: !row.step_results_disabled && !says(|profile| profile.step_results_disabled),
    })
}

impl Outputs {
    /// The instance with what is given, if the viewer may give it that.
    pub(crate) async fn of(
        &self,
        db: &impl ConnectionTrait,
        viewer: &Viewer,
        row: &instance::Model,
    ) -> Result<instance::Model, Error> {
        let mut row = row.clone();
        if let Some(chosen) = self.profile {
            if let Some(id) = chosen {
                let profile = viewer.find::<instance_profile::Entity>(db, id).await?;
                if profile.instance_id.is_some_and(|owner| owner != row.id) {
                    let message = "This profile is for another instance.";
                    return Err(Error::invalid("profile", message));
                }
            }
            row.profile_id = chosen;
        }
        row.logs_disabled = self.logs_disabled.unwrap_or(row.logs_disabled);
        row.step_results_disabled = self.step_results_disabled.unwrap_or(row.step_results_disabled);
        Ok(row)
    }
}

/// The profile that a definition names; the default of the organization does where there is none.
pub(crate) async fn named(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    name: Option<&str>,
) -> Result<Option<InstanceProfileId>, Error> {
    let Some(name) = name else { return Ok(None) };
    let found = Viewer::System(organization)
        .rows::<instance_profile::Entity>()
        .filter(instance_profile::Column::Name.eq(name))
        .filter(instance_profile::Column::InstanceId.is_null())
        .one(db)
        .await?;
    Ok(found.map(|row| row.id))
}

fn apply(
    mut row: instance_profile::Model,
    input: &Settings,
    problems: &mut Problems,
) -> instance_profile::Model {
    if let Some(name) = &input.name {
        row.name = problems.name("name", name);
    }
    if let Some(description) = &input.description {
        let text = problems.text("description", description);
        row.description = (!text.is_empty()).then_some(text);
    }
    if let Some(billing_type) = &input.billing_type {
        row.billing_type = problems.line("instanceBillingType", billing_type);
    }
    row.logs_disabled = input.logs_disabled.unwrap_or(row.logs_disabled);
    row.step_results_disabled = input.step_results_disabled.unwrap_or(row.step_results_disabled);
    if let Some(memory) = input.allocated_memory_mb {
        let memory = i32::try_from(memory).unwrap_or(i32::MAX);
        if !(1..=MEMORY_MB_MAX).contains(&memory) {
            problems.add("allocatedMemoryMb", format!("This must be from 1 to {MEMORY_MB_MAX}."));
        }
        row.allocated_memory_mb = memory;
    }
    if let Some(days) = input.contents_days {
        if !(0..=DAYS_MAX).contains(&days) {
            problems.add("contentsDays", format!("This must be from 0 to {DAYS_MAX}."));
        }
        row.contents_days = i32::try_from(days).ok().filter(|days| *days > 0);
    }
    row
}

fn check_default(row: &instance_profile::Model, is_default: Option<bool>, problems: &mut Problems) {
    if is_default == Some(true) && row.instance_id.is_some() {
        problems.add("isDefaultProfile", "A profile for one instance cannot be the default.");
    }
}

async fn check_count(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<(), Error> {
    let shared = Viewer::System(organization)
        .rows::<instance_profile::Entity>()
        .filter(instance_profile::Column::InstanceId.is_null());
    if shared.count(db).await? >= PROFILES_MAX {
        let limit = format!("an organization has at most {PROFILES_MAX} instance profiles");
        return Err(Error::LimitReached(limit));
    }
    Ok(())
}

/// A key that can be read: lower case, with dashes for everything else.
fn key_of(name: &str) -> String {
    let words = name.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

async fn default_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Option<InstanceProfileId>, Error> {
    let own = Viewer::System(organization).rows::<organization::Entity>().one(db).await?;
    Ok(own.and_then(|row| row.default_profile_id))
}

async fn set_default(
    tx: &DatabaseTransaction,
    row: &instance_profile::Model,
    is_default: Option<bool>,
) -> Result<(), Error> {
    let Some(is_default) = is_default else { return Ok(()) };
    let column = organization::Column::DefaultProfileId;
    let change = rows::update::<organization::Entity>(row.organization_id);
    let change = if is_default {
        change.col_expr(column, Expr::value(row.id))
    } else {
        let none = Expr::value(None::<InstanceProfileId>);
        change.col_expr(column, none).filter(column.eq(row.id))
    };
    change.exec(tx).await?;
    Ok(())
}

async fn give(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    of: Expr,
    profile: Option<InstanceProfileId>,
) -> Result<(), Error> {
    rows::update::<instance::Entity>(organization)
        .col_expr(instance::Column::ProfileId, Expr::value(profile))
        .filter(of)
        .exec(tx)
        .await?;
    Ok(())
}

/// The instances for which the profile holds.
async fn instances_with(
    tx: &DatabaseTransaction,
    row: &instance_profile::Model,
) -> Result<Vec<InstanceId>, Error> {
    let has = instance::Column::ProfileId.eq(row.id);
    let is_default = default_of(tx, row.organization_id).await? == Some(row.id);
    let has = if is_default { has.or(instance::Column::ProfileId.is_null()) } else { has };
    let found = Viewer::System(row.organization_id)
        .rows::<instance::Entity>()
        .filter(has)
        .select_only()
        .column(instance::Column::Id);
    Ok(found.into_tuple().all(tx).await?)
}
