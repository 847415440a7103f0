//! Lists of rows that belong to a value.

use std::sync::Arc;

use async_graphql::dynamic::{Field, FieldFuture, FieldValue};
use sea_orm::Condition;
use uuid::Uuid;

use super::{Listing, Wants};
use crate::graphql::builder::{Type, ask, type_ref, value};
use crate::graphql::page::{Children, Noun, PageKey, Part, Request};

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
        let parent = move |of: &T| (parent(of), Arc::default());
        self.parts((name, about), listing, parent, (children, |_| Condition::all()))
    }

    /// A list of rows that belong to the value, which is a part of a row and has no id.
    pub fn parts<E: Noun>(
        self,
        (name, about): (&'static str, &str),
        listing: Listing<E>,
        parent: impl Fn(&T) -> (Uuid, Arc<str>) + Send + Sync + 'static,
        (children, part): (Children, Part),
    ) -> Self {
        let parameters = listing.parameters();
        let sdl = format!("{}Connection!", listing.node);
        let identity = format!("{}.{name}", std::any::type_name::<T>());
        let field = Field::new(name, type_ref(&sdl), move |context| {
            let prepared = value::<T>(&context).and_then(|of| {
                let ask = ask(&context)?;
                let request = listing.request(&identity, children, &ask, Wants::of(&context))?;
                let request = Arc::new(Request { part, ..request });
                Ok((ask, PageKey::<E>::of_part(parent(&of), request)))
            });
            FieldFuture::new(async move {
                let (ask, key) = prepared?;
                Ok(ask.load(key).await?.map(FieldValue::owned_any))
            })
        });
        self.with(parameters.into_iter().fold(field.description(about), Field::argument))
    }
}
