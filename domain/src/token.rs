//! Tokens of users, and the few look-ups that happen before anybody is known.
//!
//! Everything here is unscoped on purpose, and nothing else is.

pub(crate) mod alerts;
pub(crate) mod authorizations;
pub(crate) mod redeployments;
pub(crate) mod sign_in;

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use entity::{
    ComponentId, CustomerId, ExecutionId, InstanceId, OrganizationId, SequenceId, StepResultId,
    Timestamp, UserId, component, customer, delivery, endpoint, event, execution, flow_config,
    instance, integration, log_stream, organization, organization_signing_key, step_result, user,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::delivery::Except;
use crate::embedded::{self, Refusal};
use crate::env::Env;
use crate::error::Error;
use crate::viewer::{UserViewer, Viewer};

/// How long a token is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 7 * 24 * 60 * 60;

const SKEW_SECONDS: i64 = 60;
const ISSUER: &str = "marquetry";
const PURPOSE: &str = "marquetry user tokens 1";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: Uuid,
    org: Uuid,
    iat: i64,
    exp: i64,
}

/// How many removals of a kind are looked at in one round.
const REMOVALS_AT_ONCE: u64 = 64;

/// Rows that are being removed.
pub(crate) struct Removed {
    pub instances: Vec<instance::Model>,
    /// Of integrations; their versions go with them.
    pub drafts: Vec<integration::Model>,
    pub customers: Vec<customer::Model>,
}

/// A token for this user.
pub fn issue(env: &Env, user: &user::Model) -> Result<String, Error> {
    let key = env.secrets.derive(PURPOSE);
    let now = env.now().0 / 1_000_000;
    let claims = Claims {
        iss: ISSUER.to_owned(),
        sub: user.id.0,
        org: user.organization_id.0,
        iat: now,
        exp: now + LIFETIME_SECONDS,
    };
    let header = Header { kid: Some(key_id(key.expose_secret())), ..Header::new(Algorithm::HS256) };
    let key = EncodingKey::from_secret(key.expose_secret());
    Ok(jsonwebtoken::encode(&header, &claims, &key).context("signing a token")?)
}

/// Who a bearer token speaks for, with the rights they have now. Forbidden where an embedded user
/// comes from an `origin` that is not the organization's. Creates embedded users: nobody may drop
/// it half way.
pub async fn authenticate(env: &Env, bearer: &str, origin: Option<&str>) -> Result<Viewer, Error> {
    if !embedded::is_embedded(bearer) {
        return signed_in(env, bearer).await;
    }
    match embedded::authenticate(env, bearer, origin).await {
        Ok(user) => Ok(Viewer::User(UserViewer { user })),
        Err(Refusal::Internal(error)) => Err(error),
        Err(Refusal::OriginNotAllowed) => Err(Error::Forbidden),
        Err(_) => Err(Error::Unauthenticated),
    }
}

async fn signed_in(env: &Env, bearer: &str) -> Result<Viewer, Error> {
    let claims = verify(env, bearer).ok_or(Error::Unauthenticated)?;
    let user = user::Entity::find()
        .filter(user::Column::Id.eq(UserId(claims.sub)))
        .filter(user::Column::OrganizationId.eq(OrganizationId(claims.org)))
        .one(env.db.read())
        .await?
        .ok_or(Error::Unauthenticated)?;
    Ok(Viewer::User(UserViewer { user }))
}

fn verify(env: &Env, bearer: &str) -> Option<Claims> {
    let key = env.secrets.derive(PURPOSE);
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    // Time comes from our clock: the library would ask the machine's.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let header = jsonwebtoken::decode_header(bearer).ok()?;
    if header.kid? != key_id(key.expose_secret()) {
        return None;
    }
    let key = DecodingKey::from_secret(key.expose_secret());
    let claims = jsonwebtoken::decode::<Claims>(bearer, &key, &validation).ok()?.claims;
    let now = env.now().0 / 1_000_000;
    let is_current = claims.iat <= now + SKEW_SECONDS
        && now <= claims.exp + SKEW_SECONDS
        && claims.exp - claims.iat <= LIFETIME_SECONDS;
    is_current.then_some(claims)
}

/// Names a key without telling anything about it.
fn key_id(key: &[u8]) -> String {
    let digest = Sha256::digest(key);
    digest[..4].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What tokens of embedded users are verified with: the keys of the organization that they claim to
/// come from, and the origins that may embed.
pub(crate) async fn verifying(
    env: &Env,
    organization: OrganizationId,
) -> Result<(Vec<organization_signing_key::Model>, Vec<String>), Error> {
    let of = organization::Entity::find().filter(organization::Column::Id.eq(organization));
    let Some(of) = of.one(env.db.read()).await? else { return Ok((Vec::new(), Vec::new())) };
    let keys = organization_signing_key::Entity::find()
        .filter(organization_signing_key::Column::OrganizationId.eq(organization));
    Ok((keys.all(env.db.read()).await?, of.embedded_origins.0))
}

pub(crate) async fn user_by_email(
    db: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<user::Model>, Error> {
    let email = email.trim().to_lowercase();
    // Addresses of embedded users prove nothing, and lead nowhere.
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .filter(user::Column::IsEmbedded.eq(false));
    Ok(found.one(db).await?)
}

pub(crate) async fn any_organization(
    db: &impl ConnectionTrait,
) -> Result<Option<organization::Model>, Error> {
    Ok(organization::Entity::find().one(db).await?)
}

/// The flow config behind a trigger URL. Knowing the URL is the right to look it up.
pub async fn flow_config_of_url(
    env: &Env,
    webhook_id: &str,
) -> Result<Option<flow_config::Model>, Error> {
    let found = flow_config::Entity::find().filter(flow_config::Column::WebhookId.eq(webhook_id));
    Ok(found.one(env.db.read()).await?)
}

/// The shared endpoint behind a trigger URL. Knowing the URL is the right to look it up.
pub async fn endpoint_of_url(
    env: &Env,
    webhook_id: &str,
) -> Result<Option<endpoint::Model>, Error> {
    let found = endpoint::Entity::find().filter(endpoint::Column::WebhookId.eq(webhook_id));
    Ok(found.one(env.db.read()).await?)
}

/// For the runner, which works for every organization.
pub async fn execution_by_id(
    env: &Env,
    id: ExecutionId,
) -> Result<Option<execution::Model>, Error> {
    let found = execution::Entity::find().filter(execution::Column::Id.eq(id));
    Ok(found.one(env.db.read()).await?)
}

/// For signed links, which are the right to put one file beside it.
pub(crate) async fn component_by_id(
    env: &Env,
    id: ComponentId,
) -> Result<Option<component::Model>, Error> {
    let found = component::Entity::find().filter(component::Column::Id.eq(id));
    Ok(found.one(env.db.read()).await?)
}

/// For signed links, which are the right to read one result.
pub async fn step_result_by_id(
    env: &Env,
    id: StepResultId,
) -> Result<Option<step_result::Model>, Error> {
    let removed = Query::select()
        .column(instance::Column::Id)
        .from(instance::Entity)
        .and_where(instance::Column::RemovedAt.is_not_null())
        .take();
    let found = step_result::Entity::find()
        .filter(step_result::Column::Id.eq(id))
        .filter(step_result::Column::InstanceId.not_in_subquery(removed));
    Ok(found.one(env.db.read()).await?)
}

/// What is being removed, for whoever deletes it: the longest removed first.
pub(crate) async fn removed(env: &Env) -> Result<Removed, Error> {
    let db = env.db.read();
    let instances = instance::Entity::find()
        .filter(instance::Column::RemovedAt.is_not_null())
        .order_by_asc(instance::Column::RemovedAt)
        .limit(REMOVALS_AT_ONCE);
    let drafts = integration::Entity::find()
        .filter(integration::Column::RemovedAt.is_not_null())
        .filter(integration::Column::IsDraft.eq(true))
        .order_by_asc(integration::Column::RemovedAt)
        .limit(REMOVALS_AT_ONCE);
    let customers = customer::Entity::find()
        .filter(customer::Column::RemovedAt.is_not_null())
        .order_by_asc(customer::Column::RemovedAt)
        .limit(REMOVALS_AT_ONCE);
    Ok(Removed {
        instances: instances.all(db).await?,
        drafts: drafts.all(db).await?,
        customers: customers.all(db).await?,
    })
}

/// A user as somebody who asks, where their own token is not at hand.
pub(crate) async fn viewer_of(
    env: &Env,
    organization: OrganizationId,
    id: UserId,
) -> Result<Option<Viewer>, Error> {
    let found = user::Entity::find()
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::OrganizationId.eq(organization))
        .one(env.db.read())
        .await?;
    Ok(found.map(|user| Viewer::User(UserViewer { user })))
}

/// Which of these ids name no instance, integration or component any more, for whoever tidies up behind
/// deletions.
pub async fn unknown_owners(env: &Env, owners: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let ids = || owners.iter().copied();
    let instances: Vec<InstanceId> = instance::Entity::find()
        .filter(instance::Column::Id.is_in(ids()))
        .select_only()
        .column(instance::Column::Id)
        .into_tuple()
        .all(env.db.read())
        .await?;
    let sequences: Vec<SequenceId> = integration::Entity::find()
        .filter(integration::Column::SequenceId.is_in(ids()))
        .select_only()
        .column(integration::Column::SequenceId)
        .into_tuple()
        .all(env.db.read())
        .await?;
    let components: Vec<ComponentId> = component::Entity::find()
        .filter(component::Column::Id.is_in(ids()))
        .select_only()
        .column(component::Column::Id)
        .into_tuple()
        .all(env.db.read())
        .await?;
    let known = instances.iter().map(|id| id.0).chain(sequences.iter().map(|id| id.0));
    let known: HashSet<Uuid> = known.chain(components.iter().map(|id| id.0)).collect();
    Ok(ids().filter(|id| !known.contains(id)).collect())
}

/// Events that nobody has been told of, the oldest first, for whoever makes deliveries of them.
pub(crate) async fn new_events(env: &Env, limit: u64) -> Result<Vec<event::Model>, Error> {
    let events = event::Entity::find()
        .filter(event::Column::FannedOutAt.is_null())
        .order_by_asc(event::Column::OrganizationId)
        .order_by_asc(event::Column::Sequence)
        .limit(limit);
    Ok(events.all(env.db.read()).await?)
}

/// Deliveries whose time has come, the longest first.
pub(crate) async fn due_deliveries(
    env: &Env,
    except: &Except,
    limit: u64,
) -> Result<Vec<delivery::Model>, Error> {
    let due = delivery::Entity::find()
        .filter(delivery::Column::NextAt.lte(env.now()))
        .filter(delivery::Column::Host.is_not_in(&except.hosts))
        .filter(delivery::Column::TargetId.is_not_in(except.targets.iter().copied()))
        .order_by_asc(delivery::Column::NextAt)
        .limit(limit);
    Ok(due.all(env.db.read()).await?)
}

/// When the first delivery is due.
pub(crate) async fn next_delivery(env: &Env) -> Result<Option<Timestamp>, Error> {
    let first = delivery::Entity::find()
        .filter(delivery::Column::NextAt.is_not_null())
        .order_by_asc(delivery::Column::NextAt)
        .limit(1);
    Ok(first.one(env.db.read()).await?.and_then(|row| row.next_at))
}

/// The log streams of everybody, for whoever takes lines to them.
pub(crate) async fn log_streams(env: &Env) -> Result<Vec<log_stream::Model>, Error> {
    let all = log_stream::Entity::find().order_by_asc(log_stream::Column::Id);
    Ok(all.all(env.db.read()).await?)
}

/// Everybody, for what is done for all of them in turn.
pub(crate) async fn organizations(env: &Env) -> Result<Vec<OrganizationId>, Error> {
    let ids = organization::Entity::find().select_only().column(organization::Column::Id);
    Ok(ids.into_tuple().all(env.db.read()).await?)
}

/// How many executions of a customer may run at once, where there is a limit.
pub async fn concurrency_limits(env: &Env) -> Result<HashMap<CustomerId, usize>, Error> {
    let limits: Vec<(CustomerId, i32)> = customer::Entity::find()
        .filter(customer::Column::ConcurrentExecutionLimit.is_not_null())
        .select_only()
        .columns([customer::Column::Id, customer::Column::ConcurrentExecutionLimit])
        .into_tuple()
        .all(env.db.read())
        .await?;
    let known = |(id, limit)| Some((id, usize::try_from(limit).ok()?));
    Ok(limits.into_iter().filter_map(known).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_token_is_good_for_its_time_and_user() {
        let world = World::new().await;
        let owner = world.owner.user().unwrap();
        let token = issue(&world.env, owner).unwrap();
        let viewer = authenticate(&world.env, &token, None).await.unwrap();
        assert_eq!(viewer.user(), Some(owner));

        let mut forged = token.clone();
        let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
        forged.insert(forged.len() - 3, last);
        for bad in ["", "a.b.c", &forged] {
            let answer = authenticate(&world.env, bad, None).await;
            assert!(matches!(answer, Err(Error::Unauthenticated)), "{bad}");
        }
        world.clock.advance_seconds(LIFETIME_SECONDS + SKEW_SECONDS + 1);
        let answer = authenticate(&world.env, &token, None).await;
        assert!(matches!(answer, Err(Error::Unauthenticated)));
    }
}
