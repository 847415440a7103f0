//! What is performed by code that runs somewhere else.

use async_trait::async_trait;
use flow::Map;

use super::{Output, TriggerOutput};
use crate::{Inputs, Run, StepError};

/// An action whose code runs elsewhere.
#[async_trait]
pub trait Hosted: Send + Sync {
    async fn perform(&self, run: &mut Run, inputs: &Inputs) -> Result<Output, StepError>;
}

/// A trigger whose code runs elsewhere.
#[async_trait]
pub trait HostedTrigger: Send + Sync {
    async fn perform(
        &self,
        run: &mut Run,
        payload: Map,
        inputs: &Inputs,
    ) -> Result<TriggerOutput, StepError>;
}
