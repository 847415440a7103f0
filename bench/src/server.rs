//! The server under test, as its own process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::connection::{Connection, post};

/// How long the server may take to come up.
const START_TIME_MAX: Duration = Duration::from_secs(20);

pub struct Server {
    pub address: String,
    pub token: String,
    process: Child,
}

impl Server {
    /// Makes an installation in the folder and serves it on a free port.
    pub async fn start(program: Option<PathBuf>, folder: &Path) -> anyhow::Result<Self> {
        let program = match program {
            Some(program) => program,
            None => std::env::current_exe()?.with_file_name("marquetry"),
        };
        let init = ["init", "--organization", "Bench", "--email", "bench@example.com"];
        let output = Command::new(&program).args(init).arg("--data").arg(folder).output().await?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let made: Value = serde_json::from_slice(&output.stdout)?;
        let token = made["accessToken"].as_str().context("init prints a token")?.to_owned();
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let process = Command::new(&program)
            .args(["serve", "--listen", &address])
            .arg("--data")
            .arg(folder)
            .env("RUST_LOG", "warn")
            // The receivers of W2 are on this machine.
            .env("MARQUETRY__EGRESS__ALLOW_PRIVATE", "true")
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .context("starting the server")?;
        let server = Self { address, token, process };
        tokio::time::timeout(START_TIME_MAX, server.ready()).await.context("starting")?;
        Ok(server)
    }

    /// The `data` of a GraphQL answer.
    pub async fn query(&self, document: &str, variables: Value) -> anyhow::Result<Value> {
        let body = serde_json::json!({ "query": document, "variables": variables }).to_string();
        let headers = format!("authorization: Bearer {}\r\n", self.token);
        let mut connection = Connection::open(&self.address).await?;
        let response = connection.send(&post("/api", &body, &headers)).await?;
        let answer: Value = serde_json::from_slice(&response.body)?;
        ensure!(answer["errors"].is_null(), "{}", answer["errors"]);
        Ok(answer["data"].clone())
    }

    /// Memory the process holds.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let id = self.process.id().context("the server has stopped")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.context("no VmRSS")?.parse().context("VmRSS")
    }

    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.process.kill().await.context("stopping the server")
    }

    async fn ready(&self) {
        loop {
            if Connection::open(&self.address).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
