//! Mail about endpoints: to the people of the organization who can do something about them.

use entity::alert_notice::{self, Channel};
use entity::user::{self, Role};
use entity::webhook_endpoint;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::viewer::Viewer;

/// Writes a mail to each owner and administrator of the organization: an endpoint was switched off.
pub(super) async fn write(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &webhook_endpoint::Model,
    reason: &str,
) -> Result<(), Error> {
    let people = Viewer::System(row.organization_id)
        .rows::<user::Entity>()
        .filter(user::Column::CustomerId.is_null())
        .filter(user::Column::Role.is_in([Role::Owner, Role::Admin]))
        .all(tx)
        .await?;
    let now = env.now();
    // A name may have lines; a subject may not.
    let name = row.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject = format!("The webhook endpoint \"{name}\" was switched off");
    let body = format!(
        "{subject}.\n{reason}\n\nURL: {}\n\nNothing is sent to it until somebody switches it on \
         again.\n",
        row.url
    );
    let notices = people.into_iter().map(|user| alert_notice::Model {
        id: env.ids.at(now),
        organization_id: row.organization_id,
        channel: Channel::Mail,
        recipient: user.email,
        subject: subject.clone(),
        body: body.clone(),
        attempts: 0,
        next_at: now,
        created_at: now,
    });
    Ok(rows::insert_all::<alert_notice::Entity>(tx, notices.collect()).await?)
}
