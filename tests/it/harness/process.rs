//! The real program in a process of its own, for stories in which it dies.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use entity::{Db, DbUrl};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use super::{User, app, database, eventually, program, text};

/// `marquetry serve` on a folder that outlives the process.
pub struct TestProcess {
    child: Option<Child>,
    folder: TempDir,
    address: String,
    database_url: Option<String>,
}

impl TestProcess {
    /// Starts it and waits until it answers.
    pub async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut process = Self {
            child: None,
            folder: tempfile::tempdir().unwrap(),
            address: free.to_string(),
            database_url: database::fresh().await,
        };
        process.restart().await;
        process
    }

    /// Starts it again at the same address, on what the last one left.
    pub async fn restart(&mut self) {
        let log = std::fs::File::create(self.log_path()).unwrap();
        let child = self
            .command(&["serve", "--listen", &self.address])
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        self.child = Some(child);
        let (client, health) = (app::client(), format!("{}/health", self.url()));
        eventually("the program answers", async || {
            let child = self.child.as_mut().expect("it was started");
            if let Some(status) = child.try_wait().unwrap() {
                panic!("it ended with {status}: {}", self.log());
            }
            client.get(&health).send().await.ok()
        })
        .await;
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// On PostgreSQL, where other servers may come and go.
    pub fn shares_its_database(&self) -> bool {
        self.database_url.is_some()
    }

    /// What the system calls it.
    pub fn id(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("it runs")
    }

    /// Bytes of memory it has in use at the moment.
    pub fn resident_bytes(&self) -> u64 {
        let id = self.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Where it keeps what is too large for a row.
    pub fn payloads(&self) -> PathBuf {
        self.folder.path().join("payloads")
    }

    /// Where its data lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its database, also while it does not run.
    pub async fn database(&self) -> Db {
        let url = self.database_url.as_ref().map(|url| url.parse().unwrap());
        Db::connect(&url.unwrap_or_else(|| DbUrl::in_folder(self.folder()))).await.unwrap()
    }

    /// `kill -9`: no chance to tidy up.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().await.unwrap();
    }

    /// `SIGTERM`; returns whether it ended well.
    pub async fn terminate(&mut self) -> bool {
        let mut child = self.child.take().expect("it runs");
        let id = child.id().expect("it runs").to_string();
        let sent = Command::new("kill").arg(id).status().await.unwrap();
        assert!(sent.success());
        child.wait().await.unwrap().success()
    }

    /// Runs another command on the same folder.
    pub async fn run(&self, arguments: &[&str]) -> std::process::Output {
        self.command(arguments).stdin(Stdio::null()).output().await.unwrap()
    }

    /// As above, with something to read.
    pub async fn run_with(&self, arguments: &[&str], input: &str) -> std::process::Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().expect("it was piped");
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }

    /// The owner, as `init` makes one.
    pub async fn init(&self) -> User {
        let output = self.run(&["init", "--organization", "Acme", "--email", "a@acme.test"]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let token = text(&printed, "/accessToken");
        User::new(app::client(), self.url(), "a@acme.test".to_owned(), Some(token))
    }

    /// Puts another master key in the place of its own.
    pub fn replace_master_key(&self) {
        self.write("master.key", &"ab".repeat(32));
    }

    /// The text of the file with its master key.
    pub fn master_key(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("master.key")).unwrap()
    }

    /// Writes a file into its folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// What it wrote to its log since it was started last.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("stderr.log")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .arg("--data")
            .arg(self.folder.path())
            .env_clear()
            .env("MARQUETRY__EGRESS__ALLOW_PRIVATE", "true")
            .env("MARQUETRY__SERVER__STOP_PATIENCE_SECONDS", "10")
            .kill_on_drop(true);
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        command
    }
}
