//! Conditions in the prefix language of clients, as conditions on rows.

use entity::integration;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoCondition};
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value as Json;

use crate::ApiError;
use crate::graphql::filter::{Dialect, Filter, constant};

/// Levels of nesting, and terms: more than any host page writes.
const DEPTH_MAX: usize = 8;
const TERMS_MAX: usize = 200;

/// Reads a condition. Of a bare list of conditions, one has to be met, or `strict`ly all.
pub fn condition(text: &str, strict: bool, dialect: Dialect) -> Result<Condition, ApiError> {
    let refused =
        || ApiError::problem("filterQuery", "This is not a condition that can be understood.");
    let query: Json = serde_json::from_str(text).map_err(|_| refused())?;
    let mut reader = Reader { dialect, terms_left: TERMS_MAX };
    let is_bare = |items: &Vec<Json>| items.iter().all(Json::is_array);
    match query.as_array() {
        Some(items) if is_bare(items) => {
            reader.all_or_any(items, strict, DEPTH_MAX).ok_or_else(refused)
        }
        _ => reader.expression(&query, DEPTH_MAX).ok_or_else(refused),
    }
}

struct Reader {
    dialect: Dialect,
    terms_left: usize,
}

impl Reader {
    fn expression(&mut self, query: &Json, depth: usize) -> Option<Condition> {
        let (operator, operands) = query.as_array()?.split_first()?;
        match operator.as_str()? {
            "and" => self.all_or_any(operands, true, depth),
            "or" => self.all_or_any(operands, false, depth),
            operator => {
                self.terms_left = self.terms_left.checked_sub(1)?;
                let [field, value] = operands else { return None };
                self.term(operator, field.as_str()?, value)
            }
        }
    }

    fn all_or_any(&mut self, queries: &[Json], all: bool, depth: usize) -> Option<Condition> {
        let depth = depth.checked_sub(1)?;
        // What lists nothing asks for nothing.
        let empty = if all || queries.is_empty() { Condition::all() } else { Condition::any() };
        queries.iter().try_fold(empty, |met, query| Some(met.add(self.expression(query, depth)?)))
    }

    fn term(&self, operator: &str, field: &str, value: &Json) -> Option<Condition> {
        let (operator, is_negated) = match operator {
            "notEqual" => ("equal", true),
            "notIn" => ("in", true),
            "doesNotStartWith" => ("startsWith", true),
            "doesNotEndWith" => ("endsWith", true),
            operator => (operator, false),
        };
        let found = match value {
            Json::Array(values) => {
                let mut any = constant(false).into_condition();
                for value in values {
                    any = Condition::any().add(any).add(self.meets(operator, field, value)?);
                }
                any
            }
            value => self.meets(operator, field, value)?,
        };
        Some(if is_negated { found.not() } else { found })
    }

    fn meets(&self, operator: &str, field: &str, value: &Json) -> Option<Condition> {
        use integration::Column as C;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let column = match field {
            "name" => C::Name,
            "category" => C::Category,
            "labels" => {
                let label = async_graphql::Value::from(value);
                let carried = Filter::label("labels", C::Labels);
                return match operator {
                    "equal" | "in" => carried.apply(&label, self.dialect).ok(),
                    _ => None,
                };
            }
            _ => return None,
        };
        let text = || Expr::col(column.as_column_ref());
        let length = i32::try_from(value.chars().count()).ok()?;
        Some(match operator {
            "equal" => column.eq(value).into_condition(),
            "in" => {
                let find = Func::cust(if self.dialect.is_sqlite { "instr" } else { "strpos" });
                Expr::from(find.args([text(), Expr::val(value)])).gt(0).into_condition()
            }
            "startsWith" => {
                let start = Func::cust("substr").args([text(), Expr::val(1), Expr::val(length)]);
                Expr::from(start).eq(value).into_condition()
            }
            "endsWith" => {
                let all = || Expr::from(Func::cust("length").args([text()]));
                let from = all().sub(length).add(1);
                let end = Func::cust("substr").args([text(), from]);
                let is_long = all().gte(length);
                is_long.into_condition().add(Expr::from(end).eq(value))
            }
            _ => return None,
        })
    }
}
