//! The table of figures.

use anyhow::ensure;

use crate::workload::Outcome;

pub struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    what: String,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Report {
    pub fn new() -> Self {
        Self { rows: Vec::new() }
    }

    pub fn add(&mut self, name: &'static str, what: &str, outcome: &Outcome) {
        self.rows.push(Row {
            name,
            what: what.to_owned(),
            per_second: outcome.per_second(),
            p50_ms: outcome.quantile_ms(500),
            p99_ms: outcome.quantile_ms(990),
        });
    }

    #[expect(clippy::print_stdout, reason = "the table is what this program is for")]
    pub fn print(&self, resident_kib: u64) {
        println!("{:<10}{:>10}{:>10}{:>10}{:>10}  what", "", "per s", "ratio", "p50 ms", "p99 ms");
        for row in &self.rows {
            let nothing = if row.name.starts_with("W1s") || row.name == "health-1" {
                "health-1"
            } else {
                "health"
            };
            let reference = self.rows.iter().find(|row| row.name == nothing);
            let ratio = reference.map_or(1.0, |reference| row.per_second / reference.per_second);
            println!(
                "{:<10}{:>10.0}{:>10.3}{:>10.2}{:>10.2}  {}",
                row.name, row.per_second, ratio, row.p50_ms, row.p99_ms, row.what
            );
        }
        println!("resident memory of the server: {} MiB", resident_kib / 1_024);
    }
}

/// Fails when a figure misses what the caller asked for.
pub fn check(
    runs: &Outcome,
    floor_runs_per_second: Option<f64>,
    waits: &Outcome,
    ceiling_p50_ms: Option<f64>,
) -> anyhow::Result<()> {
    let (rate, p50_ms) = (runs.per_second(), waits.quantile_ms(500));
    let is_fast = floor_runs_per_second.is_none_or(|floor| rate >= floor);
    ensure!(is_fast, "W1a: {rate:.0} runs/s is less than asked for");
    let is_prompt = ceiling_p50_ms.is_none_or(|ceiling| p50_ms <= ceiling);
    ensure!(is_prompt, "W1s: a median of {p50_ms:.2} ms is more than asked for");
    Ok(())
}
