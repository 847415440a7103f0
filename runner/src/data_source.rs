//! Performs data sources, while somebody configures an instance.
//!
//! There is no execution: nothing is journalled, and what the code logs goes nowhere.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use components::{DataSource, Files, Inputs, Named, Pieces, RunInfo, States, StepError};
use domain::Whom;
use domain::component::Version;
use domain::instance::wizard::{Call, DataSources};
use flow::{Blob, Map, Value};
use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use crate::CATALOG;
use crate::bundle;
use crate::runner::Inner;
use crate::tokens::{Tokens, secrets};

/// How long somebody waits for a page.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Bytes of a result, as JSON.
const RESULT_BYTES_MAX: usize = 2 << 20;

/// Data sources that a node performs at the same time.
const AT_ONCE_MAX: usize = 16;

/// Performs data sources for as long as the runner is there.
pub fn performer(inner: Weak<Inner>) -> DataSources {
    let places = Arc::new(Semaphore::new(AT_ONCE_MAX));
    Box::new(move |call| {
        let (inner, places) = (inner.clone(), places.clone());
        Box::pin(async move {
            let performed = tokio::time::timeout(TIME_LIMIT, async {
                let _place = places.acquire().await.map_err(|error| error.to_string())?;
                let inner = inner.upgrade().ok_or("The server is stopping.")?;
                perform(&inner, call).await
            });
            let seconds = TIME_LIMIT.as_secs();
            let late = |_| Err(format!("The data source took longer than {seconds} seconds."));
            performed.await.unwrap_or_else(late)
        })
    })
}

async fn perform(inner: &Inner, call: Call) -> Result<Value, String> {
    if let Some(version) = call.version.clone() {
        return published(inner, &version, call).await;
    }
    let found = CATALOG.component(&call.component);
    let found = found.and_then(|it| it.data_sources.iter().find(|it| it.key == call.key));
    let Some(source) = found else {
        let Call { component, key, .. } = &call;
        return Err(format!("The component \"{component}\" has no data source \"{key}\" here."));
    };
    let hidden = secrets(&call.definition, &call.published, &call.shared, &call.config_vars);
    let tokens = Tokens::hiding(hidden.iter().chain(&call.secrets).cloned());
    let inputs = with_defaults(source, &call.inputs);
    let mut run = run_of(inner, call);
    let performed = (source.perform)(&mut run, &inputs).await;
    let output = performed.map_err(|error| tokens.hide_in(error.to_string()))?;
    shown(&tokens, &output.result)
}

async fn published(inner: &Inner, version: &Version, call: Call) -> Result<Value, String> {
    let hidden = secrets(&call.definition, &call.published, &call.shared, &call.config_vars);
    let tokens = Tokens::hiding(hidden.iter().chain(&call.secrets).cloned());
    let key = call.key.clone();
    let mut inputs = Inputs(call.inputs.clone());
    let known = version.component.data_source(&key).map(|source| source.inputs.as_slice());
    for input in known.unwrap_or_default() {
        if let Some(default) = input.default_value()
            && inputs.get(&input.key).is_none()
        {
            let text = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            inputs.0.insert(input.key.as_str().into(), text.into());
        }
    }
    let run = run_of(inner, call);
    let found = bundle::data_source(&inner.host, version, &key, &run, &inputs).await;
    let found = found.map_err(|error| tokens.hide_in(error.to_string()))?;
    shown(&tokens, &found)
}

/// A result without secrets, if it is not too long.
fn shown(tokens: &Tokens, found: &Value) -> Result<Value, String> {
    let result = tokens.hide(found).into_owned();
    let length = result.to_json().len();
    if length > RESULT_BYTES_MAX {
        return Err(format!(
            "The result of a data source has at most {RESULT_BYTES_MAX} bytes, not {length}."
        ));
    }
    Ok(result)
}

fn with_defaults(source: &DataSource, given: &Map) -> Inputs {
    let mut inputs = Inputs(given.clone());
    for input in source.inputs.iter().filter(|input| !input.default.is_empty()) {
        if inputs.get(input.key).is_none() {
            inputs.0.insert(input.key.into(), input.default.into());
        }
    }
    inputs
}

fn run_of(inner: &Inner, call: Call) -> components::Run {
    let info = RunInfo {
        customer: named(call.customer),
        instance: named(call.instance),
        integration: named(call.integration),
        user: named(call.user),
        started_at: inner.env.now().to_iso(),
        ..RunInfo::default()
    };
    components::Run {
        info: Arc::new(info),
        services: inner.services.clone(),
        states: States::default(),
        config_vars: Arc::new(call.config_vars),
        logs: Vec::new(),
        idempotency_key: String::new(),
        attempt: 0,
        files: Arc::new(NoFiles),
        holds_blobs: false,
        step_results: Map::new(),
    }
}

fn named(whom: Whom) -> Named {
    Named { id: whom.id, name: whom.name, external_id: whom.external_id }
}

/// Without an execution there is nothing that files could belong to.
struct NoFiles;

const NO_FILES: &str = "A data source keeps no files.";

#[async_trait]
impl Files for NoFiles {
    async fn keep(&self, _: Pieces<'_>) -> Result<Blob, StepError> {
        Err(StepError::new(NO_FILES))
    }

    fn open(&self, _: &Blob) -> Pieces<'static> {
        stream::once(async { Err(std::io::Error::other(NO_FILES)) }).boxed()
    }
}
