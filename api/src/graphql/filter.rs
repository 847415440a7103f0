//! Filters of lists: one line each, and their descriptions write themselves.

use std::sync::Arc;

use async_graphql::Value;
use entity::{Id, Labels, Timestamp};
use sea_orm::sea_query::extension::postgres::PgExpr;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoCondition, LikeExpr, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use super::argument::{flag, int, list, text, time, uuid};
use super::builder::Parameter;
use super::id;
use crate::ApiError;

/// Ids tell times apart by it; in microseconds.
const MILLISECOND: i64 = 1_000;

type Apply = dyn Fn(&Value, Dialect) -> Result<Condition, ApiError> + Send + Sync;

/// What differs between the databases.
#[derive(Clone, Copy)]
pub struct Dialect {
    pub is_sqlite: bool,
}

/// An argument of a list that narrows it.
#[derive(Clone)]
pub struct Filter {
    pub parameter: Parameter,
    apply: Arc<Apply>,
}

impl Filter {
    /// A filter that is none of the usual ones.
    pub fn new(
        parameter: Parameter,
        apply: impl Fn(&Value) -> Result<Condition, ApiError> + Send + Sync + 'static,
    ) -> Self {
        Self { parameter, apply: Arc::new(move |value, _| apply(value)) }
    }

    pub fn apply(&self, value: &Value, dialect: Dialect) -> Result<Condition, ApiError> {
        (self.apply)(value, dialect)
    }

    /// What this filter says of rows of another table, to which the column leads.
    pub fn through(self, column: impl ColumnTrait, rows: fn(Condition) -> SelectStatement) -> Self {
        let apply = move |value: &Value, dialect: Dialect| {
            Ok(column.in_subquery(rows((self.apply)(value, dialect)?)).into_condition())
        };
        Self { parameter: self.parameter, apply: Arc::new(apply) }
    }

    pub fn text(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "String", "Only those where this is exactly the text."), move |value| {
            Ok(column.eq(text(name, value)?).into_condition())
        })
    }

    pub fn texts(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "[String]", "Only those where this is one of the texts."), move |value| {
            let texts: Result<Vec<_>, _> = list(value).map(|item| text(name, item)).collect();
            Ok(column.is_in(texts?).into_condition())
        })
    }

    /// For members of an enumeration given as text, in any case.
    pub fn words(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "[String]", "Only those where this is one of the words."), move |value| {
            let words: Result<Vec<_>, ApiError> =
                list(value).map(|item| Ok(text(name, item)?.to_uppercase())).collect();
            Ok(column.is_in(words?).into_condition())
        })
    }

    pub fn word(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new(
            (name, "String", "Only those where this is the word, in any case."),
            move |value| Ok(column.eq(text(name, value)?.to_uppercase()).into_condition()),
        )
    }

    pub fn flag(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "Boolean", "Only those where this is true, or is false."), move |value| {
            Ok(column.eq(flag(name, value)?).into_condition())
        })
    }

    /// A property that is the same for all rows.
    pub fn always(name: &'static str, fact: bool) -> Self {
        Self::new((name, "Boolean", "Only those where this is true, or is false."), move |value| {
            Ok(constant(flag(name, value)? == fact))
        })
    }

    pub fn int(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "Int", "Only those where this is the number."), move |value| {
            Ok(column.eq(int(name, value)?).into_condition())
        })
    }

    pub fn int_from(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "Int", "Only those where this is the number or more."), move |value| {
            Ok(column.gte(int(name, value)?).into_condition())
        })
    }

    pub fn int_to(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "Int", "Only those where this is the number or less."), move |value| {
            Ok(column.lte(int(name, value)?).into_condition())
        })
    }

    pub fn id<I: Id>(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "ID", "Only those that belong to the row with this id."), move |value| {
            Ok(column.eq(id::decode::<I>(&text(name, value)?)?).into_condition())
        })
    }

    pub fn ids<I: Id>(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "[ID]", "Only those that belong to one of these ids."), move |value| {
            let ids: Result<Vec<I>, _> =
                list(value).map(|item| id::decode::<I>(&text(name, item)?)).collect();
            Ok(column.is_in(ids?).into_condition())
        })
    }

    /// An id that leads to the column through another table.
    pub fn id_through<I: Id>(
        name: &'static str,
        column: impl ColumnTrait,
        rows: impl Fn(I) -> SelectStatement + Send + Sync + 'static,
    ) -> Self {
        Self::new((name, "ID", "Only those that belong to the row with this id."), move |value| {
            let id = id::decode::<I>(&text(name, value)?)?;
            Ok(column.in_subquery(rows(id)).into_condition())
        })
    }

    /// A UUID that is not the id of a row.
    pub fn uuid(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "UUID", "Only those where this is the UUID."), move |value| {
            Ok(column.eq(uuid(name, value)?).into_condition())
        })
    }

    pub fn is_null(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new(
            (name, "Boolean", "Only those where this is missing, or is there."),
            move |value| {
                let missing = flag(name, value)?;
                Ok(if missing { column.is_null() } else { column.is_not_null() }.into_condition())
            },
        )
    }

    pub fn since(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "DateTime", "Only those at this time or later."), move |value| {
            Ok(column.gte(time(name, value)?).into_condition())
        })
    }

    pub fn until(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::new((name, "DateTime", "Only those at this time or earlier."), move |value| {
            Ok(column.lte(time(name, value)?).into_condition())
        })
    }

    /// As [`Filter::since`] for rows whose ids are of the time in the column: found along the ids.
    pub fn since_by_id<I: Id>(
        name: &'static str,
        column: impl ColumnTrait,
        id: impl ColumnTrait,
    ) -> Self {
        Self::new((name, "DateTime", "Only those at this time or later."), move |value| {
            let first = time(name, value)?;
            Ok(column.gte(first).and(id.gte(I::before(first))).into_condition())
        })
    }

    /// As [`Filter::until`] for rows whose ids are of the time in the column: found along the ids.
    pub fn until_by_id<I: Id>(
        name: &'static str,
        column: impl ColumnTrait,
        id: impl ColumnTrait,
    ) -> Self {
        Self::new((name, "DateTime", "Only those at this time or earlier."), move |value| {
            let last = time(name, value)?;
            let next = Timestamp(last.0.saturating_add(MILLISECOND));
            Ok(column.lte(last).and(id.lt(I::before(next))).into_condition())
        })
    }

    pub fn contains(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::pattern(
            (name, "String", "Only those that contain the text, in any case."),
            column,
            |text| format!("%{}%", escape(text)),
        )
    }

    pub fn starts_with(name: &'static str, column: impl ColumnTrait) -> Self {
        Self::pattern(
            (name, "String", "Only those that start with the text, in any case."),
            column,
            |text| format!("{}%", escape(text)),
        )
    }

    /// One whole label of a list of labels.
    pub fn label(name: &'static str, column: impl ColumnTrait) -> Self {
        let parameter = (name, "String", "Only those that carry this label.");
        let apply = move |value: &Value, dialect: Dialect| {
            let list = Labels(vec![text(name, value)?]).to_string();
            // The list is stored as JSON text: the label appears in it with its quotes.
            let quoted = list.trim_start_matches('[').trim_end_matches(']');
            let find = Func::cust(if dialect.is_sqlite { "instr" } else { "strpos" });
            let labels = Expr::col(column.as_column_ref());
            Ok(Expr::from(find.args([labels, Expr::val(quoted)])).gt(0).into_condition())
        };
        Self { parameter, apply: Arc::new(apply) }
    }

    fn pattern(
        parameter: Parameter,
        column: impl ColumnTrait,
        pattern: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let apply = move |value: &Value, dialect: Dialect| {
            let pattern = LikeExpr::new(pattern(&text(parameter.0, value)?));
            let expr = Expr::col(column.as_column_ref());
            // `LIKE` of SQLite ignores the case already, but has no escape character of its own.
            Ok(if dialect.is_sqlite {
                expr.like(pattern.escape('\\'))
            } else {
                expr.ilike(pattern)
            }
            .into_condition())
        };
        Self { parameter, apply: Arc::new(apply) }
    }
}

/// All rows, or none.
pub fn constant(all: bool) -> Condition {
    if all { Condition::all() } else { Expr::val(1).eq(0).into_condition() }
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
