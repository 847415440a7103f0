//! Statements over many rows at once: what costs is the statement, not the row.

use sea_orm::sea_query::Value;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait, QueryResult,
    Statement,
};

/// SQLite takes 32,766 bound values in one statement.
const VALUES_MAX: usize = 32_000;

/// Inserts all rows with as few statements as the backend takes.
pub async fn insert<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    models: &[E::Model],
    on_conflict: &str,
) -> Result<(), DbErr> {
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let names: Vec<String> =
        columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    for chunk in models.chunks(VALUES_MAX / columns.len()) {
        let backend = connection.get_database_backend();
        let tuples = placeholders(backend, columns.len(), chunk.len());
        let sql = format!(
            "INSERT INTO \"{}\" ({}) VALUES {tuples} {on_conflict}",
            E::default().table_name(),
            names.join(","),
        );
        let values = chunk.iter().flat_map(|model| columns.iter().map(|column| model.get(*column)));
        execute(connection, &sql, values.collect()).await?;
    }
    Ok(())
}

/// Runs `sql`, in which `{rows}` stands for the tuples, and returns what it gives back.
pub async fn query_with_rows(
    connection: &impl ConnectionTrait,
    sql: &str,
    rows: &[Vec<Value>],
) -> Result<Vec<QueryResult>, DbErr> {
    let Some(width) = rows.first().map(Vec::len) else {
        return Ok(Vec::new());
    };
    let mut returned = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(VALUES_MAX / width) {
        let backend = connection.get_database_backend();
        let sql = sql.replace("{rows}", &placeholders(backend, width, chunk.len()));
        let values = chunk.iter().flatten().cloned().collect::<Vec<_>>();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        returned.extend(connection.query_all_raw(statement).await?);
    }
    Ok(returned)
}

/// Runs one statement with numbered placeholders; returns its rows.
pub async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let backend = connection.get_database_backend();
    connection.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await
}

/// Runs one statement with numbered placeholders; returns the number of affected rows.
pub async fn execute(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64, DbErr> {
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// `($1,$2),($3,$4)`, or on SQLite `(?,?),(?,?)`: it takes `$1` for a name, and looks each name up
/// among all others, which is most of the time of a statement with thousands of them.
fn placeholders(backend: DbBackend, width: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * width * 6);
    for row in 0..count {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..width {
            text.push_str(if column == 0 { "" } else { "," });
            match backend {
                DbBackend::Sqlite => text.push('?'),
                _ => text += &format!("${}", row * width + column + 1),
            }
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{DbBackend, placeholders};

    #[test]
    fn placeholders_count_through() {
        assert_eq!(placeholders(DbBackend::Postgres, 2, 2), "($1,$2),($3,$4)");
        assert_eq!(placeholders(DbBackend::Sqlite, 2, 2), "(?,?),(?,?)");
    }
}
