//! Connections: lists with pages, filters and orders, declared as data.

mod children;

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Enum, EnumItem, InputObject, InputValue, ResolverContext};
use sea_orm::Condition;
use uuid::Uuid;

use super::argument::list;
use super::builder::{Parameter, Registry, Type, parameter, type_ref};
use super::filter::{Dialect, Filter};
use super::order::{Cursor, Direction, Order};
use super::page::{Children, Noun, Page, Request, RowKey};
use super::page_info::PageInfo;
use super::{Arguments, PAGE_MAX};
use crate::ApiError;
use crate::context::Ask;

/// How rows of one kind are listed.
pub struct Listing<E: Noun> {
    /// The GraphQL type of a row.
    node: &'static str,
    filters: Vec<Filter>,
    orders: Vec<Order>,
    tie_break: Option<Order>,
    /// Direction of ids where nothing else decides: ids grow with time.
    id_direction: Direction,
    unless: Option<Unless>,
    together: Option<Together>,
    /// How the list is sorted when the client does not say.
    unsorted: Vec<Order>,
    of: std::marker::PhantomData<fn() -> E>,
}

/// A flag, and the rows that are listed where it is not given as true.
type Unless = (Parameter, fn(&Ask) -> Condition);

/// Arguments that mean something only together, and the rows that they leave.
type Together = (&'static [Parameter], fn(&Ask) -> Result<Condition, ApiError>);

const PAGING: [Parameter; 5] = [
    ("after", "String", "Start after this cursor."),
    ("before", "String", "End before this cursor."),
    ("first", "Int", "How many to return at most, counted from the start; up to 100."),
    ("last", "Int", "How many to return at most, counted from the end; up to 100."),
    ("offset", "Int", "How many to skip."),
];

impl<E: Noun> Listing<E> {
    pub fn new(node: &'static str) -> Self {
        Self {
            node,
            filters: Vec::new(),
            orders: Vec::new(),
            tie_break: None,
            id_direction: Direction::Ascending,
            unless: None,
            together: None,
            unsorted: Vec::new(),
            of: std::marker::PhantomData,
        }
    }

    pub fn filters(self, filters: impl IntoIterator<Item = Filter>) -> Self {
        Self { filters: filters.into_iter().collect(), ..self }
    }

    pub fn orders(self, orders: impl IntoIterator<Item = Order>) -> Self {
        Self { orders: orders.into_iter().collect(), ..self }
    }

    /// What decides between rows that are equal in everything the client sorts by.
    pub fn tie_break(self, order: Order) -> Self {
        Self { tie_break: Some(order), ..self }
    }

    pub fn newest_first(self) -> Self {
        Self { id_direction: Direction::Descending, ..self }
    }

    /// The rows that are listed unless the flag is given as true.
    pub fn unless(self, flag: Parameter, rows: fn(&Ask) -> Condition) -> Self {
        Self { unless: Some((flag, rows)), ..self }
    }

    /// The rows that several arguments leave together, whether they are given or not.
    pub fn together(
        self,
        parameters: &'static [Parameter],
        rows: fn(&Ask) -> Result<Condition, ApiError>,
    ) -> Self {
        Self { together: Some((parameters, rows)), ..self }
    }

    /// How the list is sorted unless the client says.
    pub fn unsorted(self, orders: impl IntoIterator<Item = Order>) -> Self {
        Self { unsorted: orders.into_iter().collect(), ..self }
    }

    /// Registers the connection, edge and order types.
    pub fn register(&self, registry: &mut Registry) {
        register_pages::<E::Model>(registry, self.node);
        self.register_order(registry);
    }

    /// Registers the order types alone.
    pub fn register_order(&self, registry: &mut Registry) {
        let node = self.node;
        if self.orders.is_empty() {
            return;
        }
        let items =
            self.orders.iter().map(|order| EnumItem::new(order.name).description(order.about));
        let fields = format!("{node}OrderField");
        registry
            .add(Enum::new(&fields).description("What such a list can be sorted by.").items(items));
        let field = InputValue::new("field", type_ref(&format!("{fields}!")));
        registry.add(
            InputObject::new(format!("{node}Order"))
                .description("How to sort such a list.")
                .field(parameter(("direction", "OrderDirection!", "Which end comes first.")))
                .field(field.description("What to sort by.")),
        );
    }

    /// Reads the arguments of a list.
    fn request(
        &self,
        identity: &str,
        children: Children,
        ask: &Ask,
        wants: Wants,
    ) -> Result<Request, ApiError> {
        let args = &ask.args;
        let mut order = self.order(args)?;
        // Rows that are equal in the keys follow the direction of the last key.
        let mut id_direction = order.last().map_or(self.id_direction, |(_, direction)| *direction);
        // No two rows have the same id: nothing that is named after it can matter.
        if let Some(place) = order.iter().position(|(order, _)| order.is_age()) {
            id_direction = order[place].1;
            order.truncate(place);
        }
        order.extend(self.tie_break.clone().map(|order| (order, id_direction)));
        let (first, last) = (size(args, "first")?, size(args, "last")?);
        Ok(Request {
            identity: format!("{identity}:{wants:?}:{}", args.canonical()),
            children,
            part: |_| Condition::all(),
            filter: self.filter(ask)?,
            order,
            id_direction,
            after: cursor(args, "after")?,
            before: cursor(args, "before")?,
            offset: offset(args)?,
            size: first.or(last).unwrap_or(PAGE_MAX).min(PAGE_MAX),
            from_end: first.is_none() && last.is_some(),
            wants_rows: wants.rows,
            wants_count: wants.count,
        })
    }

    fn filter(&self, ask: &Ask) -> Result<Condition, ApiError> {
        let dialect = Dialect { is_sqlite: ask.env().db.is_sqlite() };
        let mut all = Condition::all();
        for filter in &self.filters {
            if let Some(value) = ask.args.value(filter.parameter.0) {
                all = all.add(filter.apply(value, dialect)?);
            }
        }
        if let Some(((name, ..), rows)) = self.unless
            && ask.args.flag(name)? != Some(true)
        {
            all = all.add(rows(ask));
        }
        if let Some((_, rows)) = self.together {
            all = all.add(rows(ask)?);
        }
        Ok(all)
    }

    fn order(&self, args: &Arguments) -> Result<Vec<(Order, Direction)>, ApiError> {
        let orders = args.value("orderBy").or_else(|| args.value("sortBy"));
        let Some(orders) = orders else {
            let unsorted = self.unsorted.iter().cloned();
            return Ok(unsorted.map(|order| (order, Direction::Ascending)).collect());
        };
        list(orders).map(|order| self.read_order(order)).collect()
    }

    fn read_order(&self, order: &Value) -> Result<(Order, Direction), ApiError> {
        let Value::Object(fields) = order else {
            return Err(ApiError::problem("orderBy", "must name a field and a direction"));
        };
        let fields = Arguments::new(fields.iter());
        let name = fields.require_text("field")?;
        let direction = match fields.require_text("direction")?.as_str() {
            "DESC" => Direction::Descending,
            _ => Direction::Ascending,
        };
        let order = self.orders.iter().find(|order| order.name == name);
        let order = order.ok_or_else(|| ApiError::problem("orderBy", "cannot sort by this"))?;
        Ok((order.clone(), direction))
    }

    fn parameters(&self) -> Vec<InputValue> {
        let plain = self.filters.iter().map(|filter| filter.parameter);
        let plain = plain.chain(self.unless.map(|(flag, _)| flag));
        let together = self.together.map_or(&[][..], |(parameters, _)| parameters);
        let plain = plain.chain(together.iter().copied());
        let mut parameters: Vec<_> = PAGING.into_iter().chain(plain).map(parameter).collect();
        if !self.orders.is_empty() {
            let order = format!("{}Order", self.node);
            let one = InputValue::new("orderBy", type_ref(&order));
            let many = InputValue::new("sortBy", type_ref(&format!("[{order}]")));
            parameters.push(one.description("How to sort the list."));
            parameters.push(many.description("How to sort the list, by several things in turn."));
        }
        parameters
    }
}

/// Which parts of a page were selected.
#[derive(Clone, Copy, Debug)]
struct Wants {
    rows: bool,
    count: bool,
}

impl Wants {
    fn of(context: &ResolverContext<'_>) -> Self {
        let selected = |name| context.look_ahead().field(name).exists();
        let rows = ["edges", "nodes", "pageInfo"].into_iter().any(selected);
        Self { rows, count: selected("totalCount") }
    }
}

/// Registers the connection and edge types of lists of `M`.
pub fn register_pages<M: Send + Sync + 'static>(registry: &mut Registry, node: &str) {
    register_pages_as::<M>(registry, node, node);
}

/// The same for a list that is not called after its nodes.
pub fn register_pages_as<M: Send + Sync + 'static>(
    registry: &mut Registry,
    list: &str,
    node: &str,
) {
    let edge = format!("{list}Edge");
    registry.add(
        Type::<Page<M>>::new(&format!("{list}Connection"), "One page of a list.")
            .field("edges", &format!("[{edge}]!"), "The rows of the page with cursors.", |page| {
                page.rows.iter().cloned().map(Arc::new).collect::<Vec<_>>()
            })
            .field("nodes", &format!("[{node}]!"), "The rows of the page.", |page| {
                page.rows.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>()
            })
            .field("pageInfo", "PageInfo!", "Where the page lies in the list.", |page| {
                Arc::new(PageInfo::of(page))
            })
            .field("totalCount", "Int!", "How many rows the whole list has.", |page| page.count),
    );
    registry.add(
        Type::<(Arc<M>, Cursor)>::new(&edge, "A row and its place in the list.")
            .field("cursor", "String!", "The place of the row in the list.", |edge| edge.1.encode())
            .field("node", node, "The row.", |edge| edge.0.clone()),
    );
}

impl<T: Send + Sync + 'static> Type<T> {
    /// A list that is put together in memory, and complete unless a part of it is asked for.
    pub fn short_list<M: Send + Sync + 'static, F>(
        self,
        (name, node, about): Parameter,
        filters: &[Parameter],
        get: impl Fn(Arc<T>, Ask) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Vec<Arc<M>>, ApiError>> + Send + 'static,
    {
        let parameters: Vec<_> = PAGING.iter().chain(filters).copied().collect();
        let sdl = format!("{node}Connection!");
        self.resolve_with((name, &sdl, about), &parameters, move |of, ask| {
            let args = ask.args.clone();
            let rows = get(of, ask);
            async move { cut(rows.await?, &args).map(Arc::new) }
        })
    }

    /// The row that an id of the value names.
    pub fn row<E: Noun>(
        self,
        name: &str,
        sdl: &str,
        about: &str,
        id: impl Fn(&T) -> Option<E::Id> + Send + Sync + 'static,
    ) -> Self {
        self.resolve(name, sdl, about, move |of, ask| {
            let id = id(&of);
            async move {
                match id {
                    Some(id) => ask.load(RowKey::<E>(id)).await,
                    None => Ok(None),
                }
            }
        })
    }
}

impl Type<()> {
    /// The root field that opens one row.
    pub fn by_id<E: Noun>(self, name: &str, sdl: &str, about: &str) -> Self {
        let parameters = [("id", "ID!", "The id of the row.")];
        self.resolve_with((name, sdl, about), &parameters, |_, ask| async move {
            let id = ask.args.require_id::<E::Id>("id")?;
            ask.load(RowKey::<E>(id)).await?.ok_or(ApiError::NotFound).map(Some)
        })
    }

    /// The root field that lists all rows the viewer may see.
    pub fn list<E: Noun>(self, name: &'static str, about: &str, listing: Listing<E>) -> Self {
        self.connection(name, about, listing, |()| Uuid::nil(), |_| Condition::all())
    }
}

/// The asked part of a list that is known as a whole. Its cursors count.
pub fn cut<M>(rows: Vec<Arc<M>>, args: &Arguments) -> Result<Page<M>, ApiError> {
    let count = rows.len();
    let index = |name| {
        let cursor = cursor(args, name)?;
        cursor.map(|cursor| cursor.index(name)).transpose()
    };
    let skipped = usize::try_from(offset(args)?).unwrap_or(usize::MAX);
    let mut start = index("after")?.map_or(0, |index| index + 1).saturating_add(skipped).min(count);
    let mut end = index("before")?.unwrap_or(count).clamp(start, count);
    let limit = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
    if let Some(first) = size(args, "first")? {
        end = end.min(start.saturating_add(limit(first)));
    } else if let Some(last) = size(args, "last")? {
        start = start.max(end.saturating_sub(limit(last)));
    }
    let all = rows.into_iter().enumerate().take(end).skip(start);
    Ok(Page {
        rows: all.map(|(index, row)| (row, Cursor::counted(index))).collect(),
        has_next: end < count,
        has_previous: start > 0,
        count: i64::try_from(count).unwrap_or(i64::MAX),
    })
}

fn size(args: &Arguments, name: &str) -> Result<Option<u64>, ApiError> {
    let size = args.int(name)?.map(u64::try_from).transpose();
    size.map_err(|_| ApiError::problem(name, "must not be negative"))
}

fn offset(args: &Arguments) -> Result<u64, ApiError> {
    size(args, "offset").map(Option::unwrap_or_default)
}

fn cursor(args: &Arguments, name: &str) -> Result<Option<Cursor>, ApiError> {
    match args.text(name)? {
        Some(text) => Cursor::decode(name, &text),
        None => Ok(None),
    }
}
