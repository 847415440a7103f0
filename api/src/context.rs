//! Who asks, and with what: everything a resolver may use.

use std::sync::Arc;

use domain::{Env, Viewer};

use crate::ApiError;
use crate::graphql::Arguments;
use crate::loader::{Key, Loaders};

/// What one request runs with.
pub struct Context {
    pub env: Arc<Env>,
    pub viewer: Viewer,
}

/// One field being answered: the request it belongs to, and its arguments.
#[derive(Clone)]
pub struct Ask {
    pub context: Arc<Context>,
    pub args: Arguments,
    loaders: Arc<Loaders>,
}

impl Ask {
    pub fn new(loaders: Arc<Loaders>, args: Arguments) -> Self {
        Self { context: loaders.context.clone(), args, loaders }
    }

    pub fn env(&self) -> &Env {
        &self.context.env
    }

    pub fn viewer(&self) -> &Viewer {
        &self.context.viewer
    }

    /// Loads together with everything else of its kind that is asked for at this moment.
    pub async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>, ApiError> {
        self.loaders.load(key).await
    }

    /// The same request, for a field that has no arguments.
    pub fn without_arguments(&self) -> Self {
        Self { args: Arguments::default(), ..self.clone() }
    }

    /// What was loaded before a write must not be seen after it.
    pub fn forget(&self) {
        self.loaders.clear();
    }
}
