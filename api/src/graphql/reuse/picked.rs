//! Connections to choose from, of both kinds in one list.

use std::cmp::Ordering;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{FieldValue, InputObject, Union};
use entity::scoped_variable::Scope;
use entity::{CustomerId, Id, ScopedVariableId, customer_variable, scoped_variable};
use sea_orm::{ActiveEnum, ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::facts;
use super::narrow::keys;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::Arguments;
use crate::graphql::argument::list;
use crate::graphql::builder::{Output, Parameter, Registry, Type, parameter};
use crate::graphql::component;
use crate::graphql::connection::cut;
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

    fn id(&self) -> String {
        match &self.value {
            Some(value) => id::encode(value.id),
            None => id::encode(self.scoped.id),
        }
    }

    fn customer(&self) -> Option<CustomerId> {
        self.value.as_ref().map_or(self.scoped.customer_id, |value| value.customer_id)
    }

    fn is_test(&self) -> bool {
        self.value.as_ref().is_some_and(|value| value.is_test)
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
            let filters = Filters::read(&ask.args)?;
            rows.retain(|row| filters.admit(row));
            sort(&mut rows, &ask.args)?;
            cut(rows.into_iter().map(Arc::new).collect(), &ask.args).map(Arc::new)
        })
    });
}

/// What the viewer sees, the oldest first, with statuses found in one statement.
async fn all(ask: &Ask) -> Result<Vec<Picked>, ApiError> {
    let (viewer, db) = (ask.viewer(), ask.env().db.read());
    viewer.signed_in()?;
    let scoped = viewer.rows::<scoped_variable::Entity>().limit(ROWS_MAX).all(db).await?;
    let scoped: Vec<_> = scoped.into_iter().map(Arc::new).collect();
    let mut values = viewer.rows::<customer_variable::Entity>();
    if let Some(customer) = ask.args.id::<CustomerId>("customer")? {
        values = values.filter(customer_variable::Column::CustomerId.eq(customer));
    }
    let values = values.order_by_asc(customer_variable::Column::Id).limit(ROWS_MAX + 1);
    let values = values.all(db).await?;
    ask.context.count_rows(scoped.len() + values.len())?;
    if u64::try_from(values.len()).unwrap_or(u64::MAX) > ROWS_MAX {
        let limit = format!("There are more than {ROWS_MAX} connections; name a customer.");
        return Err(ApiError::LimitReached(limit));
    }
    let of = |id| scoped.iter().find(|row| row.id == id).cloned();
    let values = values.into_iter().filter_map(|value| {
        let scoped = of(value.scoped_variable_id)?;
        Some((scoped, Some(Arc::new(value))))
    });
    let shared = scoped.iter().filter(|row| row.variable_scope == Scope::Org);
    let shared = shared.map(|row| (row.clone(), None));
    let found = shared.chain(values).map(|(scoped, value)| async move {
        let owner = value.as_ref().map_or(scoped.id.uuid(), |value| value.id.uuid());
        let is_ready = value.as_ref().map_or(scoped.is_ready, |value| value.is_ready);
        let status = facts::status(ask, owner, is_ready).await?;
        Ok(Picked { scoped, value, status })
    });
    futures::future::try_join_all(found).await
}

/// What is asked for; every list of words is one text.
#[derive(Default)]
struct Filters {
    components: Option<Vec<String>>,
    label: Option<String>,
    description: Option<String>,
    customer: Option<CustomerId>,
    ids: Option<Vec<String>>,
    with_customers: Option<bool>,
    is_test: Option<bool>,
    key: Option<String>,
    key_part: Option<String>,
    has_no_key: Option<bool>,
    scoped: Option<ScopedVariableId>,
    scoped_key: Option<String>,
    scoped_key_part: Option<String>,
    managed_by: Vec<String>,
    scopes: Vec<String>,
    stable_key: Vec<String>,
    stable_keys: Option<Vec<String>>,
    stable_key_part: Option<String>,
    statuses: Option<Vec<String>>,
}

impl Filters {
    fn read(args: &Arguments) -> Result<Self, ApiError> {
        let lower = |name| Ok::<_, ApiError>(args.text(name)?.map(|text| text.to_lowercase()));
        let both = |names: [&str; 2]| {
            let given = names.into_iter().map(|name| args.text(name));
            let given: Result<Vec<_>, ApiError> = given.collect();
            Ok::<_, ApiError>(given?.into_iter().flatten().collect::<Vec<_>>())
        };
        let words = |name| {
            let text = args.text(name)?;
            let split = |text: String| text.split(',').map(|it| it.trim().to_owned()).collect();
            Ok::<_, ApiError>(text.map(split))
        };
        let mut statuses: Option<Vec<String>> = words("status_In")?;
        if let Some(status) = args.text("status")? {
            statuses.get_or_insert_default().push(status);
        }
        Ok(Self {
            components: args.value("connection_Component_In").map(keys).transpose()?,
            label: lower("connection_Component_Label_Icontains")?,
            description: lower("description_Icontains")?,
            customer: args.id("customer")?,
            ids: words("id_In")?,
            with_customers: args.flag("includeCustomer")?,
            is_test: args.flag("isTest")?,
            key: args.text("key")?,
            key_part: lower("key_Icontains")?,
            has_no_key: args.flag("key_Isnull")?,
            scoped: args.id("scopedConfigVariable")?,
            scoped_key: args.text("scopedConfigVariable_Key")?,
            scoped_key_part: lower("scopedConfigVariable_Key_Icontains")?,
            managed_by: both(["managedBy", "scopedConfigVariable_ManagedBy"])?,
            scopes: both(["variableScope", "scopedConfigVariable_VariableScope"])?,
            stable_key: both(["stableKey", "scopedConfigVariable_StableKey"])?,
            stable_keys: words("stableKey_In")?,
            stable_key_part: lower("scopedConfigVariable_StableKey_Icontains")?,
            statuses,
        })
    }

    fn admit(&self, row: &Picked) -> bool {
        let scoped = &row.scoped;
        let is_among = |wanted: &Option<Vec<String>>, own: &str| {
            wanted.as_ref().is_none_or(|all| all.iter().any(|it| it.eq_ignore_ascii_case(own)))
        };
        let holds = |part: &Option<String>, own: &str| {
            part.as_ref().is_none_or(|part| own.to_lowercase().contains(part))
        };
        let is = |wanted: &[String], own: &str| {
            wanted.iter().all(|wanted| wanted.eq_ignore_ascii_case(own))
        };
        let own_key = row.key();
        self.components.as_ref().is_none_or(|all| all.contains(&scoped.component_key))
            && holds(&self.label, &row.component_label())
            && holds(&self.description, &scoped.description)
            && self.customer.is_none_or(|wanted| row.customer() == Some(wanted))
            && self.ids.as_ref().is_none_or(|all| all.contains(&row.id()))
            && (self.with_customers != Some(false) || row.customer().is_none())
            && self.is_test.is_none_or(|wanted| row.is_test() == wanted)
            && self.key.as_deref().is_none_or(|wanted| own_key == Some(wanted))
            && holds(&self.key_part, own_key.unwrap_or_default())
            && self.has_no_key.is_none_or(|wanted| own_key.is_none() == wanted)
            && self.scoped.is_none_or(|wanted| scoped.id == wanted)
            && self.scoped_key.as_ref().is_none_or(|wanted| scoped.key == *wanted)
            && holds(&self.scoped_key_part, &scoped.key)
            && is(&self.managed_by, &scoped.managed_by.to_value())
            && is(&self.scopes, &scoped.variable_scope.to_value())
            && self.stable_key.iter().all(|wanted| scoped.stable_key == *wanted)
            && self.stable_keys.as_ref().is_none_or(|all| all.contains(&scoped.stable_key))
            && holds(&self.stable_key_part, &scoped.stable_key)
            && is_among(&self.statuses, row.status)
    }
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
