//! Components that users mark as their favourites.

use std::collections::HashSet;

use entity::starred_component;
use sea_orm::{ColumnTrait, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::viewer::Viewer;

/// Favourites of one user.
const STARRED_MAX: usize = 1_000;

/// What the viewer has marked: keys of built-in components, and sequences.
pub async fn starred(env: &Env, viewer: &Viewer) -> Result<HashSet<String>, Error> {
    let Some(user) = viewer.user() else { return Ok(HashSet::new()) };
    let rows = Viewer::System(user.organization_id).rows::<starred_component::Entity>();
    let own = rows.filter(starred_component::Column::UserId.eq(user.id));
    let all = own.all(env.db.read()).await?;
    Ok(all.into_iter().map(|row| row.component).collect())
}

/// Marks a component that the viewer sees, or takes the mark away.
pub async fn set_starred(
    env: &Env,
    viewer: &Viewer,
    component: &str,
    is_starred: bool,
) -> Result<(), Error> {
    let user = viewer.user().ok_or(Error::Unauthenticated)?;
    let known = starred(env, viewer).await?;
    if known.contains(component) == is_starred {
        return Ok(());
    }
    if is_starred && known.len() >= STARRED_MAX {
        let limit = format!("a user marks at most {STARRED_MAX} components");
        return Err(Error::LimitReached(limit));
    }
    let tx = env.db.begin().await?;
    if is_starred {
        let row = starred_component::Model {
            user_id: user.id,
            component: component.to_owned(),
            organization_id: user.organization_id,
        };
        rows::insert_new::<starred_component::Entity>(&tx, vec![row]).await?;
    } else {
        rows::delete::<starred_component::Entity>(user.organization_id)
            .filter(starred_component::Column::UserId.eq(user.id))
            .filter(starred_component::Column::Component.eq(component))
            .exec(&tx)
            .await?;
    }
    Ok(tx.commit().await?)
}
