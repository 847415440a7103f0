//! Callers that send the same request over and over, and what they saw.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::connection::{Connection, post};
use crate::server::Server;
use crate::setup::Flow;

/// How long the last runs may take to end.
const DRAIN_TIME_MAX: Duration = Duration::from_mins(1);

/// One kind of request.
pub struct Load {
    address: String,
    request: Arc<[u8]>,
    expected: u16,
}

/// What a workload showed.
pub struct Outcome {
    pub count: usize,
    pub elapsed: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.elapsed.as_secs_f64()
    }

    pub fn quantile_ms(&self, per_mille: usize) -> f64 {
        let place = (self.latencies.len().saturating_sub(1)) * per_mille / 1_000;
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

impl Load {
    pub fn get(address: &str, path: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
        Self { address: address.to_owned(), request: request.into_bytes().into(), expected: 200 }
    }

    pub fn post(address: &str, path: &str, body: &str, is_synchronous: bool) -> Self {
        let headers = format!("prismatic-synchronous: {is_synchronous}\r\n");
        let request = post(path, body, &headers).into();
        let expected = if is_synchronous { 303 } else { 200 };
        Self { address: address.to_owned(), request, expected }
    }

    pub fn query(server: &Server, document: &str) -> Self {
        let headers = format!("authorization: Bearer {}\r\n", server.token);
        let body = json!({ "query": document }).to_string();
        let request = post("/api", &body, &headers).into();
        Self { address: server.address.clone(), request, expected: 200 }
    }

    /// Lets so many callers send for so long, each waiting for its answer before it sends again.
    pub async fn run(&self, callers: usize, time: Duration) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        let until = started + time;
        let tasks: Vec<_> = (0..callers).map(|_| tokio::spawn(self.caller(until))).collect();
        let mut latencies = Vec::new();
        for task in tasks {
            latencies.extend(task.await??);
        }
        let elapsed = started.elapsed();
        latencies.sort_unstable();
        Ok(Outcome { count: latencies.len(), elapsed, latencies })
    }

    fn caller(
        &self,
        until: Instant,
    ) -> impl Future<Output = anyhow::Result<Vec<Duration>>> + Send + use<> {
        let (address, request, expected) =
            (self.address.clone(), self.request.clone(), self.expected);
        async move {
            let mut connection = Connection::open(&address).await?;
            let mut latencies = Vec::new();
            while Instant::now() < until {
                let sent = Instant::now();
                let response = connection.send(&request).await?;
                latencies.push(sent.elapsed());
                let body = || String::from_utf8_lossy(&response.body).into_owned();
                ensure!(response.status == expected, "{}: {}", response.status, body());
            }
            Ok(latencies)
        }
    }
}

/// Counts only runs that have ended, and the time until the last one has.
pub async fn runs_to_the_end(
    server: &Server,
    flow: &Flow,
    load: &Load,
    callers: usize,
    time: Duration,
) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let mut outcome = load.run(callers, time).await?;
    let drained = tokio::time::timeout(DRAIN_TIME_MAX, async {
        while ended(server, flow).await? < outcome.count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::Ok(())
    });
    drained.await.context("some runs did not end")??;
    outcome.elapsed = started.elapsed();
    let count = ended(server, flow).await?;
    ensure!(count == outcome.count, "{} answers, but {count} successful runs", outcome.count);
    Ok(outcome)
}

async fn ended(server: &Server, flow: &Flow) -> anyhow::Result<usize> {
    let document = "query ($instance: ID!) { executionResults(instance: $instance, \
        status: SUCCESS, first: 1) { totalCount } }";
    let data = server.query(document, json!({ "instance": flow.instance })).await?;
    let count = data["executionResults"]["totalCount"].as_u64().context("a count")?;
    Ok(usize::try_from(count)?)
}
