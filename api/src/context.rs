//! Who asks, and with what: everything a resolver may use.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Env, Viewer};

use crate::ApiError;
use crate::graphql::Arguments;
use crate::loader::{Key, Loaders};

/// Rows of lists that one request may load: pages are bounded, but lists within lists multiply.
const LISTED_ROWS_MAX: usize = 100_000;

/// Something that did not stop a mutation, but will stop a later one; under `problems` in the
/// extensions of the answer.
pub type Remark = async_graphql::Value;

/// What one request runs with.
pub struct Context {
    pub env: Arc<Env>,
    pub viewer: Viewer,
    listed: AtomicUsize,
    remarks: Mutex<Vec<Remark>>,
}

impl Context {
    pub fn new(env: Arc<Env>, viewer: Viewer) -> Self {
        Self { env, viewer, listed: AtomicUsize::new(0), remarks: Mutex::default() }
    }

    /// Takes what was remarked so far.
    pub fn take_remarks(&self) -> Vec<Remark> {
        let mut remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *remarks)
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

    /// Tells the client something beside the answer.
    pub fn remark(&self, remarks: impl IntoIterator<Item = Remark>) {
        let known = &self.context.remarks;
        known.lock().unwrap_or_else(PoisonError::into_inner).extend(remarks);
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
