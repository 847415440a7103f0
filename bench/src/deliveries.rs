//! One event that many endpoints want to hear of, of which some fail and one hangs.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;

use crate::server::Server;
use crate::setup;
use crate::sink::{FAILING, HANGING, Sink};
use crate::workload::Outcome;

/// One in so many endpoints fails.
const FAILING_SHARE: usize = 10;

/// How long the last delivery may take.
const DELIVERY_TIME_MAX: Duration = Duration::from_mins(5);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Deliveries that arrived where somebody answers, and how long after the change each did.
pub async fn of_one_event(server: &Server, endpoints: usize) -> anyhow::Result<Outcome> {
    let sink = Sink::start().await?;
    let mut expected = 0;
    for number in 0..endpoints {
        let path = match number {
            0 => HANGING.to_owned(),
            _ if number % FAILING_SHARE == 0 => format!("{FAILING}/{number}"),
            _ => format!("/{number}"),
        };
        expected += usize::from(!path.starts_with(HANGING) && !path.starts_with(FAILING));
        subscribe(server, number, &format!("http://{}{path}", sink.address)).await?;
    }
    let began = Instant::now();
    setup::customer(server, "Umbrella").await?;
    let arriving = tokio::time::timeout(DELIVERY_TIME_MAX, async {
        loop {
            let arrivals = sink.arrivals();
            if arrivals.len() == expected {
                return arrivals;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    });
    let arrivals = arriving.await.context("some deliveries did not arrive")?;
    let mut latencies: Vec<_> =
        arrivals.into_iter().map(|at| at.saturating_duration_since(began)).collect();
    latencies.sort_unstable();
    let elapsed = latencies.last().copied().unwrap_or_default();
    Ok(Outcome { count: expected, elapsed, latencies })
}

async fn subscribe(server: &Server, number: usize, url: &str) -> anyhow::Result<()> {
    let document = "mutation ($name: String!, $url: String!) { createWebhookEndpoint(input: { \
        name: $name, url: $url, eventTypes: [\"customer.created\"], secret: \"bench-secret\" }) { \
        webhookEndpoint { id } errors { field messages } } }";
    let variables = json!({ "name": format!("Endpoint {number}"), "url": url });
    setup::change(server, document, "createWebhookEndpoint", variables).await?;
    Ok(())
}
