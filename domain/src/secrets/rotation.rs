//! New keys for what is sealed.

use anyhow::Context;
use entity::{Db, OrganizationId, Timestamp, organization_key};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryResult, Statement,
};
use uuid::Uuid;

use super::{KEY_BYTES, Keyring, Place, Secrets, encrypt, key_number, key_place};
use crate::rows;

/// Every column that holds sealed values; a test finds those that are missing.
pub(super) const SEALED_COLUMNS: &[&str] = &[
    "alert_webhook.sealed_headers",
    "config_value.sealed_inputs",
    "connection_template.sealed_presets",
    "customer_config_variable.sealed_inputs",
    "delivery.sealed_message",
    "deployment.sealed_config",
    "flow_config.sealed_api_keys",
    "log_stream.sealed_headers",
    "oauth2_authorization.sealed_context",
    "oauth2_authorization.sealed_settings",
    "oauth2_authorization.sealed_token",
    "scoped_config_variable.sealed_inputs",
    "user_level_value.sealed_inputs",
    "webhook_endpoint.sealed_headers",
    "webhook_endpoint.sealed_secret",
    "webhook_endpoint.sealed_old_secret",
];

/// Rows in one transaction, so that other writers get their turn.
const ROWS_PER_TRANSACTION: usize = 200;

/// What became of the data keys of an organization.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rotated {
    /// The number of the key that everything is sealed with now.
    pub newest: i32,
    /// Values that were sealed again.
    pub values: usize,
    /// Keys that nothing needed any more.
    pub dropped: u64,
}

impl Secrets {
    /// Gives an organization a new data key and seals everything with it. Servers may go on
    /// meanwhile. The key from before stays until the next time, for what is under way.
    pub async fn rotate_data_key(
        &self,
        db: &Db,
        organization: OrganizationId,
        now: Timestamp,
    ) -> anyhow::Result<Rotated> {
        let previous = self.load(db.read(), organization).await?.newest;
        let newest = previous + 1;
        let tx = db.begin().await?;
        self.write_key(&tx, organization, newest, now).await?;
        tx.commit().await?;
        let keyring = self.load(db.read(), organization).await?;
        let mut values = 0;
        for column in SEALED_COLUMNS.iter().copied() {
            values += self.seal_again(db, organization, column, &keyring).await?;
        }
        let dropped = rows::delete::<organization_key::Entity>(organization)
            .filter(organization_key::Column::Number.lt(previous))
            .exec(db.writer())
            .await?
            .rows_affected;
        self.load(db.read(), organization).await?;
        Ok(Rotated { newest, values, dropped })
    }

    /// Gives every organization a new data key; see [`Self::rotate_data_key`].
    pub async fn rotate_data_keys(&self, db: &Db, now: Timestamp) -> anyhow::Result<Vec<Rotated>> {
        let keys = all_keys(db.read()).await?;
        let mut organizations: Vec<_> = keys.iter().map(|row| row.organization_id).collect();
        organizations.sort();
        organizations.dedup();
        let mut rotated = Vec::new();
        for organization in organizations {
            rotated.push(self.rotate_data_key(db, organization, now).await?);
        }
        Ok(rotated)
    }

    /// Wraps all data keys with another master key, in one transaction.
    pub async fn rotate_master_key(&self, db: &Db, new: &Self) -> anyhow::Result<usize> {
        let tx = db.begin().await?;
        let keys = all_keys(&tx).await?;
        for row in &keys {
            let key = self.unwrap(row).context("unwrapping a data key")?;
            let place = key_place(row.organization_id, row.number);
            let wrapped = encrypt(&new.master_cipher(), 0, place, &key)?;
            rows::update::<organization_key::Entity>(row.organization_id)
                .col_expr(organization_key::Column::Wrapped, wrapped.into())
                .filter(organization_key::Column::Number.eq(row.number))
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        Ok(keys.len())
    }

    pub(super) async fn write_key(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        number: i32,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let key: [u8; KEY_BYTES] = rand::random();
        let place = key_place(organization, number);
        let row = organization_key::Model {
            organization_id: organization,
            number,
            wrapped: encrypt(&self.master_cipher(), 0, place, &key)?,
            created_at: now,
        };
        rows::insert::<organization_key::Entity>(db, row).await.context("writing a data key")?;
        Ok(())
    }

    /// Seals the values of one column that another key than the newest has sealed.
    async fn seal_again(
        &self,
        db: &Db,
        organization: OrganizationId,
        column: &'static str,
        keyring: &Keyring,
    ) -> anyhow::Result<usize> {
        let newest = keyring.newest;
        let cipher = keyring.ciphers.get(&newest).context("a keyring without keys")?;
        let mut after = Uuid::nil();
        let mut count = 0;
        loop {
            let tx = db.begin().await?;
            let found = page(&tx, organization, column, after).await?;
            let Some((last, _)) = found.last() else { return Ok(count) };
            after = *last;
            for (id, sealed) in &found {
                if key_number(sealed)? == newest {
                    continue;
                }
                let place = Place::new(bound_as(column), *id);
                let plain = self.open(&tx, organization, place, sealed).await?;
                let again = encrypt(cipher, newest, place, &plain)?;
                replace(&tx, column, *id, sealed, again).await?;
                count += 1;
            }
            tx.commit().await?;
        }
    }
}

/// The data keys of everybody.
#[expect(clippy::disallowed_methods, reason = "the master key belongs to no organization")]
async fn all_keys(db: &impl ConnectionTrait) -> Result<Vec<organization_key::Model>, DbErr> {
    organization_key::Entity::find().all(db).await
}

async fn page(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    column: &str,
    after: Uuid,
) -> anyhow::Result<Vec<(Uuid, Vec<u8>)>> {
    let (table, name) = split(column);
    let sql = format!(
        "SELECT id, {name} FROM \"{table}\" WHERE organization_id = $1 AND id > $2 \
         AND {name} IS NOT NULL ORDER BY id LIMIT {ROWS_PER_TRANSACTION}"
    );
    let values = [organization.into(), after.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let found = tx.query_all_raw(statement).await?;
    let read = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    found.iter().map(read).collect()
}

/// Writes a value, unless somebody has written another one.
async fn replace(
    tx: &DatabaseTransaction,
    column: &str,
    id: Uuid,
    old: &[u8],
    new: Vec<u8>,
) -> Result<(), DbErr> {
    let (table, name) = split(column);
    let sql = format!("UPDATE \"{table}\" SET {name} = $1 WHERE id = $2 AND {name} = $3");
    let values = [new.into(), id.into(), old.to_vec().into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.execute_raw(statement).await?;
    Ok(())
}

/// Values of users are bound to their places as those of instances are: ids tell them apart.
fn bound_as(column: &'static str) -> &'static str {
    match column {
        "user_level_value.sealed_inputs" => "config_value.sealed_inputs",
        column => column,
    }
}

fn split(column: &str) -> (&str, &str) {
    column.split_once('.').expect("a table and a column")
}
