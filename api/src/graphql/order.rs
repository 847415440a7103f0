//! Orders of lists, and cursors that stay right while rows are added.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryResult};
use uuid::Uuid;

use crate::ApiError;

/// A way to sort a list.
#[derive(Clone)]
pub struct Order {
    pub name: &'static str,
    pub about: &'static str,
    key: Arc<dyn Fn() -> SimpleExpr + Send + Sync>,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    /// The id itself, which every order ends in.
    Id,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    Ascending,
    Descending,
}

impl Order {
    /// By a text, without regard to case.
    pub fn text(name: &'static str, about: &'static str, column: impl ColumnTrait) -> Self {
        let key = move || lower(Expr::col(column.as_column_ref()));
        Self { name, about, key: Arc::new(key), kind: Kind::Text }
    }

    /// By a text of another table, without regard to case.
    pub fn text_of(
        name: &'static str,
        about: &'static str,
        select: impl Fn() -> SelectStatement + Send + Sync + 'static,
    ) -> Self {
        let key = move || lower(Expr::SubQuery(None, Box::new(select().into())));
        Self { name, about, key: Arc::new(key), kind: Kind::Text }
    }

    /// By a number or time; rows without one come last.
    pub fn number(name: &'static str, about: &'static str, column: impl ColumnTrait) -> Self {
        let key = move || number_or_last(Expr::col(column.as_column_ref()));
        Self { name, about, key: Arc::new(key), kind: Kind::Number }
    }

    /// By a number of another table; rows without one come last.
    pub fn number_of(
        name: &'static str,
        about: &'static str,
        select: impl Fn() -> SelectStatement + Send + Sync + 'static,
    ) -> Self {
        let key = move || number_or_last(Expr::SubQuery(None, Box::new(select().into())));
        Self { name, about, key: Arc::new(key), kind: Kind::Number }
    }

    /// By when rows were made: ids grow with time, and their index is there already.
    pub fn age(name: &'static str, about: &'static str) -> Self {
        Self { name, about, key: Arc::new(|| Expr::val(0_i64)), kind: Kind::Id }
    }

    pub fn is_age(&self) -> bool {
        matches!(self.kind, Kind::Id)
    }

    /// By a flag, false first.
    pub fn flag(name: &'static str, about: &'static str, column: impl ColumnTrait) -> Self {
        let key = move || {
            let one: SimpleExpr = Expr::case(column.eq(true), 1).finally(0).into();
            one.cast_as("bigint")
        };
        Self { name, about, key: Arc::new(key), kind: Kind::Number }
    }

    pub fn expr(&self) -> SimpleExpr {
        (self.key)()
    }

    /// Reads the key back from the row it was selected with.
    pub fn read(&self, row: &QueryResult, column: &str) -> Result<serde_json::Value, DbErr> {
        Ok(match self.kind {
            Kind::Text => row.try_get::<String>("", column)?.into(),
            Kind::Number | Kind::Id => row.try_get::<i64>("", column)?.into(),
        })
    }

    fn literal(&self, value: &serde_json::Value) -> Option<SimpleExpr> {
        Some(match self.kind {
            Kind::Text => Expr::val(value.as_str()?),
            Kind::Number | Kind::Id => Expr::val(value.as_i64()?),
        })
    }
}

impl Direction {
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

fn lower(text: SimpleExpr) -> SimpleExpr {
    Func::coalesce([Func::lower(text).into(), Expr::val("")]).into()
}

fn number_or_last(number: SimpleExpr) -> SimpleExpr {
    Func::coalesce([number.cast_as("bigint"), Expr::val(i64::MAX)]).into()
}

/// The place of a row in an order: its keys, then its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    keys: Vec<serde_json::Value>,
    id: Uuid,
}

impl Cursor {
    pub fn new(keys: Vec<serde_json::Value>, id: Uuid) -> Self {
        Self { keys, id }
    }

    /// The place in a list that is known as a whole.
    pub fn counted(index: usize) -> Self {
        Self::new(vec![index.into()], Uuid::nil())
    }

    /// Reads what [`Self::counted`] made.
    pub fn index(&self, name: &str) -> Result<usize, ApiError> {
        let index = self.keys.first().and_then(serde_json::Value::as_u64);
        index.and_then(|index| usize::try_from(index).ok()).ok_or_else(|| foreign(name))
    }

    pub fn encode(&self) -> String {
        let mut parts = self.keys.clone();
        parts.push(self.id.to_string().into());
        STANDARD.encode(serde_json::Value::from(parts).to_string())
    }

    /// Reads a cursor of the argument `name`. Empty text is no cursor.
    pub fn decode(name: &str, text: &str) -> Result<Option<Self>, ApiError> {
        if text.is_empty() {
            return Ok(None);
        }
        Self::parse(text).map(Some).ok_or_else(|| foreign(name))
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let mut keys: Vec<serde_json::Value> = serde_json::from_slice(&bytes).ok()?;
        let id = Uuid::parse_str(keys.pop()?.as_str()?).ok()?;
        Some(Self { keys, id })
    }

    /// Rows that come after this place (with `Ascending` meaning along the order of the list).
    pub fn beyond(
        &self,
        name: &str,
        order: &[(Order, Direction)],
        (id, id_direction): (SimpleExpr, Direction),
    ) -> Result<Condition, ApiError> {
        if self.keys.len() != order.len() {
            return Err(foreign(name));
        }
        let mut any = Condition::any();
        let mut equal = Condition::all();
        for ((order, direction), key) in order.iter().zip(&self.keys) {
            let key = order.literal(key).ok_or_else(|| foreign(name))?;
            let past = past(order.expr(), *direction, key.clone());
            any = any.add(equal.clone().add(past));
            equal = equal.add(order.expr().eq(key));
        }
        Ok(any.add(equal.add(past(id, id_direction, Expr::val(self.id)))))
    }
}

fn past(expr: SimpleExpr, direction: Direction, key: SimpleExpr) -> SimpleExpr {
    match direction {
        Direction::Ascending => expr.gt(key),
        Direction::Descending => expr.lt(key),
    }
}

fn foreign(name: &str) -> ApiError {
    ApiError::problem(name, "is not a cursor of this list and order")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_the_trip_and_nothing_else_does() {
        let cursor = Cursor::new(vec!["a\"b".into(), 7.into()], Uuid::from_u128(3));
        let read = Cursor::decode("after", &cursor.encode()).unwrap();
        assert_eq!(read, Some(cursor));
        assert_eq!(Cursor::decode("after", "").unwrap(), None);
        for text in ["x", "YXJyYXljb25uZWN0aW9uOjE=", "W10=", "WzFd"] {
            assert!(Cursor::decode("after", text).is_err(), "{text}");
        }
    }
}
