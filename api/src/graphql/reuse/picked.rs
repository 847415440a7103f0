//! Connections to choose from, of both kinds in one list.

use std::cmp::Ordering;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{FieldValue, InputObject, Union};
use entity::scoped_variable::Scope;
use entity::{
    CustomerId, CustomerVariableId, Id, ScopedVariableId, customer_variable, scoped_variable,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::narrow::ids_of;
use super::{facts, narrow};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::Arguments;
use crate::graphql::argument::{flag, list, text};
use crate::graphql::builder::{Output, Parameter, Registry, Type, parameter};
use crate::graphql::component;
use crate::graphql::connection::cut;
use crate::graphql::filter::{Dialect, Filter, constant};
use crate::graphql::id;
use crate::graphql::order::Cursor;
use crate::graphql::page::Page;
use crate::graphql::page_info::PageInfo;

/// Rows that such a list is put together from.
const ROWS_MAX: u64 = 10_000;

/// A connection that an instance can use: a value, or a scoped variable for all customers.
struct Picked {
    scoped: Arc<scoped_variable::Model>,
    value: Option<Arc<customer_variable::Model>>,
    status: &'static str,
}

/// The same as a member of the union.
struct Member(Arc<Picked>);

impl Output for Member {
    fn output(self) -> Option<FieldValue<'static>> {
        Some(match &self.0.value {
            Some(value) => FieldValue::owned_any(value.clone()).with_type("CustomerConfigVariable"),
            None => FieldValue::owned_any(self.0.scoped.clone()).with_type("ScopedConfigVariable"),
        })
    }
}

impl Picked {
    fn key(&self) -> Option<&str> {
        match &self.value {
            Some(value) => value.key.as_deref(),
            None => Some(&self.scoped.key),
        }
    }

    fn component_label(&self) -> String {
        let known = component::connection(&self.scoped.component_key, &self.scoped.connection_key);
        known.map_or_else(|| self.scoped.component_key.clone(), |it| it.component_label().into())
    }

    /// Times in the order created, configured, changed.
    fn times(&self) -> [i64; 3] {
        let it = &self.scoped;
        let of_scoped = (it.created_at, it.last_configured_at, it.updated_at);
        let (created, configured, updated) = self.value.as_ref().map_or(of_scoped, |value| {
            (value.created_at, value.last_configured_at, value.updated_at)
        });
        [created.0, configured.map_or(i64::MAX, |time| time.0), updated.0]
    }
}

const PARAMETERS: [Parameter; 27] = [
    ("after", "String", "Start after this cursor."),
    ("before", "String", "End before this cursor."),
    ("first", "Int", "How many to return at most, counted from the start."),
    ("last", "Int", "How many to return at most, counted from the end."),
    ("connection_Component_In", "[ComponentSelector]", "Only of one of these components."),
    ("connection_Component_Label_Icontains", "String", "Only where its component is called so."),
    ("customer", "ID", "Only those of this customer."),
    ("description_Icontains", "String", "Only where the description contains the text."),
    ("id_In", "ID", "Only those with one of these ids, with commas between."),
    ("includeCustomer", "Boolean", "False leaves out what belongs to customers."),
    ("isTest", "Boolean", "Only those of test runs, or all others."),
    ("key", "String", "Only those with this name."),
    ("key_Icontains", "String", "Only those whose name contains the text."),
    ("key_Isnull", "Boolean", "Only those without a name, or with one."),
    ("managedBy", "String", "Only those that are filled in so, in any case."),
    ("scopedConfigVariable", "ID", "Only those for this shared connection."),
    ("scopedConfigVariable_Key", "String", "Only those for one with this name."),
    ("scopedConfigVariable_Key_Icontains", "String", "Only those for one that is called so."),
    ("scopedConfigVariable_ManagedBy", "String", "Only those that are filled in so."),
    ("scopedConfigVariable_StableKey", "String", "Only those with this stable key."),
    ("scopedConfigVariable_StableKey_Icontains", "String", "Only where it contains the text."),
    ("scopedConfigVariable_VariableScope", "String", "Only those with this scope."),
    ("stableKey", "String", "Only those with this stable key."),
    ("stableKey_In", "String", "Only those with one of these, with commas between."),
    ("status", "String", "Only those with this status, in any case."),
    ("status_In", "String", "Only those with one of these, with commas between."),
    ("variableScope", "String", "Only those with this scope, in any case."),
];

const ORDER: Parameter =
    ("sortBy", "[ReusableConnectionOrder]", "How to sort the list, by several things in turn.");

const ABOUT: &str = "The connections that instances can be configured with: those of customers, \
    and those of the organization for all of them. Customers see what they fill in themselves.";

pub fn register(registry: &mut Registry) {
    let members = ["CustomerConfigVariable", "ScopedConfigVariable"];
    let union = Union::new("ReusableConnection").description("A connection to choose.");
    registry.add(members.into_iter().fold(union, Union::possible_type));
    registry.add(
        Type::<Page<Picked>>::new("ReusableConnectionConnection", "One page of a list.")
            .field("edges", "[ReusableConnectionEdge]!", "The rows with cursors.", |page| {
                page.rows.iter().cloned().map(Arc::new).collect::<Vec<_>>()
            })
            .field("nodes", "[ReusableConnection]!", "The rows of the page.", |page| {
                page.rows.iter().map(|(row, _)| Member(row.clone())).collect::<Vec<_>>()
            })
            .field("pageInfo", "PageInfo!", "Where the page lies in the list.", |page| {
                Arc::new(PageInfo::of(page))
            })
            .field("totalCount", "Int!", "How many rows the whole list has.", |page| page.count),
    );
    registry.add(
        Type::<(Arc<Picked>, Cursor)>::new("ReusableConnectionEdge", "A row and its place.")
            .field("cursor", "String!", "The place of the row in the list.", |edge| edge.1.encode())
            .field("node", "ReusableConnection", "The row.", |edge| Member(edge.0.clone())),
    );
    registry.enumeration(
        "ReusableConnectionOrderField",
        "What such a list can be sorted by.",
        &[
            ("COMPONENT_LABEL", "The label of the component."),
            ("CREATED_AT", "When it was made."),
            ("KEY", "The name."),
            ("LAST_CONFIGURED_AT", "When it was configured."),
            ("STATUS", "How it stands."),
            ("UPDATED_AT", "When it was changed last."),
        ],
    );
    registry.add(
        InputObject::new("ReusableConnectionOrder")
            .description("How to sort such a list.")
            .field(parameter(("direction", "OrderDirection!", "Which end comes first.")))
            .field(parameter(("field", "ReusableConnectionOrderField!", "What to sort by."))),
    );
    registry.query(|query| {
        let parameters = [&PARAMETERS[..], &[ORDER]].concat();
        let field = ("reusableConnections", "ReusableConnectionConnection", ABOUT);
        query.resolve_with(field, &parameters, |_, ask| async move {
            let mut rows = all(&ask).await?;
            sort(&mut rows, &ask.args)?;
            cut(rows.into_iter().map(Arc::new).collect(), &ask.args).map(Arc::new)
        })
    });
}

/// What the viewer sees of what is asked for, the oldest first, with statuses found in one
/// statement.
async fn all(ask: &Ask) -> Result<Vec<Picked>, ApiError> {
    let (viewer, db) = (ask.viewer(), ask.env().db.read());
    viewer.signed_in()?;
    let of_scoped = narrowed(ask, filters_of_scoped())?;
    let shared = viewer
        .rows::<scoped_variable::Entity>()
        .filter(scoped_variable::Column::VariableScope.eq(Scope::Org))
        .filter(of_scoped.clone())
        .filter(narrowed(ask, filters_of_shared())?)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let values = viewer
        .rows::<customer_variable::Entity>()
        .filter(
            customer_variable::Column::ScopedVariableId
                .in_subquery(ids_of::<scoped_variable::Entity>(of_scoped)),
        )
        .filter(narrowed(ask, filters_of_values())?)
        .order_by_asc(customer_variable::Column::Id)
        .limit(ROWS_MAX + 1)
        .all(db)
        .await?;
    ask.context.count_rows(shared.len() + values.len())?;
    if u64::try_from(values.len()).unwrap_or(u64::MAX) > ROWS_MAX {
        let limit = format!("There are more than {ROWS_MAX} connections; ask for fewer.");
        return Err(ApiError::LimitReached(limit));
    }
    let mut ids: Vec<_> = values.iter().map(|value| value.scoped_variable_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let scoped = viewer.rows::<scoped_variable::Entity>();
    let scoped = scoped.filter(scoped_variable::Column::Id.is_in(ids)).all(db).await?;
    let scoped: Vec<_> = scoped.into_iter().map(Arc::new).collect();
    let of = |id| scoped.iter().find(|row| row.id == id).cloned();
    let values = values.into_iter().filter_map(|value| {
        let scoped = of(value.scoped_variable_id)?;
        Some((scoped, Some(Arc::new(value))))
    });
    let shared = shared.into_iter().map(|row| (Arc::new(row), None));
    let found = shared.chain(values).map(|(scoped, value)| async move {
        let owner = value.as_ref().map_or(scoped.id.uuid(), |value| value.id.uuid());
        let is_ready = value.as_ref().map_or(scoped.is_ready, |value| value.is_ready);
        let status = facts::status(ask, owner, is_ready).await?;
        Ok(Picked { scoped, value, status })
    });
    futures::future::try_join_all(found).await
}

/// What the arguments leave that these filters know.
fn narrowed(ask: &Ask, filters: Vec<Filter>) -> Result<Condition, ApiError> {
    let dialect = Dialect { is_sqlite: ask.env().db.is_sqlite() };
    let mut all = Condition::all();
    for filter in filters {
        if let Some(value) = ask.args.value(filter.parameter.0) {
            all = all.add(filter.apply(value, dialect)?);
        }
    }
    Ok(all)
}

/// What both kinds of connections have of the scoped variable.
fn filters_of_scoped() -> Vec<Filter> {
    use scoped_variable::Column as S;
    let [component_in, component_label] = narrow::components(S::ComponentKey);
    vec![
        component_in,
        component_label,
        Filter::contains("description_Icontains", S::Description),
        Filter::word("managedBy", S::ManagedBy),
        Filter::word("scopedConfigVariable_ManagedBy", S::ManagedBy),
        Filter::id::<ScopedVariableId>("scopedConfigVariable", S::Id),
        Filter::text("scopedConfigVariable_Key", S::Key),
        Filter::contains("scopedConfigVariable_Key_Icontains", S::Key),
        Filter::text("stableKey", S::StableKey),
        Filter::text("scopedConfigVariable_StableKey", S::StableKey),
        Filter::contains("scopedConfigVariable_StableKey_Icontains", S::StableKey),
        split("stableKey_In", |words| S::StableKey.is_in(words)),
        Filter::word("variableScope", S::VariableScope),
        Filter::word("scopedConfigVariable_VariableScope", S::VariableScope),
    ]
}

/// What scoped variables have that are connections themselves.
fn filters_of_shared() -> Vec<Filter> {
    use scoped_variable::Column as S;
    vec![
        Filter::id::<CustomerId>("customer", S::CustomerId),
        split("id_In", |words| S::Id.is_in(ids::<ScopedVariableId>(&words))),
        without_customers(S::CustomerId),
        Filter::always("isTest", false),
        Filter::text("key", S::Key),
        Filter::contains("key_Icontains", S::Key),
        Filter::always("key_Isnull", false),
        with_status::<scoped_variable::Entity>("status"),
        with_status::<scoped_variable::Entity>("status_In"),
    ]
}

/// What values have of their own.
fn filters_of_values() -> Vec<Filter> {
    use customer_variable::Column as C;
    vec![
        Filter::id::<CustomerId>("customer", C::CustomerId),
        split("id_In", |words| C::Id.is_in(ids::<CustomerVariableId>(&words))),
        without_customers(C::CustomerId),
        Filter::flag("isTest", C::IsTest),
        Filter::text("key", C::Key),
        Filter::contains("key_Icontains", C::Key),
        Filter::is_null("key_Isnull", C::Key),
        with_status::<customer_variable::Entity>("status"),
        with_status::<customer_variable::Entity>("status_In"),
    ]
}

/// A list that is one text with commas between.
fn split(name: &'static str, is_among: fn(Vec<String>) -> Expr) -> Filter {
    Filter::new((name, "String", ""), move |value| {
        Ok(is_among(words(&text(name, value)?)).into_condition())
    })
}

fn with_status<E: EntityTrait>(name: &'static str) -> Filter {
    Filter::new((name, "String", ""), move |value| {
        let words = words(&text(name, value)?.to_uppercase());
        Ok(narrow::status::<E>().is_in(words).into_condition())
    })
}

fn without_customers(column: impl ColumnTrait) -> Filter {
    Filter::new(("includeCustomer", "Boolean", ""), move |value| {
        let with = flag("includeCustomer", value)?;
        Ok(if with { constant(true) } else { column.is_null().into_condition() })
    })
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

/// Those of the ids that are of this kind.
fn ids<I: Id>(words: &[String]) -> Vec<I> {
    words.iter().filter_map(|word| id::decode::<I>(word).ok()).collect()
}

fn sort(rows: &mut [Picked], args: &Arguments) -> Result<(), ApiError> {
    let orders: Vec<_> = args.value("sortBy").into_iter().flat_map(list).collect();
    for order in orders.into_iter().rev() {
        let Value::Object(fields) = order else {
            return Err(ApiError::problem("sortBy", "must name a field and a direction"));
        };
        let order = Arguments::new(fields.iter());
        let field = order.require_text("field")?;
        let is_descending = order.require_text("direction")? == "DESC";
        let compare = |a: &Picked, b: &Picked| -> Ordering {
            let at = |index: usize| a.times()[index].cmp(&b.times()[index]);
            match field.as_str() {
                "COMPONENT_LABEL" => a.component_label().cmp(&b.component_label()),
                "CREATED_AT" => at(0),
                "LAST_CONFIGURED_AT" => at(1),
                "UPDATED_AT" => at(2),
                "STATUS" => a.status.cmp(b.status),
                _ => a.key().map(str::to_lowercase).cmp(&b.key().map(str::to_lowercase)),
            }
        };
        rows.sort_by(|a, b| if is_descending { compare(b, a) } else { compare(a, b) });
    }
    Ok(())
}
