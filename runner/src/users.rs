//! Runs of users: started at a user's own URL, with what that user configured.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::UserId;
use uuid::Uuid;

use crate::deployment::Deployment;
use crate::executor::{Executor, Stop};

impl Executor {
    /// Takes what the user configured in the place of what the instance has. A user who has
    /// removed their configuration meanwhile leaves the instance's.
    pub async fn configure_for_user(&mut self, deployment: &Deployment) -> Result<(), Stop> {
        let user = user_of(&self.run.info.user.id);
        let Some(user) = user.filter(|_| deployment.has_users) else { return Ok(()) };
        let (env, organization) = (&self.inner.env, deployment.organization_id);
        let found = domain::user_level::overlay(env, organization, deployment.id, user).await;
        let found = found.map_err(|error| {
            tracing::error!(error = ?error, "could not read what a user configured");
            Stop::Failed("What the user configured could not be read.".to_owned())
        });
        let Some(overlay) = found? else { return Ok(()) };
        self.tokens.belong_to_user(&overlay);
        self.run.config_vars = Arc::new(overlay.config_vars);
        Ok(())
    }
}

/// Reads the global id that the server put into the payload.
fn user_of(id: &str) -> Option<UserId> {
    let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    Uuid::parse_str(text.strip_prefix("User:")?).ok().map(UserId)
}
