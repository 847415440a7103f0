//! Connections: lists with pages, filters and orders, declared as data.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Enum, EnumItem, Field, FieldFuture, FieldValue, InputObject};
use sea_orm::Condition;
use uuid::Uuid;

use super::argument::list;
use super::builder::{Parameter, Registry, Type, ask, parameter, type_ref, value};
use super::filter::{Dialect, Filter};
use super::order::{Cursor, Direction, Order};
use super::page::{Children, Noun, Page, PageKey, Request, RowKey};
use super::{Arguments, PAGE_MAX};
use crate::ApiError;
use crate::context::Ask;

/// How rows of one kind are listed.
pub struct Listing<E: Noun> {
    /// The GraphQL type of a row.
    pub node: &'static str,
    pub filters: Vec<Filter>,
    pub orders: Vec<Order>,
    /// Name of the order input where it is not `<node>Order`.
    pub order_type: Option<&'static str>,
    /// The order where the client asks for none; the id decides between equals.
    pub default_order: Option<(&'static str, Direction)>,
    /// Direction of ids where nothing else decides: ids grow with time.
    pub id_direction: Direction,
    of: std::marker::PhantomData<fn() -> E>,
}

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
            order_type: None,
            default_order: None,
            id_direction: Direction::Ascending,
            of: std::marker::PhantomData,
        }
    }

    pub fn filters(self, filters: impl IntoIterator<Item = Filter>) -> Self {
        Self { filters: filters.into_iter().collect(), ..self }
    }

    pub fn orders(self, orders: impl IntoIterator<Item = Order>) -> Self {
        Self { orders: orders.into_iter().collect(), ..self }
    }

    pub fn default_order(self, name: &'static str, direction: Direction) -> Self {
        Self { default_order: Some((name, direction)), ..self }
    }

    pub fn newest_first(self) -> Self {
        Self { id_direction: Direction::Descending, ..self }
    }

    /// Registers the connection, edge and order types.
    pub fn register(&self, registry: &mut Registry) {
        let node = self.node;
        let edge = format!("{node}Edge");
        registry.add(
            Type::<Page<E::Model>>::new(&format!("{node}Connection"), "One page of a list.")
                .field(
                    "edges",
                    &format!("[{edge}]!"),
                    "The rows of the page with cursors.",
                    |page| page.rows.iter().cloned().map(Arc::new).collect::<Vec<_>>(),
                )
                .field("nodes", &format!("[{node}]!"), "The rows of the page.", |page| {
                    page.rows.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>()
                })
                .field("pageInfo", "PageInfo!", "Where the page lies in the list.", |page| {
                    Arc::new(PageInfo::of(page))
                })
                .field("totalCount", "Int!", "How many rows the whole list has.", |page| {
                    page.count
                }),
        );
        registry.add(
            Type::<(Arc<E::Model>, Cursor)>::new(&edge, "A row and its place in the list.")
                .field("cursor", "String!", "The place of the row in the list.", |edge| {
                    edge.1.encode()
                })
                .field("node", node, "The row.", |edge| edge.0.clone()),
        );
        if self.orders.is_empty() {
            return;
        }
        let items =
            self.orders.iter().map(|order| EnumItem::new(order.name).description(order.about));
        let fields = format!("{node}OrderField");
        registry
            .add(Enum::new(&fields).description("What such a list can be sorted by.").items(items));
        registry.add(
            InputObject::new(format!("{node}Order"))
                .description("How to sort such a list.")
                .field(parameter(("direction", "OrderDirection!", "Which end comes first.")))
                .field(
                    async_graphql::dynamic::InputValue::new(
                        "field",
                        type_ref(&format!("{fields}!")),
                    )
                    .description("What to sort by."),
                ),
        );
    }

    /// Reads the arguments of a list.
    fn request(
        &self,
        identity: &str,
        children: Children,
        ask: &Ask,
        (wants_rows, wants_count): (bool, bool),
    ) -> Result<Request, ApiError> {
        let args = &ask.args;
        let dialect = Dialect { is_sqlite: ask.env().db.is_sqlite() };
        let mut filter = Condition::all();
        for of in &self.filters {
            if let Some(value) = args.value(of.parameter.0) {
                filter = filter.add(of.apply(value, &dialect)?);
            }
        }
        let (first, last) = (size(args, "first")?, size(args, "last")?);
        let order = self.order(args)?;
        Ok(Request {
            identity: format!("{identity}:{wants_rows}:{wants_count}:{}", args.canonical()),
            children,
            filter,
            // Rows that are equal in the keys follow the direction of the last key.
            id_direction: order.last().map_or(self.id_direction, |(_, direction)| *direction),
            order,
            after: cursor(args, "after")?,
            before: cursor(args, "before")?,
            offset: args.int("offset")?.map_or(0, |rows| u64::try_from(rows).unwrap_or(0)),
            size: first.or(last).unwrap_or(PAGE_MAX),
            from_end: first.is_none() && last.is_some(),
            wants_rows,
            wants_count,
        })
    }

    fn order(&self, args: &Arguments) -> Result<Vec<(Order, Direction)>, ApiError> {
        let asked = match args.value("orderBy") {
            Some(order) => vec![order],
            None => args.value("sortBy").map(|orders| list(orders).collect()).unwrap_or_default(),
        };
        let asked: Result<Vec<_>, _> =
            asked.into_iter().map(|order| self.read_order(order)).collect();
        let asked = asked?;
        if asked.is_empty() {
            let default = self.default_order.and_then(|(name, direction)| {
                Some((self.orders.iter().find(|order| order.name == name)?.clone(), direction))
            });
            return Ok(default.into_iter().collect());
        }
        Ok(asked)
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
        let order =
            order.ok_or_else(|| ApiError::problem("orderBy", format!("cannot sort by {name}")))?;
        Ok((order.clone(), direction))
    }

    fn parameters(&self) -> impl Iterator<Item = async_graphql::dynamic::InputValue> {
        let ordering = (!self.orders.is_empty()).then(|| {
            let order =
                self.order_type.map_or_else(|| format!("{}Order", self.node), str::to_owned);
            let input = async_graphql::dynamic::InputValue::new;
            [
                input("orderBy", type_ref(&order)).description("How to sort the list."),
                input("sortBy", type_ref(&format!("[{order}]")))
                    .description("How to sort the list, by several things in turn."),
            ]
        });
        let filters = self.filters.iter().map(|filter| filter.parameter);
        let plain: Vec<_> = PAGING.into_iter().chain(filters).map(parameter).collect();
        plain.into_iter().chain(ordering.into_iter().flatten())
    }
}

impl<T: Send + Sync + 'static> Type<T> {
    /// A list of rows that belong to the value.
    pub fn connection<E: Noun>(
        self,
        name: &'static str,
        about: &str,
        listing: Listing<E>,
        parent: impl Fn(&T) -> Uuid + Send + Sync + 'static,
        children: Children,
    ) -> Self {
        let parameters: Vec<_> = listing.parameters().collect();
        let sdl = format!("{}Connection!", listing.node);
        let identity = format!("{}.{name}", std::any::type_name::<T>());
        let field = Field::new(name, type_ref(&sdl), move |context| {
            let selected = |name| context.look_ahead().field(name).exists();
            let wants_rows = ["edges", "nodes", "pageInfo"].into_iter().any(selected);
            let wants = (wants_rows, selected("totalCount"));
            let prepared = value::<T>(&context).and_then(|of| {
                let ask = ask(&context)?;
                let request = listing.request(&identity, children, &ask, wants)?;
                Ok((ask, PageKey::<E>::new(parent(&of), Arc::new(request))))
            });
            FieldFuture::new(async move {
                let (ask, key) = prepared?;
                Ok(ask.load(key).await?.map(FieldValue::owned_any))
            })
        });
        self.with(parameters.into_iter().fold(field.description(about), Field::argument))
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

fn size(args: &Arguments, name: &str) -> Result<Option<u64>, ApiError> {
    let size = args.int(name)?.map(|size| {
        u64::try_from(size).map_err(|_| ApiError::problem(name, "must not be negative"))
    });
    Ok(size.transpose()?.map(|size| size.min(PAGE_MAX)))
}

fn cursor(args: &Arguments, name: &str) -> Result<Option<Cursor>, ApiError> {
    match args.text(name)? {
        Some(text) => Cursor::decode(name, &text),
        None => Ok(None),
    }
}

/// Where a page lies in its list.
pub struct PageInfo {
    has_next: bool,
    has_previous: bool,
    start: Option<String>,
    end: Option<String>,
}

impl PageInfo {
    fn of<M>(page: &Page<M>) -> Self {
        Self {
            has_next: page.has_next,
            has_previous: page.has_previous,
            start: page.rows.first().map(|(_, cursor)| cursor.encode()),
            end: page.rows.last().map(|(_, cursor)| cursor.encode()),
        }
    }

    pub fn object() -> Type<Self> {
        Type::new("PageInfo", "Where a page lies in its list.")
            .field("endCursor", "String", "Cursor of the last row.", |page: &Self| page.end.clone())
            .field("hasNextPage", "Boolean!", "Whether rows follow.", |page| page.has_next)
            .field("hasPreviousPage", "Boolean!", "Whether rows precede.", |page| page.has_previous)
            .field("startCursor", "String", "Cursor of the first row.", |page| page.start.clone())
    }
}
