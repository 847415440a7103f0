//! What this machine has to run code of components with.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::apart::{Apart, Given};

/// The oldest version that will do.
const MAJOR_MIN: u32 = 20;

/// Since this version the permission model has its final name.
const PERMISSION_MAJOR: u32 = 24;

/// Longest that a trial takes on a machine that is busy.
const TRIAL_TIME: Duration = Duration::from_secs(30);

/// Memory of a trial.
const TRIAL_MEBIBYTES: u64 = 256;

/// Node, and what keeps it apart.
#[derive(Clone, Debug)]
pub struct Node {
    pub program: PathBuf,
    /// Of util-linux.
    pub unshare: PathBuf,
    pub shell: PathBuf,
    /// Where the shell finds programs.
    pub search_path: String,
    pub permission_flag: &'static str,
}

impl Node {
    /// Looks for `node`, or takes the program that is given, and tries whether it can be
    /// kept apart. The text says what is missing.
    pub async fn find(given: Option<&Path>, search_path: &str) -> Result<Self, String> {
        let find = |name: &str| {
            let folders = search_path.split(':').filter(|folder| !folder.is_empty());
            folders.map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
        };
        let program = given.map(Path::to_owned).or_else(|| find("node")).ok_or_else(|| {
            format!(
                "Components run in Node {MAJOR_MIN} or newer, and there is none on this machine: \
                 install it, or set components.node_program."
            )
        })?;
        let shown = program.display();
        let printed = output(Command::new(&program).arg("--version")).await;
        let version = printed.unwrap_or_default();
        let major = version.trim().trim_start_matches('v').split('.').next();
        let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or_default();
        if major < MAJOR_MIN {
            let version = version.trim();
            return Err(format!(
                "Components run in Node {MAJOR_MIN} or newer; {shown} says it is {version:?}."
            ));
        }
        let tool = |name: &str| find(name).ok_or_else(|| missing(&format!("There is no {name}.")));
        let permission_flag =
            if major < PERMISSION_MAJOR { "--experimental-permission" } else { "--permission" };
        let (unshare, shell) = (tool("unshare")?, tool("sh")?);
        let search_path = search_path.to_owned();
        let node = Self { program, unshare, shell, search_path, permission_flag };
        node.attempt(&version).await.map_err(|reason| missing(&reason))?;
        Ok(node)
    }

    /// Starts it as it is started for components: it has to say the same of itself. The error is
    /// what the system said.
    async fn attempt(&self, version: &str) -> Result<(), String> {
        let given = Given { memory_mebibytes: TRIAL_MEBIBYTES, ..Given::default() };
        let started = Apart::start(self, given, &["--version"]);
        let mut trial = started.map_err(|error| format!("{error:#}"))?;
        let mut printed = vec![0; version.len()];
        let read = timeout(TRIAL_TIME, trial.read(&mut printed)).await;
        if matches!(read, Ok(Ok(()))) && printed == version.as_bytes() {
            return Ok(());
        }
        Err(trial.complaint().unwrap_or_else(|| "Node does not start there.".to_owned()))
    }
}

fn missing(reason: &str) -> String {
    format!(
        "Components run where nothing of this machine can be seen: that takes unshare and mount \
         of util-linux, sh, and a system that allows user namespaces, and mounts in them. {reason}"
    )
}

async fn output(command: &mut Command) -> Option<String> {
    let done =
        command.env_clear().stdin(Stdio::null()).stderr(Stdio::null()).output().await.ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}
