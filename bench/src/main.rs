//! The workloads that count, against the real binary with its data on the real disk.
//!
//! Build first, then run: `cargo build --release --workspace && target/release/bench`. Every figure
//! is also given as a ratio to a request that does nothing (`GET /health`) in the same run, because
//! absolute times say more about the machine than about the server.

mod connection;
mod deliveries;
mod report;
mod schedules;
mod server;
mod setup;
mod sink;
mod workload;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::report::Report;
use crate::server::Server;
use crate::workload::Load;

/// Measures the server on this machine.
#[derive(Parser)]
struct Arguments {
    /// The program to measure; `marquetry` beside this one unless given.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Where to make a data folder; it must be on a real disk for durability to cost anything.
    #[arg(long, default_value = ".")]
    data: PathBuf,
    /// How long each workload runs.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections of the workloads with many callers.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How many endpoints hear of the event of W2, one in ten of which fails; 0 leaves it out.
    #[arg(long, default_value_t = 2_000)]
    endpoints: usize,
    /// How many schedules are due in the minute of W4; 0 leaves it out, since it takes minutes.
    #[arg(long, default_value_t = 10_000)]
    schedules: usize,
    /// Fail unless W1a reaches this many runs per second.
    #[arg(long)]
    floor_runs_per_second: Option<f64>,
    /// Fail unless the median of W1s stays below this many milliseconds.
    #[arg(long)]
    ceiling_p50_ms: Option<f64>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir_in(&arguments.data)?;
    let server = Server::start(arguments.program, folder.path()).await?;
    let time = Duration::from_secs(arguments.seconds);
    let flow = setup::deploy(&server).await?;
    let mut report = Report::new();

    let idle = Load::get(&server.address, "/health");
    let many = arguments.connections;
    report.add("health", "nothing, many callers", &idle.run(many, time).await?);
    report.add("health-1", "nothing, one caller", &idle.run(1, time / 2).await?);
    let asynchronous = Load::post(&server.address, &flow.path, setup::ORDER, false);
    let runs = workload::runs_to_the_end(&server, &flow, &asynchronous, many, time).await?;
    report.add("W1a", "webhook, 3 steps, results stored, many callers", &runs);
    let synchronous = Load::post(&server.address, &flow.path, setup::ORDER, true);
    let waits = synchronous.run(1, time).await?;
    report.add("W1s", "the same, synchronous, one caller", &waits);

    if arguments.endpoints > 0 {
        let delivered = deliveries::of_one_event(&server, arguments.endpoints).await?;
        let what = "event webhooks, one in ten fails, one hangs; ms: from the change";
        report.add("W2", what, &delivered);
    }
    if arguments.schedules > 0 {
        let minute = schedules::in_one_minute(&server, arguments.schedules).await?;
        let what = format!(
            "schedules of one minute, {} twice, queued after {} ms; ms: the API meanwhile",
            minute.duplicates,
            minute.queued_after.num_milliseconds(),
        );
        report.add("W4", &what, &minute.outcome);
    }

    report.print(server.resident_kib()?);
    server.stop().await?;
    report::check(&runs, arguments.floor_runs_per_second, &waits, arguments.ceiling_p50_ms)
}
