//! Consent: the address a browser is sent to, and its return.

use std::sync::Arc;

use entity::authorization::{Model, OwnerKind, Status};
use entity::log::Severity;
use serde_json::Value as Json;
use url::Url;

use super::announce;
use super::exchange::{Asking, Code, Token, plain};
use super::renew::granted;
use super::settings::{Grant, Pkce, Settings};
use super::state::{State, challenge, fingerprint};
use super::store::{self, Owner, Scope};
use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;
use crate::{instance, log_line, reuse, spent, token, user_level};

/// Parameters of the callback that are kept for steps to see, and their size.
const KEPT_PARAMETERS_MAX: usize = 32;
const KEPT_BYTES_MAX: usize = 2 * 1024;

/// A connection as its owner stores it now. Whoever makes one has checked that the viewer may
/// change it.
#[derive(Clone, Debug)]
pub struct Place {
    pub scope: Scope,
    /// The name that people know the connection by.
    pub name: String,
    pub settings: Settings,
    /// Where a browser goes when all went well, and when not; a page of our own unless given.
    pub success_url: Option<String>,
    pub failure_url: Option<String>,
    /// What these addresses get as parameters.
    pub parameters: Vec<(&'static str, String)>,
}

/// How an authorization ended.
#[derive(Debug)]
pub struct Completed {
    pub connection: String,
    /// What went wrong, in words for the user.
    pub outcome: Result<(), String>,
    /// Where the author of the integration wants the browser to go.
    pub redirect: Option<String>,
}

/// Why a browser that comes back is not listened to.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("This address was not made by this server, or was changed on its way.")]
    Forged,
    #[error("Too much time has passed since the connection was started.")]
    Expired,
    #[error("This answer of the provider was used already.")]
    Spent,
    #[error("The connection is no longer there, or you may no longer change it.")]
    Gone,
    #[error("The connection was changed in the meantime.")]
    Changed,
    #[error("Something went wrong on this server.")]
    Internal(#[from] Error),
}

/// The one address that every provider sends browsers back to.
pub fn callback_url(env: &Env) -> String {
    format!("{}/oauth2/callback", env.public_url)
}

/// Where a browser starts: at the provider. `None` if nobody has to consent, or the connection lacks
/// what it needs. With `new_session`, the provider asks who the user is.
pub fn authorize_url(
    env: &Env,
    viewer: &Viewer,
    place: &Place,
    new_session: bool,
) -> Option<String> {
    let (settings, scope) = (&place.settings, &place.scope);
    if settings.grant != Grant::AuthorizationCode || settings.check().is_err() {
        return None;
    }
    let mut url = Url::parse(&settings.authorize_url).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let user = viewer.user().map(|user| user.id);
    let state = State::new(env, scope.organization, &scope.owner, user, settings);
    let mut parameters = vec![
        ("response_type".to_owned(), "code".to_owned()),
        ("client_id".to_owned(), settings.client_id.clone()),
        ("redirect_uri".to_owned(), callback_url(env)),
        ("state".to_owned(), state.to_text(env)),
    ];
    if !settings.scopes.is_empty() {
        parameters.push(("scope".to_owned(), settings.scopes.clone()));
    }
    if let Some(method) = settings.pkce {
        let verifier = state.verifier(env);
        let (challenge, method) = match method {
            Pkce::S256 => (challenge(&verifier), "S256"),
            Pkce::Plain => (verifier, "plain"),
        };
        parameters.push(("code_challenge".to_owned(), challenge));
        parameters.push(("code_challenge_method".to_owned(), method.to_owned()));
    }
    parameters.extend(settings.authorize_parameters.iter().cloned());
    let asks_already = parameters.iter().any(|(name, _)| name == "prompt")
        || url.query_pairs().any(|(name, _)| name == "prompt");
    if new_session && !asks_already {
        parameters.push(("prompt".to_owned(), "login".to_owned()));
    }
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url.into())
}

/// A browser came back from a provider.
pub async fn complete(
    env: &Arc<Env>,
    parameters: &[(String, String)],
) -> Result<Completed, Refused> {
    let state = State::read(env, value(parameters, "state").unwrap_or_default());
    let state = state.ok_or(Refused::Forged)?;
    if state.expires_at < env.now() {
        return Err(Refused::Expired);
    }
    spend(env, &state).await?;
    let owner = state.owner().ok_or(Refused::Forged)?;
    let viewer = match state.user {
        None => Viewer::System(state.organization),
        Some(user) => {
            let viewer = token::viewer_of(env, state.organization, user).await?;
            viewer.ok_or(Refused::Gone)?
        }
    };
    let place = match place(env, &viewer, &owner).await {
        Ok(place) => place,
        Err(Error::Internal(error)) => return Err(Error::Internal(error).into()),
        Err(_) => return Err(Refused::Gone),
    };
    if fingerprint(&place.settings) != state.fingerprint {
        return Err(Refused::Changed);
    }
    let outcome = match redeem(env, &place, &state, parameters).await {
        Ok(token) => {
            connect(env, &viewer, &place, &token, &context(parameters)).await?;
            Ok(())
        }
        Err(reason) => {
            refuse(env, &viewer, &place, &reason).await?;
            Err(reason)
        }
    };
    let redirect = redirect(&place, outcome.as_ref().err());
    Ok(Completed { connection: place.name, outcome, redirect })
}

/// The one place that tells kinds of owners apart.
async fn place(env: &Env, viewer: &Viewer, owner: &Owner) -> Result<Place, Error> {
    match owner.kind {
        OwnerKind::InstanceValue => {
            let id = entity::InstanceId(owner.id);
            instance::connection_to_change(env, viewer, id, &owner.key).await
        }
        OwnerKind::UserLevelValue => {
            let id = entity::UserLevelConfigId(owner.id);
            user_level::connection_to_change(env, viewer, id, &owner.key).await
        }
        OwnerKind::CustomerVariable => {
            reuse::value_to_change(env, viewer, entity::CustomerVariableId(owner.id)).await
        }
        OwnerKind::ScopedVariable => {
            reuse::scoped_to_change(env, viewer, entity::ScopedVariableId(owner.id)).await
        }
    }
}

/// No state is taken twice, on whatever node.
async fn spend(env: &Env, state: &State) -> Result<(), Refused> {
    let tx = env.db.begin().await.map_err(Error::from)?;
    if spent::spend(env, &tx, state.organization, state.nonce, state.expires_at).await? {
        return Ok(tx.commit().await.map_err(Error::from)?);
    }
    tx.rollback().await.map_err(Error::from)?;
    Err(Refused::Spent)
}

async fn redeem(
    env: &Env,
    place: &Place,
    state: &State,
    parameters: &[(String, String)],
) -> Result<Token, String> {
    if let Some(error) = value(parameters, "error") {
        let about = value(parameters, "error_description").unwrap_or_default();
        let (error, about) = (plain(error, &[]), plain(about, &[]));
        let about = if about.is_empty() { about } else { format!(" ({about})") };
        return Err(format!("The provider refused: {error}{about}."));
    }
    let Some(code) = value(parameters, "code").filter(|code| !code.is_empty()) else {
        return Err("The provider sent no code.".to_owned());
    };
    let settings = &place.settings;
    let egress = env.egress().map_err(|error| error.to_string())?;
    let verifier = settings.pkce.map(|_| state.verifier(env));
    let passed_on = settings.allowed_token_params.iter();
    let passed_on =
        passed_on.filter_map(|name| Some((name.clone(), value(parameters, name)?.to_owned())));
    let redirect_uri = callback_url(env);
    let code = Code {
        text: code,
        redirect_uri: &redirect_uri,
        verifier: verifier.as_deref(),
        passed_on: passed_on.collect(),
    };
    let asked = Asking { egress, settings, now: env.now() }.redeem(&code).await;
    asked.map_err(|failure| failure.message().to_owned())
}

/// Stores a first token, in the place of whatever was there.
async fn connect(
    env: &Env,
    viewer: &Viewer,
    place: &Place,
    token: &Token,
    context: &Token,
) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    let row = row_of(env, &tx, place).await?;
    let base = Model {
        lease_fence: row.lease_fence + 1,
        sealed_settings: store::seal_settings(env, &tx, &row, &place.settings).await?,
        sealed_context: if context.is_empty() {
            None
        } else {
            let context = Json::Object(context.clone());
            Some(store::seal_context(env, &tx, &row, &context).await?)
        },
        ..row.clone()
    };
    store::replace(&tx, &row, base.clone()).await?;
    store::grant(env, &tx, &base, &granted(env, &place.settings, token)).await?;
    announce::authorized(env, &tx, viewer, &base).await?;
    let message = "It was authorized, and the provider handed out a token.";
    let line = log_line::of_connection(env, &tx, &base, Severity::Info, message).await?;
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    env.authorizations.nudge();
    env.deliveries_arrived();
    Ok(())
}

/// An attempt failed. A token that works goes on working.
async fn refuse(env: &Env, viewer: &Viewer, place: &Place, reason: &str) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    let row = row_of(env, &tx, place).await?;
    if row.status != Status::Active {
        let failed = Model {
            status: Status::Failed,
            last_error: Some(reason.to_owned()),
            updated_at: env.now(),
            ..row.clone()
        };
        store::replace(&tx, &row, failed).await?;
    }
    announce::not_authorized(env, &tx, viewer, &row).await?;
    let message = format!("It was not authorized: {reason}");
    let line = log_line::of_connection(env, &tx, &row, Severity::Error, &message).await?;
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    env.deliveries_arrived();
    Ok(())
}

async fn row_of(
    env: &Env,
    tx: &sea_orm::DatabaseTransaction,
    place: &Place,
) -> Result<Model, Error> {
    let scope = &place.scope;
    match store::find_locked(tx, scope.organization, &scope.owner).await? {
        Some(row) => Ok(row),
        None => store::insert(tx, store::blank(env, tx, scope, &place.settings).await?).await,
    }
}

/// What the provider said beside the code, such as which of its accounts was chosen.
fn context(parameters: &[(String, String)]) -> Token {
    let known = ["code", "state"];
    let kept = parameters.iter().filter(|(name, value)| {
        !known.contains(&name.as_str()) && name.len() + value.len() <= KEPT_BYTES_MAX
    });
    kept.take(KEPT_PARAMETERS_MAX).map(|(k, v)| (k.clone(), v.as_str().into())).collect()
}

fn redirect(place: &Place, reason: Option<&String>) -> Option<String> {
    let target = if reason.is_none() { &place.success_url } else { &place.failure_url };
    let mut url = Url::parse(target.as_deref()?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.query_pairs_mut().extend_pairs(&place.parameters);
    if let Some(reason) = reason {
        url.query_pairs_mut().append_pair("error", reason);
    }
    Some(url.into())
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
