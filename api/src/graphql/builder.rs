//! A typed layer over the dynamic schema: the closures of a type get its rows, not `Any`.

use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext,
    SchemaBuilder, TypeRef,
};
use entity::{Labels, Timestamp};
use uuid::Uuid;

use super::Arguments;
use crate::ApiError;
use crate::context::Ask;
use crate::loader::Loaders;

/// Name, type and description of an argument or input field.
pub type Parameter = (&'static str, &'static str, &'static str);

/// The types of the schema while they are collected.
pub struct Registry {
    types: Vec<async_graphql::dynamic::Type>,
    query: Type<()>,
    mutation: Type<()>,
}

impl Registry {
    pub fn new(query: &str, mutation: &str) -> Self {
        Self {
            types: Vec::new(),
            query: Type::new(query, "Everything that can be read."),
            mutation: Type::new(mutation, "Everything that can be changed."),
        }
    }

    pub fn add(&mut self, of: impl Into<async_graphql::dynamic::Type>) {
        self.types.push(of.into());
    }

    /// Adds an enumeration with a description of each member.
    pub fn enumeration(&mut self, name: &str, about: &str, members: &[(&str, &str)]) {
        let items =
            members.iter().map(|(member, about)| EnumItem::new(*member).description(*about));
        self.add(Enum::new(name).description(about).items(items));
    }

    /// Adds fields of the query root.
    pub fn query(&mut self, fields: impl FnOnce(Type<()>) -> Type<()>) {
        let root = std::mem::replace(&mut self.query, Type::new("", ""));
        self.query = fields(root);
    }

    /// Adds fields of the mutation root.
    pub fn mutation(&mut self, field: Field) {
        let root = std::mem::replace(&mut self.mutation, Type::new("", ""));
        self.mutation = root.with(field);
    }

    pub fn register(self, schema: SchemaBuilder) -> SchemaBuilder {
        let roots = [self.query.into(), self.mutation.into()];
        self.types.into_iter().chain(roots).fold(schema, SchemaBuilder::register)
    }
}

/// An object type whose values are `Arc<T>`.
pub struct Type<T> {
    object: Object,
    value: PhantomData<fn() -> T>,
}

impl<T> From<Type<T>> for async_graphql::dynamic::Type {
    fn from(of: Type<T>) -> Self {
        of.object.into()
    }
}

impl<T: Send + Sync + 'static> Type<T> {
    pub fn new(name: &str, about: &str) -> Self {
        Self { object: Object::new(name).description(about), value: PhantomData }
    }

    /// The global id; makes the type a `Node`.
    pub fn id(self, get: impl Fn(&T) -> String + Send + Sync + 'static) -> Self {
        let node = Self { object: self.object.implement("Node"), ..self };
        node.field("id", "ID!", "The id, opaque and stable.", get)
    }

    /// A field that can be read from the value itself.
    pub fn field<V: Output>(
        self,
        name: &str,
        sdl: &str,
        about: &str,
        get: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        let field = Field::new(name, type_ref(sdl), move |context| match value::<T>(&context) {
            Ok(value) => FieldFuture::Value(get(&value).output()),
            Err(error) => FieldFuture::new(async { Err::<Option<Value>, _>(error) }),
        });
        self.with(field.description(about))
    }

    /// A field that takes more than the value.
    pub fn resolve<V: Output, F>(
        self,
        name: &str,
        sdl: &str,
        about: &str,
        get: impl Fn(Arc<T>, Ask) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<V, ApiError>> + Send + 'static,
    {
        self.resolve_with((name, sdl, about), &[], get)
    }

    /// A field with arguments.
    pub fn resolve_with<V: Output, F>(
        self,
        (name, sdl, about): (&str, &str, &str),
        arguments: &[Parameter],
        get: impl Fn(Arc<T>, Ask) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<V, ApiError>> + Send + 'static,
    {
        let field = Field::new(name, type_ref(sdl), move |context| {
            let started = value::<T>(&context).and_then(|value| Ok(get(value, ask(&context)?)));
            FieldFuture::new(async move { Ok(started?.await?.output()) })
        });
        let field = field.description(about);
        self.with(arguments.iter().copied().map(parameter).fold(field, Field::argument))
    }

    /// A field made elsewhere.
    pub fn with(self, field: Field) -> Self {
        Self { object: self.object.field(field), ..self }
    }
}

/// What the fields of `T` are answered with.
pub fn value<T: Send + Sync + 'static>(
    context: &ResolverContext<'_>,
) -> async_graphql::Result<Arc<T>> {
    context.parent_value.try_downcast_ref::<Arc<T>>().cloned()
}

/// The request and arguments of a field.
pub fn ask(context: &ResolverContext<'_>) -> async_graphql::Result<Ask> {
    let loaders = context.data::<Arc<Loaders>>()?.clone();
    Ok(Ask::new(loaders, Arguments::new(context.args.as_index_map().iter())))
}

/// Values a field can have.
pub trait Output: Send {
    fn output(self) -> Option<FieldValue<'static>>;
}

macro_rules! scalars {
    ($($value:ident: $of:ty => $scalar:expr;)*) => {$(
        impl Output for $of {
            fn output(self) -> Option<FieldValue<'static>> {
                let $value = self;
                Some(FieldValue::value($scalar))
            }
        }
    )*};
}

scalars! {
    text: String => text;
    text: &'static str => text;
    flag: bool => flag;
    number: i32 => number;
    number: i64 => number;
    time: Timestamp => time.to_iso();
    id: Uuid => id.to_string();
}

impl Output for () {
    fn output(self) -> Option<FieldValue<'static>> {
        None
    }
}

impl Output for Labels {
    fn output(self) -> Option<FieldValue<'static>> {
        self.0.output()
    }
}

impl<V: Output> Output for Option<V> {
    fn output(self) -> Option<FieldValue<'static>> {
        self.and_then(V::output)
    }
}

impl<V: Output> Output for Vec<V> {
    fn output(self) -> Option<FieldValue<'static>> {
        Some(FieldValue::list(self.into_iter().filter_map(V::output)))
    }
}

impl<T: Send + Sync + 'static> Output for Arc<T> {
    fn output(self) -> Option<FieldValue<'static>> {
        Some(FieldValue::owned_any(self))
    }
}

/// Reads a type the way the schema language writes it, for example `[String!]!`.
pub fn type_ref(sdl: &str) -> TypeRef {
    if let Some(inner) = sdl.strip_suffix('!') {
        return TypeRef::NonNull(Box::new(type_ref(inner)));
    }
    match sdl.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => TypeRef::List(Box::new(type_ref(inner))),
        None => TypeRef::named(sdl),
    }
}

pub fn parameter((name, sdl, about): Parameter) -> InputValue {
    InputValue::new(name, type_ref(sdl)).description(about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_the_schema_language_writes_them() {
        for sdl in ["ID", "ID!", "[Label]!", "[String!]!", "[[Int!]]"] {
            assert_eq!(type_ref(sdl).to_string(), sdl);
        }
    }
}
