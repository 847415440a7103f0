//! Batches: what many fields of a request need at the same moment is asked for in one statement.
//!
//! A batch is closed when every field that can run has run, not after a delay: resolvers of one
//! request share a task, so giving way once lets all of them add their keys. Hence the number of
//! statements does not depend on timing. Loaders live as long as their request, and hold its
//! viewer: batches never mix viewers.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use crate::ApiError;
use crate::context::Context;

/// Something that is loaded in batches.
pub trait Key: Clone + Eq + Hash + Send + Sync + 'static {
    type Value: Clone + Send + Sync + 'static;

    /// Loads many at once; keys without a value are left out.
    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>>;
}

/// The batches of one request.
pub struct Loaders {
    pub context: Arc<Context>,
    slots: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

type Outcome<K> = Result<Arc<HashMap<K, <K as Key>::Value>>, ApiError>;
type Batch<K> = Shared<BoxFuture<'static, Outcome<K>>>;
/// Keys of a batch that still takes some.
type Open<K> = Arc<Mutex<Option<Vec<K>>>>;

struct Slot<K: Key> {
    open: Option<(Open<K>, Batch<K>)>,
    known: HashMap<K, Batch<K>>,
}

impl Loaders {
    pub fn new(context: Context) -> Self {
        Self { context: Arc::new(context), slots: Mutex::default() }
    }

    pub async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>, ApiError> {
        let batch = self.join(&key);
        if batch.peek().is_none() {
            give_way().await;
        }
        Ok(batch.await?.get(&key).cloned())
    }

    /// Forgets what was loaded.
    pub fn clear(&self) {
        lock(&self.slots).clear();
    }

    fn join<K: Key>(&self, key: &K) -> Batch<K> {
        let mut slots = lock(&self.slots);
        let slot = slots
            .entry(TypeId::of::<K>())
            .or_insert_with(|| Box::new(Slot::<K> { open: None, known: HashMap::new() }))
            .downcast_mut::<Slot<K>>()
            .expect("a slot is filed under the type of its keys");
        if let Some(batch) = slot.known.get(key) {
            return batch.clone();
        }
        let joined = slot.open.as_ref().and_then(|(keys, batch)| {
            lock(keys).as_mut()?.push(key.clone());
            Some(batch.clone())
        });
        let batch = joined.unwrap_or_else(|| {
            let keys = Arc::new(Mutex::new(Some(vec![key.clone()])));
            let batch = run(keys.clone(), self.context.clone()).boxed().shared();
            slot.open = Some((keys, batch.clone()));
            batch
        });
        slot.known.insert(key.clone(), batch.clone());
        batch
    }
}

async fn run<K: Key>(keys: Open<K>, context: Arc<Context>) -> Outcome<K> {
    let keys = lock(&keys).take().unwrap_or_default();
    K::load(keys, context).await.map(Arc::new)
}

/// Lets everything else that is ready run first. Each caller waits for itself: a batch that waited
/// would be driven on by the second caller before the third has come.
async fn give_way() {
    let mut waited = false;
    std::future::poll_fn(|task| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A panic elsewhere leaves these maps whole: nothing in them is half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
