//! What steps say of their connections: that one does not work, and that it works again.

use entity::authorization::{Column, Entity, Model, Status};
use entity::execution;
use entity::log::Severity;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};

use super::fresh::Fresh;
use super::store::{self, Owner};
use crate::alert::{self, ConnectionFailure};
use crate::env::Env;
use crate::error::Error;
use crate::{log_line, rows};

/// A connection as a run uses it.
#[derive(Clone, Copy)]
pub struct InUse<'a> {
    pub execution: &'a execution::Model,
    /// The config variable.
    pub key: &'a str,
    /// Where its token is and which one the run has, of OAuth2 connections.
    pub held: Option<(&'a Owner, &'a Fresh)>,
}

/// Takes note that a step found the connection not to work: in its log, its status, and for
/// monitors. The message is for people, and without secrets.
pub async fn raised(env: &Env, of: InUse<'_>, message: &str) -> Result<(), Error> {
    let InUse { execution, key, .. } = of;
    let tx = env.db.begin().await?;
    let text = format!("A step found that it does not work: {message}");
    let line = match of.row(&tx).await? {
        Some((row, fresh)) => {
            let error = (Status::Active, Status::Error, Some(message));
            turn(env, &tx, (&row, fresh), error).await?;
            log_line::of_connection(env, &tx, &row, Severity::Error, &text).await?
        }
        None => log_line::of_plain_connection(env, &tx, execution, key, &text).await?,
    };
    let failure = ConnectionFailure {
        organization: execution.organization_id,
        instance: execution.instance_id,
        flow_config: Some(execution.flow_config_id),
        execution: Some(execution.id),
        occurrence: &format!("{}:{key}", execution.id.0),
        details: &format!("The connection \"{key}\": {message}"),
    };
    alert::connection_failed(env, &tx, &failure).await?;
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    env.alerts_arrived();
    Ok(())
}

/// Takes note that a step succeeded with a connection that was doubted.
pub async fn works(env: &Env, of: InUse<'_>) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    let Some((row, fresh)) = of.row(&tx).await? else { return Ok(()) };
    let active = (Status::Error, Status::Active, None);
    let line = if row.failures == 0 && turn(env, &tx, (&row, fresh), active).await? {
        let message = "A step succeeded with it: it works again.";
        log_line::of_connection(env, &tx, &row, Severity::Info, message).await?
    } else {
        None
    };
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    Ok(())
}

impl<'a> InUse<'a> {
    async fn row(&self, tx: &DatabaseTransaction) -> Result<Option<(Model, &'a Fresh)>, Error> {
        let Some((owner, fresh)) = self.held else { return Ok(None) };
        let row = store::find(tx, self.execution.organization_id, owner).await?;
        Ok(row.map(|row| (row, fresh)))
    }
}

/// Changes the status; false if it has another one, or another token, by now.
async fn turn(
    env: &Env,
    tx: &DatabaseTransaction,
    (row, fresh): (&Model, &Fresh),
    (from, to, error): (Status, Status, Option<&str>),
) -> Result<bool, Error> {
    let turned = rows::update::<Entity>(row.organization_id)
        .col_expr(Column::Status, Expr::value(to))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::UpdatedAt, Expr::value(env.now()))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(from))
        .filter(Column::TokenVersion.eq(fresh.version))
        .exec(tx)
        .await?;
    Ok(turned.rows_affected == 1)
}
