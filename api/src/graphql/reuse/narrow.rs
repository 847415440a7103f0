//! Filters and orders that lists of shared connections have in common.

use async_graphql::Value;
use components::Catalog;
use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait, Func, IntoCondition, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait};

use entity::authorization;

use crate::ApiError;
use crate::graphql::Arguments;
use crate::graphql::argument::{list, text};
use crate::graphql::filter::Filter;
use crate::graphql::order::Order;

/// How a row of `E` stands: by its authorization, or by whether it is ready.
pub fn status<E: EntityTrait>() -> SimpleExpr {
    let stored = Query::select()
        .column((authorization::Entity, authorization::Column::Status))
        .from(authorization::Entity)
        .and_where(
            Expr::col((authorization::Entity, authorization::Column::OwnerId))
                .equals((E::default(), "id")),
        )
        .take();
    let is_ready = Expr::col((E::default(), "is_ready")).eq(true);
    let ready: SimpleExpr = CaseStatement::new()
        .case(is_ready, authorization::Status::Active.to_value())
        .finally(authorization::Status::Pending.to_value())
        .into();
    Func::coalesce([Expr::SubQuery(None, Box::new(stored.into())), ready]).into()
}

pub fn statuses<E: EntityTrait>() -> [Filter; 2] {
    let one = ("status", "String", "Only those with this status, in any case.");
    let some = ("status_In", "[String]", "Only those with one of these statuses, in any case.");
    [one, some].map(|parameter| {
        Filter::new(parameter, move |value| {
            let words: Result<Vec<_>, ApiError> =
                list(value).map(|item| Ok(text(parameter.0, item)?.to_uppercase())).collect();
            Ok(status::<E>().is_in(words?).into_condition())
        })
    })
}

pub fn by_status<E: EntityTrait>() -> Order {
    Order::text_of("STATUS", "How it stands.", || Query::select().expr(status::<E>()).take())
}

/// The label of the component that a column names.
fn label(component: SimpleExpr) -> SimpleExpr {
    let labels = Catalog::default();
    let case = labels.iter().fold(CaseStatement::new(), |case, known| {
        case.case(component.clone().eq(known.key), known.label)
    });
    case.finally(component).into()
}

/// By the label of a component, whose key is found so.
pub fn by_component(key: fn() -> SimpleExpr) -> Order {
    let about = "The label of the component.";
    Order::text_of("COMPONENT_LABEL", about, move || select(label(key())))
}

fn select(expr: SimpleExpr) -> SelectStatement {
    Query::select().expr(expr).take()
}

/// Filters by the component of the connection.
pub fn components(column: impl ColumnTrait) -> [Filter; 2] {
    [
        Filter::new(
            (
                "connection_Component_In",
                "[ComponentSelector]",
                "Only those whose connection is of one of these components.",
            ),
            move |value| Ok(column.is_in(keys(value)?).into_condition()),
        ),
        Filter::new(
            (
                "connection_Component_Label_Icontains",
                "String",
                "Only those whose component has a label that contains the text, in any case.",
            ),
            move |value| {
                let part = text("connection_Component_Label_Icontains", value)?.to_lowercase();
                let catalog = Catalog::default();
                let found = catalog.iter().filter(|it| it.label.to_lowercase().contains(&part));
                Ok(column.is_in(found.map(|it| it.key)).into_condition())
            },
        ),
    ]
}

/// Every component that is known here is public.
fn keys(value: &Value) -> Result<Vec<String>, ApiError> {
    let mut keys = Vec::new();
    for item in list(value) {
        let Value::Object(fields) = item else {
            return Err(ApiError::problem("connection_Component_In", "must name components"));
        };
        let selector = Arguments::new(fields.iter());
        if selector.flag("isPublic")? == Some(true) {
            keys.push(selector.require_text("key")?);
        }
    }
    Ok(keys)
}

/// Rows that a filter of another table admits.
pub fn ids_of<E: EntityTrait>(condition: Condition) -> SelectStatement {
    Query::select().column((E::default(), "id")).from(E::default()).cond_where(condition).take()
}
