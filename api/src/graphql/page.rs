//! Pages of rows: one statement for any number of parents.
//!
//! Each parent gets a branch of a `UNION ALL` with its own limit, so that every branch can walk an
//! index and stop. A window function would number all rows of all parents first.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use domain::Viewer;
use entity::{Id, TenantOwned};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{
    Alias, Asterisk, Expr, ExprTrait, Func, Order as SqlOrder, Query, SelectStatement, UnionType,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QueryTrait,
};
use uuid::Uuid;

use super::order::{Cursor, Direction, Order};
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::loader::Key;

/// Parents per statement: SQLite takes up to 500 branches.
pub const PARENTS_MAX: usize = 200;

/// Rows of a list that is never cut into pages.
const SHORT_LIST_MAX: u64 = 10_000;

/// A table whose rows clients see.
pub trait Noun: TenantOwned<Model: Send + Sync> {
    type Id: Id;
    const ID: Self::Column;

    fn id(row: &Self::Model) -> Self::Id;

    /// The rows this viewer may list or open.
    fn rows(viewer: &Viewer) -> sea_orm::Select<Self> {
        viewer.rows::<Self>()
    }
}

/// Children of a parent, given the parent's id.
pub type Children = fn(Uuid) -> Condition;

/// Those of a parent's children that belong to a part of it, which has a name and no id.
pub type Part = fn(&str) -> Condition;

/// Which part of which rows.
pub struct Request {
    /// Equal for requests that differ in their parents only.
    pub identity: String,
    pub children: Children,
    pub part: Part,
    pub filter: Condition,
    /// Keys before the id, with the directions the client sees.
    pub order: Vec<(Order, Direction)>,
    pub id_direction: Direction,
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
    pub offset: u64,
    pub size: u64,
    /// Take the page from the end of the list.
    pub from_end: bool,
    pub wants_rows: bool,
    pub wants_count: bool,
}

impl Request {
    /// All children in this order, without a count.
    pub fn all(children: Children, order: Vec<(Order, Direction)>) -> Self {
        Self {
            identity: String::new(),
            children,
            part: |_| Condition::all(),
            filter: Condition::all(),
            order,
            id_direction: Direction::Ascending,
            after: None,
            before: None,
            offset: 0,
            size: SHORT_LIST_MAX,
            from_end: false,
            wants_rows: true,
            wants_count: false,
        }
    }
}

/// A page of rows with their cursors.
#[derive(Debug)]
pub struct Page<M> {
    pub rows: Vec<(Arc<M>, Cursor)>,
    pub has_next: bool,
    pub has_previous: bool,
    pub count: i64,
}

/// The page of one parent, or of a part of it.
pub struct PageKey<E> {
    pub parent: Uuid,
    pub part: Arc<str>,
    pub request: Arc<Request>,
    of: std::marker::PhantomData<fn() -> E>,
}

impl<E> PageKey<E> {
    pub fn new(parent: Uuid, request: Arc<Request>) -> Self {
        Self::of_part((parent, Arc::default()), request)
    }

    pub fn of_part((parent, part): (Uuid, Arc<str>), request: Arc<Request>) -> Self {
        Self { parent, part, request, of: std::marker::PhantomData }
    }
}

impl<E> Clone for PageKey<E> {
    fn clone(&self) -> Self {
        Self::of_part((self.parent, self.part.clone()), self.request.clone())
    }
}

impl<E> PartialEq for PageKey<E> {
    fn eq(&self, other: &Self) -> bool {
        (self.parent, &self.part, &self.request.identity)
            == (other.parent, &other.part, &other.request.identity)
    }
}

impl<E> Eq for PageKey<E> {}

impl<E> Hash for PageKey<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
        self.part.hash(state);
        self.request.identity.hash(state);
    }
}

impl<E: Noun> Key for PageKey<E> {
    type Value = Arc<Page<E::Model>>;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let mut requests: HashMap<String, Vec<Self>> = HashMap::new();
            for key in keys {
                requests.entry(key.request.identity.clone()).or_default().push(key);
            }
            let mut pages = HashMap::new();
            for keys in requests.into_values() {
                for keys in keys.chunks(PARENTS_MAX) {
                    pages.extend(load::<E>(keys, &context).await?);
                }
            }
            Ok(pages)
        }
        .boxed()
    }
}

async fn load<E: Noun>(
    keys: &[PageKey<E>],
    context: &Context,
) -> Result<Vec<(PageKey<E>, Arc<Page<E::Model>>)>, ApiError> {
    let Some(request) = keys.first().map(|key| key.request.clone()) else {
        return Ok(Vec::new());
    };
    let mut rows: Vec<Vec<_>> = keys.iter().map(|_| Vec::new()).collect();
    if request.wants_rows {
        for (place, row) in rows_of(keys, &request, context).await? {
            if let Some(rows) = rows.get_mut(place) {
                rows.push(row);
            }
        }
    }
    let mut counts = vec![0; keys.len()];
    if request.wants_count {
        let branches = keys.iter().enumerate().map(|(place, key)| {
            let mut select = select(&request, key, &context.viewer);
            select.clear_selects();
            select.expr_as(Expr::val(place_number(place)).cast_as("bigint"), Alias::new("place"));
            select.expr_as(Func::count(Expr::col(Asterisk)), Alias::new("rows"));
            select
        });
        for row in context.env.db.read().query_all(&union(branches)).await? {
            let (place, count): (i64, i64) = (row.try_get("", "place")?, row.try_get("", "rows")?);
            if let Some(slot) = usize::try_from(place).ok().and_then(|at| counts.get_mut(at)) {
                *slot = count;
            }
        }
    }
    let pages = rows.into_iter().zip(counts).map(|(rows, count)| page(&request, rows, count));
    Ok(keys.iter().cloned().zip(pages.map(Arc::new)).collect())
}

type Row<M> = (Arc<M>, Cursor);

async fn rows_of<E: Noun>(
    keys: &[PageKey<E>],
    request: &Request,
    context: &Context,
) -> Result<Vec<(usize, Row<E::Model>)>, ApiError> {
    let mut branches = Vec::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        let mut select = select(request, key, &context.viewer);
        select.cond_where(bounds::<E>(request)?);
        select.expr_as(Expr::val(place_number(place)).cast_as("bigint"), Alias::new("place"));
        for (index, (order, direction)) in request.order.iter().enumerate() {
            select.expr_as(order.expr(), order_alias(index));
            select.order_by_expr(order.expr(), sql_order(request, *direction));
        }
        select.order_by_expr(id_expr::<E>(), sql_order(request, request.id_direction));
        select.limit(request.size + 1).offset(request.offset);
        branches.push(select);
    }
    let mut query = union(branches);
    if keys.len() > 1 {
        query.order_by(Alias::new("place"), SqlOrder::Asc);
        for (index, (_, direction)) in request.order.iter().enumerate() {
            query.order_by(order_alias(index), sql_order(request, *direction));
        }
        query.order_by(Alias::new("id"), sql_order(request, request.id_direction));
    }
    let rows = context.env.db.read().query_all(&query).await?;
    context.count_rows(rows.len())?;
    let read = rows.iter().map(|row| {
        let place: i64 = row.try_get("", "place")?;
        let model = E::Model::from_query_result(row, "")?;
        let keys: Result<Vec<_>, DbErr> = (request.order.iter().enumerate())
            .map(|(index, (order, _))| order.read(row, &format!("order_{index}")))
            .collect();
        let cursor = Cursor::new(keys?, E::id(&model).uuid());
        Ok((usize::try_from(place).unwrap_or(usize::MAX), (Arc::new(model), cursor)))
    });
    Ok(read.collect::<Result<_, DbErr>>()?)
}

/// What the viewer may see of the parent's rows that pass the filters.
fn select<E: Noun>(request: &Request, key: &PageKey<E>, viewer: &Viewer) -> SelectStatement {
    let rows = E::rows(viewer).filter((request.children)(key.parent));
    rows.filter((request.part)(&key.part)).filter(request.filter.clone()).into_query()
}

fn bounds<E: Noun>(request: &Request) -> Result<Condition, ApiError> {
    let mut bounds = Condition::all();
    let id = (id_expr::<E>(), request.id_direction);
    if let Some(after) = &request.after {
        bounds = bounds.add(after.beyond("after", &request.order, id.clone())?);
    }
    if let Some(before) = &request.before {
        let order: Vec<_> = (request.order.iter())
            .map(|(order, direction)| (order.clone(), direction.reversed()))
            .collect();
        bounds = bounds.add(before.beyond("before", &order, (id.0, id.1.reversed()))?);
    }
    Ok(bounds)
}

fn page<M>(request: &Request, mut rows: Vec<Row<M>>, count: i64) -> Page<M> {
    let size = usize::try_from(request.size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let (has_next, has_previous) = if request.from_end {
        rows.reverse();
        (request.before.is_some() || request.offset > 0, more)
    } else {
        (more, request.after.is_some() || request.offset > 0)
    };
    Page { rows, has_next, has_previous, count }
}

fn union(branches: impl IntoIterator<Item = SelectStatement>) -> SelectStatement {
    let mut branches = branches.into_iter().map(|branch| {
        Query::select().column(Asterisk).from_subquery(branch, Alias::new("branch")).take()
    });
    let mut first = branches.next().unwrap_or_default();
    for branch in branches {
        first.union(UnionType::All, branch);
    }
    first
}

fn id_expr<E: Noun>() -> Expr {
    Expr::col(E::ID.as_column_ref())
}

fn order_alias(index: usize) -> Alias {
    Alias::new(format!("order_{index}"))
}

fn place_number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn sql_order(request: &Request, direction: Direction) -> SqlOrder {
    let direction = if request.from_end { direction.reversed() } else { direction };
    match direction {
        Direction::Ascending => SqlOrder::Asc,
        Direction::Descending => SqlOrder::Desc,
    }
}

/// All rows that belong to a parent, in the order of one column. For lists that are short by
/// nature.
pub async fn all_of<E: Noun>(
    ask: &Ask,
    (identity, children): (&str, Children),
    parent: Uuid,
    order: Order,
) -> Result<Vec<Arc<E::Model>>, ApiError> {
    let order = vec![(order, Direction::Ascending)];
    let request = Request { identity: identity.to_owned(), ..Request::all(children, order) };
    let page = ask.load(PageKey::<E>::new(parent, Arc::new(request))).await?;
    let rows = page.iter().flat_map(|page| page.rows.iter().map(|(row, _)| row.clone()));
    Ok(rows.collect())
}

/// One row by its id.
pub struct RowKey<E: Noun>(pub E::Id);

impl<E: Noun> Clone for RowKey<E> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<E: Noun> PartialEq for RowKey<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0.uuid() == other.0.uuid()
    }
}

impl<E: Noun> Eq for RowKey<E> {}

impl<E: Noun> Hash for RowKey<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.uuid().hash(state);
    }
}

impl<E: Noun> Key for RowKey<E> {
    type Value = Arc<E::Model>;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let mut found = HashMap::new();
            for keys in keys.chunks(PARENTS_MAX) {
                let ids = keys.iter().map(|key| key.0.uuid());
                let rows = E::rows(&context.viewer).filter(E::ID.is_in(ids));
                for row in rows.all(context.env.db.read()).await? {
                    found.insert(Self(E::id(&row)), Arc::new(row));
                }
            }
            Ok(found)
        }
        .boxed()
    }
}
