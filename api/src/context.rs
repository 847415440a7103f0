//! Who asks, and with what: everything a resolver may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{Env, Viewer};

use crate::ApiError;
use crate::graphql::Arguments;
use crate::loader::{Key, Loaders};

/// Rows of lists that one request may load: pages are bounded, but lists within lists multiply.
const LISTED_ROWS_MAX: usize = 100_000;

/// What one request runs with.
pub struct Context {
    pub env: Arc<Env>,
    pub viewer: Viewer,
    listed: AtomicUsize,
}

impl Context {
    pub fn new(env: Arc<Env>, viewer: Viewer) -> Self {
        Self { env, viewer, listed: AtomicUsize::new(0) }
    }

    /// Counts rows of lists, and refuses to go on when there are too many.
    pub fn count_rows(&self, rows: usize) -> Result<(), ApiError> {
        if self.listed.fetch_add(rows, Ordering::Relaxed) + rows <= LISTED_ROWS_MAX {
            return Ok(());
        }
        let limit = format!("A request may list {LISTED_ROWS_MAX} rows; ask for smaller pages.");
        Err(ApiError::LimitReached(limit))
    }
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
