//! URLs of users: what is called there runs with what the user configured.

use domain::user_level::{self, URL_SEPARATOR};
use flow::Value;
use http::StatusCode;

use super::route::Sorted;
use crate::State;
use crate::problem::Refused;

/// The id of the endpoint, and the key of the user it is called for.
pub fn split(id: &str) -> (&str, Option<&str>) {
    id.split_once(URL_SEPARATOR).map_or((id, None), |(id, key)| (id, Some(key)))
}

/// Makes a call that of the user whose key it has.
pub async fn adopt(
    state: &State,
    mut sorted: Sorted,
    key: Option<&str>,
) -> Result<Sorted, Refused> {
    let Some(key) = key else { return Ok(sorted) };
    let deployment = &sorted.ready.deployment;
    let (organization, instance) = (deployment.organization_id, deployment.instance_id);
    match user_level::user_of_url(&state.env, organization, instance, key).await {
        Ok(Some(user)) => {
            let user = [("id", user.id), ("name", user.name), ("externalId", user.external_id)];
            let user = Value::object(user.map(|(name, text)| (name, Value::from(text))));
            sorted.payload.insert("user".into(), user);
            Ok(sorted)
        }
        Ok(None) => Err(Refused::new(StatusCode::NOT_FOUND, "There is nothing at this URL.")),
        Err(error) => {
            tracing::error!(error = ?error, "could not find the user of a call");
            Err(super::not_stored())
        }
    }
}
