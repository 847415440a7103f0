//! What an organization sets for its own history.

use entity::organization;
use sea_orm::{ActiveModelTrait, Set};

use super::DAYS_MAX;
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::policy::{Action, Permission};
use crate::viewer::Viewer;

/// Limits to change; 0 stands for what the installation does.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistoryLimits {
    pub contents_days: Option<i64>,
    pub records_days: Option<i64>,
    pub bytes_max: Option<i64>,
}

/// Changes what is given. Whoever may do this can make history go, so it is for administrators.
pub async fn set_limits(
    env: &Env,
    viewer: &Viewer,
    input: HistoryLimits,
) -> Result<organization::Model, Error> {
    viewer.require(Permission::OrgAdminInstancePermissions)?;
    let id = viewer.signed_in()?;
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<organization::Entity>(&tx, Action::View, id).await?;
    let old = permit.row();
    let mut problems = Problems::default();
    let contents_days = days(&mut problems, "contentsDays", input.contents_days, old.contents_days);
    let records_days = days(&mut problems, "recordsDays", input.records_days, old.records_days);
    if let (Some(contents), Some(records)) = (contents_days, records_days)
        && records < contents
    {
        problems.add(
            "recordsDays",
            format!("This must not be less than the {contents} days of contents."),
        );
    }
    if input.bytes_max.is_some_and(|bytes| bytes < 0) {
        problems.add("bytesMax", "This must not be negative.");
    }
    problems.finish()?;
    let mut edit = permit.edit();
    edit.contents_days = Set(contents_days);
    edit.records_days = Set(records_days);
    if let Some(bytes) = input.bytes_max {
        edit.history_bytes_max = Set((bytes > 0).then_some(bytes));
    }
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

fn days(problems: &mut Problems, field: &str, days: Option<i64>, old: Option<i32>) -> Option<i32> {
    let Some(days) = days else { return old };
    if !(0..=DAYS_MAX).contains(&days) {
        problems.add(field, format!("This must be from 0 to {DAYS_MAX}."));
    }
    i32::try_from(days).ok().filter(|days| *days > 0)
}
