//! A run without a server, for the unit tests of components.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use flow::{Blob, Map, Value};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Action, Catalog, Clock, DataSourceOutput, Files, Inputs, Native, Output, Perform,
    PerformTrigger, Pieces, Randomness, Refusal, Run, Script, ScriptOutput, Scripts, Services,
    States, StepError, TriggerOutput,
};

/// 2026-03-01T12:00:00Z.
pub const NOW_MICROS: i64 = 1_772_366_400_000_000;

/// A clock that stands still; sleeping is only written down.
#[derive(Default)]
pub struct FakeClock {
    pub slept: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Clock for FakeClock {
    fn now_micros(&self) -> i64 {
        NOW_MICROS
    }

    async fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration);
    }
}

/// Draws that are the same in every test.
#[derive(Default)]
pub struct FakeRandomness(AtomicU64);

impl Randomness for FakeRandomness {
    fn draw(&self) -> u128 {
        use sha2::{Digest, Sha256};
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::digest(count.to_be_bytes());
        u128::from_be_bytes(digest[..16].try_into().unwrap())
    }
}

/// Writes down each call and answers with what the test prepared.
#[derive(Default)]
pub struct FakeScripts {
    pub called: Mutex<Vec<Script>>,
    pub answer: Mutex<ScriptOutput>,
}

impl FakeScripts {
    pub fn answer(&self, output: ScriptOutput) {
        *self.answer.lock().unwrap() = output;
    }

    /// The script returns this, and leaves nothing else.
    pub fn returns(&self, value: Option<Value>) {
        self.answer(ScriptOutput { returned: Some(Ok(value)), ..ScriptOutput::default() });
    }
}

#[async_trait]
impl Scripts for FakeScripts {
    async fn run(&self, script: Script) -> Result<ScriptOutput, StepError> {
        self.called.lock().unwrap().push(script);
        Ok(self.answer.lock().unwrap().clone())
    }

    async fn native(&self, native: Native) -> Result<Value, StepError> {
        native.work.perform(&native.argument)
    }
}

/// Keeps files in memory, by their number.
#[derive(Clone, Default)]
pub struct FakeFiles(Arc<Mutex<Vec<Bytes>>>);

#[async_trait]
impl Files for FakeFiles {
    async fn keep(&self, mut pieces: Pieces<'_>) -> Result<Blob, StepError> {
        let mut file = BytesMut::new();
        while let Some(piece) = pieces.try_next().await.map_err(|_| StepError::new("cut"))? {
            file.extend_from_slice(&piece);
        }
        let mut files = self.0.lock().unwrap();
        let blob = Blob { key: files.len().to_string().into(), length: file.len() as u64 };
        files.push(file.freeze());
        Ok(blob)
    }

    fn open(&self, blob: &Blob) -> Pieces<'static> {
        let file = self.0.lock().unwrap()[blob.key.parse::<usize>().unwrap()].clone();
        stream::once(async { Ok(file) }).boxed()
    }
}

/// A run and its stand-ins.
pub struct Stage {
    pub run: Run,
    pub clock: Arc<FakeClock>,
    pub scripts: Arc<FakeScripts>,
    catalog: Catalog,
}

impl Stage {
    pub fn new() -> Self {
        let clock = Arc::new(FakeClock::default());
        let scripts = Arc::new(FakeScripts::default());
        let policy = egress::Policy { allow_private: true, ..egress::Policy::default() };
        let services = Services {
            egress: egress::Client::new(policy).unwrap(),
            scripts: scripts.clone(),
            clock: clock.clone(),
            randomness: Arc::new(FakeRandomness::default()),
            state_bytes_max: crate::STATE_BYTES_MAX,
        };
        let run = Run {
            info: Arc::default(),
            services: Arc::new(services),
            states: States::default(),
            config_vars: Arc::default(),
            logs: Vec::new(),
            idempotency_key: "execution/loop[0]/step".to_owned(),
            attempt: 0,
            files: Arc::new(FakeFiles::default()),
            holds_blobs: false,
            step_results: Map::new(),
        };
        Self { run, clock, scripts, catalog: Catalog::default() }
    }

    /// Performs an action with inputs given as JSON.
    pub async fn perform(
        &mut self,
        component: &str,
        action: &str,
        inputs: serde_json::Value,
    ) -> Result<Output, StepError> {
        self.perform_with(component, action, &read(inputs)).await
    }

    /// Performs an action with inputs that JSON cannot say.
    pub async fn perform_with(
        &mut self,
        component: &str,
        action: &str,
        inputs: &Inputs,
    ) -> Result<Output, StepError> {
        match &self.action(component, action).perform {
            Perform::Pure(perform) => perform(inputs),
            Perform::WithRun(perform) => perform(&mut self.run, inputs),
            Perform::Waiting(perform) => perform(&mut self.run, inputs).await,
            Perform::Hosted(_) | Perform::Loop(_) | Perform::BreakLoop => {
                unreachable!("the runner does this")
            }
        }
    }

    /// Like [`Self::perform`] for an action whose data is all that matters.
    pub async fn data(
        &mut self,
        component: &str,
        action: &str,
        inputs: serde_json::Value,
    ) -> Result<Option<serde_json::Value>, String> {
        let output = self.perform(component, action, inputs).await;
        let json = |data: Value| serde_json::to_value(data).unwrap();
        output.map(|output| output.data.map(json)).map_err(|error| error.message)
    }

    pub async fn fire(
        &mut self,
        component: &str,
        trigger: &str,
        payload: serde_json::Value,
        inputs: serde_json::Value,
    ) -> Result<TriggerOutput, StepError> {
        let trigger = self.catalog.trigger(component, trigger).unwrap();
        let payload = Value::from(payload).as_object().cloned().unwrap();
        let inputs = read(inputs);
        match trigger.perform {
            PerformTrigger::Quick(perform) => perform(&mut self.run, payload, &inputs),
            PerformTrigger::Waiting(perform) => perform(&mut self.run, payload, &inputs).await,
            PerformTrigger::Hosted(_) => unreachable!("the catalogue has none"),
        }
    }

    pub async fn fetch(
        &mut self,
        component: &str,
        source: &str,
        inputs: serde_json::Value,
    ) -> Result<DataSourceOutput, StepError> {
        let source = self.catalog.data_source(component, source).unwrap();
        (source.perform)(&mut self.run, &read(inputs)).await
    }

    fn action(&self, component: &str, action: &str) -> &Action {
        self.catalog.action(component, action).unwrap_or_else(|| panic!("no {component}.{action}"))
    }
}

/// Asks the guard of a trigger.
pub fn guard(
    component: &str,
    trigger: &str,
    payload: serde_json::Value,
    inputs: serde_json::Value,
) -> Result<(), Refusal> {
    let catalog = Catalog::default();
    let guard = catalog.trigger(component, trigger).unwrap().guard.unwrap();
    guard(Value::from(payload).as_object().unwrap(), &read(inputs))
}

/// Performs each action on its own and compares its data, or its error message, as JSON.
pub async fn check(
    component: &str,
    cases: impl IntoIterator<Item = (&str, serde_json::Value, serde_json::Value)>,
) {
    let mut stage = Stage::new();
    for (action, inputs, expected) in cases {
        let found = match stage.data(component, action, inputs.clone()).await {
            Ok(data) => data.unwrap_or_default(),
            Err(message) => serde_json::json!({ "error": message }),
        };
        assert_eq!(found, expected, "{action} with {inputs}");
    }
}

fn read(inputs: serde_json::Value) -> Inputs {
    Inputs(Value::from(inputs).as_object().cloned().unwrap())
}

/// A service on this machine; gives its URL.
pub async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Gives the run an instance with these flows, the first being its own. Their URLs answer with what
/// they were sent.
pub async fn flows(stage: &mut Stage, names: &[&str]) {
    use axum::http::HeaderMap;
    const SHOWN: [&str; 6] = [
        "content-type",
        "prismatic-invoked-by",
        "prismatic-invoke-type",
        "prismatic-synchronous",
        "api-key",
        "idempotency-key",
    ];
    let echo = |headers: HeaderMap, body: String| async move {
        let header = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let shown = SHOWN.iter().map(|name| ((*name).to_owned(), header(*name).into()));
        let body = ("body".to_owned(), serde_json::Value::from(body));
        axum::Json(serde_json::Value::Object(shown.chain([body]).collect()))
    };
    let url = serve(axum::Router::new().fallback(echo)).await;
    let each = |value: Value| names.iter().map(|name| ((*name).into(), value.clone())).collect();
    stage.run.info = Arc::new(crate::RunInfo {
        execution_id: "e1".to_owned(),
        started_at: "2026-03-01T12:00:00.000Z".to_owned(),
        flow: crate::Named { name: names[0].to_owned(), ..crate::Named::default() },
        flow_urls: each(url.into()),
        webhook_api_keys: each(vec!["k1", "k2"].into()),
        ..crate::RunInfo::default()
    });
}
