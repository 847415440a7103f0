//! What is known of shared connections beside their rows, in batches.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Viewer;
use domain::oauth::{self, Place};
use domain::reuse::{self, Link, Use, Used, Wanted};
use entity::{CustomerId, authorization, scoped_variable};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::ApiError;
use crate::context::{Ask, Context};
use crate::graphql::builder::Type;
use crate::graphql::config_value::oauth2::{meta_of, name_of};
use crate::loader::Key;

type Found<K, V> = BoxFuture<'static, Result<HashMap<K, V>, ApiError>>;

/// The platform, at work for the organization of whoever asks. Only for what follows from rows that
/// they see.
fn system(context: &Context) -> Result<Viewer, ApiError> {
    Ok(Viewer::System(context.viewer.signed_in()?))
}

/// The authorization of a row that stores one connection.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct AuthorizationOf(pub Uuid);

impl Key for AuthorizationOf {
    type Value = Arc<authorization::Model>;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, Self::Value> {
        async move {
            let rows = system(&context)?.rows::<authorization::Entity>();
            let owners = keys.iter().map(|key| key.0);
            let rows = rows.filter(authorization::Column::OwnerId.is_in(owners));
            let rows = rows.all(context.env.db.read()).await?;
            Ok(rows.into_iter().map(|row| (Self(row.owner_id), Arc::new(row))).collect())
        }
        .boxed()
    }
}

/// How much a shared connection is used.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct UseOf(pub Used);

impl Key for UseOf {
    type Value = Use;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, Self::Value> {
        async move {
            let organization = context.viewer.signed_in()?;
            let of: Vec<_> = keys.iter().map(|key| key.0).collect();
            let uses = reuse::uses(
                context.env.db.read(),
                (organization, context.viewer.customer_id()),
                &of,
            )
            .await?;
            Ok(uses.into_iter().map(|(used, how)| (Self(used), how)).collect())
        }
        .boxed()
    }
}

/// The shared connection that a config variable of an instance stands for.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct LinkOf(pub Wanted);

impl Key for LinkOf {
    type Value = Arc<Link>;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, Self::Value> {
        async move {
            let organization = context.viewer.signed_in()?;
            let wanted: Vec<_> = keys.into_iter().map(|key| key.0).collect();
            let links = reuse::links(context.env.db.read(), organization, &wanted).await?;
            Ok(links.into_iter().map(|(wanted, link)| (Self(wanted), Arc::new(link))).collect())
        }
        .boxed()
    }
}

/// The scoped variable that a definition refers to, if the viewer sees it.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Named {
    /// Whose integration it is; none for the organization's.
    pub owner: Option<CustomerId>,
    pub stable_key: String,
}

impl Key for Named {
    type Value = Arc<scoped_variable::Model>;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, Self::Value> {
        async move {
            use scoped_variable::Column as C;
            let organization: Uuid = context.viewer.signed_in()?.into();
            let owners = keys.iter().filter_map(|key| key.owner).map(Uuid::from);
            let rows = context.viewer.rows::<scoped_variable::Entity>();
            let rows = rows
                .filter(C::StableKey.is_in(keys.iter().map(|key| key.stable_key.as_str())))
                .filter(C::OwnerId.is_in(owners.chain([organization])));
            let rows: Vec<_> =
                rows.all(context.env.db.read()).await?.into_iter().map(Arc::new).collect();
            let of = |owner: Uuid, key: &Self| {
                let mut rows = rows.iter();
                rows.find(|row| row.owner_id == owner && row.stable_key == key.stable_key).cloned()
            };
            let found = keys.into_iter().filter_map(|key| {
                let own = key.owner.and_then(|owner| of(owner.into(), &key));
                let row = own.or_else(|| of(organization, &key))?;
                Some((key, row))
            });
            Ok(found.collect())
        }
        .boxed()
    }
}

/// How a connection stands: by its authorization, or by whether its inputs are complete.
pub async fn status(ask: &Ask, owner: Uuid, is_ready: bool) -> Result<&'static str, ApiError> {
    let row = ask.load(AuthorizationOf(owner)).await?;
    Ok(match row {
        Some(row) => name_of(row.status),
        None if is_ready => "ACTIVE",
        None => "PENDING",
    })
}

/// The status of what a config variable stands for.
pub async fn status_of_link(ask: &Ask, link: Option<&Link>) -> Result<&'static str, ApiError> {
    match link {
        Some(link) if link.is_connected() => {
            let is_ready = link.value.as_ref().map_or(link.scoped.is_ready, |it| it.is_ready);
            status(ask, link.owner().id, is_ready).await
        }
        _ => Ok("PENDING"),
    }
}

/// Where a browser starts, if the connection needs consent.
pub fn authorize_url(ask: &Ask, place: Option<&Place>) -> Result<Option<String>, ApiError> {
    let new_session = ask.args.flag("newSession")?.unwrap_or_default();
    Ok(place.and_then(|place| oauth::authorize_url(ask.env(), ask.viewer(), place, new_session)))
}

/// What OAuth2 connections have, by the id of the row that stores one.
pub fn of_tokens<T: Send + Sync + 'static>(
    object: Type<T>,
    owner: fn(&T) -> Uuid,
    times: fn(&T) -> Option<entity::Timestamp>,
) -> Type<T> {
    object
        .resolve(
            "lastSuccessfulRefreshAt",
            "DateTime",
            "When the provider last handed out a token.",
            move |of, ask| async move {
                let row = ask.load(AuthorizationOf(owner(&of))).await?;
                Ok(row.and_then(|row| row.last_refreshed_at))
            },
        )
        .resolve(
            "refreshAt",
            "DateTime",
            "When the next token is asked for; null where none is.",
            move |of, ask| async move {
                Ok(ask.load(AuthorizationOf(owner(&of))).await?.and_then(|row| row.refresh_at))
            },
        )
        .resolve(
            "meta",
            "JSONString",
            "What the provider said with the token and beside it, without what would let anybody \
             in.",
            move |of, ask| async move {
                match ask.load(AuthorizationOf(owner(&of))).await? {
                    Some(row) => Ok(Some(meta_of(&ask, &row).await?)),
                    None => Ok(None),
                }
            },
        )
        .field("lastConfiguredAt", "DateTime", "When its inputs were changed last.", times)
}

/// Whether instances use it.
pub fn of_use<T: Send + Sync + 'static>(object: Type<T>, used: fn(&T) -> Used) -> Type<T> {
    object
        .resolve(
            "hasDeployedInstances",
            "Boolean!",
            "Whether an instance runs with it.",
            move |of, ask| async move {
                Ok(ask.load(UseOf(used(&of))).await?.unwrap_or_default().is_deployed)
            },
        )
        .resolve(
            "isInUse",
            "Boolean!",
            "Whether an instance runs with it, or is configured to; such a one cannot be deleted.",
            move |of, ask| async move {
                Ok(ask.load(UseOf(used(&of))).await?.unwrap_or_default().is_chosen)
            },
        )
}
