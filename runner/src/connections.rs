//! What steps find out about the connections that they use.

use components::StepError;
use domain::oauth::{self, InUse};

use crate::executor::Executor;

impl Executor {
    /// Takes note of a connection that a step found not to work, and of doubted ones that it
    /// succeeded with. A note that cannot be taken is no reason to stop the run.
    pub async fn judge_connections<T: Sync>(&mut self, result: &Result<T, StepError>) {
        let noted = match result {
            Ok(_) => self.believe().await,
            Err(error) => self.blame(error).await,
        };
        if let Err(error) = noted {
            tracing::error!(error = ?error, "could not note what a step says of a connection");
        }
    }

    /// Each connection is blamed once in a run.
    async fn blame(&mut self, error: &StepError) -> Result<(), domain::Error> {
        let Some(key) = error.connection() else { return Ok(()) };
        let is_connection =
            self.run.config_vars.get(key).is_some_and(|it| it.get("fields").is_some());
        if !is_connection || self.tokens.blamed.iter().any(|blamed| blamed == key) {
            return Ok(());
        }
        self.tokens.blamed.push(key.to_owned());
        let message = self.tokens.hide_in(error.message.clone());
        let held = self.tokens.held(key);
        let of = InUse { execution: &self.execution, key, held };
        oauth::raised(&self.inner.env, of, &message).await
    }

    async fn believe(&mut self) -> Result<(), domain::Error> {
        for key in &self.tokens.named {
            let held = self.tokens.held(key);
            if held.is_some_and(|(_, fresh)| fresh.is_doubted) {
                let of = InUse { execution: &self.execution, key, held };
                oauth::works(&self.inner.env, of).await?;
            }
        }
        Ok(())
    }
}
