//! One process of Node.

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use components::{LogLine, StepError};
use egress::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::HostOptions;
use super::find::{APART, Node};
use super::network::Gate;
use super::unpack::Package;
use super::wire::{Answer, FRAME_BYTES_MAX};

/// Memory beyond the heap: buffers, code, the program itself.
const BESIDE_HEAP_MEBIBYTES: u64 = 256;

/// How often the memory of a process is looked at while it works.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Characters that the name of a socket may have.
const SOCKET_PATH_MAX: usize = 107;

/// Tells sockets apart.
static SOCKETS: AtomicU64 = AtomicU64::new(0);

/// A process; dropping it kills it.
pub struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    gate: Gate,
    memory_bytes_max: u64,
    pub calls: u32,
}

impl Worker {
    pub fn start(
        node: &Node,
        options: &HostOptions,
        package: &Package,
        egress: Client,
    ) -> anyhow::Result<Self> {
        let name = format!("{}-{}", std::process::id(), SOCKETS.fetch_add(1, Ordering::Relaxed));
        let path = package.sockets.join(name);
        ensure!(path.as_os_str().len() <= SOCKET_PATH_MAX, "the data folder's path is too long");
        let gate = Gate::open(path, egress).context("opening a socket")?;
        let heap = options.heap_mebibytes;
        let readable = format!("--allow-fs-read={}/*", package.folder.display());
        let mut child = Command::new(&node.apart)
            .args(APART)
            .arg(&node.program)
            .args([node.permission_flag, &readable])
            .arg(format!("--allow-fs-read={}", package.host.display()))
            .args(["--no-warnings", "--no-addons"])
            .arg(format!("--max-old-space-size={heap}"))
            .arg(&package.host)
            .arg(package.folder.join("index.js"))
            .arg(gate.path())
            .env_clear()
            .current_dir(&package.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting Node")?;
        let input = child.stdin.take().context("a process without pipes")?;
        let output = child.stdout.take().context("a process without pipes")?;
        let memory_bytes_max = (heap as u64 + BESIDE_HEAP_MEBIBYTES) << 20;
        Ok(Self { child, input, output, gate, memory_bytes_max, calls: 0 })
    }

    /// The worker, unless something ended it while it was idle.
    pub fn alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// Connections of the last call that were refused.
    pub fn refusals(&self) -> Vec<LogLine> {
        self.gate.refusals()
    }

    /// Hands over a call and waits for its answer.
    pub async fn call(&mut self, frame: &[u8]) -> Result<Answer, StepError> {
        self.calls += 1;
        let id = self.child.id();
        let most = self.memory_bytes_max;
        let exchange = async {
            self.input.write_all(frame).await?;
            let length = usize::try_from(self.output.read_u32().await?).unwrap_or(usize::MAX);
            if length > FRAME_BYTES_MAX {
                return Ok(None);
            }
            let mut answer = vec![0; length];
            self.output.read_exact(&mut answer).await?;
            Ok::<_, std::io::Error>(Some(answer))
        };
        let answer = tokio::select! {
            answer = exchange => answer,
            () = outgrows(id, most) => return Err(too_much_memory()),
        };
        match answer {
            Ok(Some(answer)) => Answer::decode(&answer),
            Ok(None) => {
                Err(StepError::new(format!("A result has at most {FRAME_BYTES_MAX} bytes.")))
            }
            Err(_) => Err(too_much_memory()),
        }
    }
}

fn too_much_memory() -> StepError {
    StepError::new("The component needed too much memory, or crashed, and was stopped.")
}

/// Ends when the process has more memory than it may.
async fn outgrows(process: Option<u32>, most: u64) {
    let Some(process) = process else { return std::future::pending().await };
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let status = tokio::fs::read_to_string(format!("/proc/{process}/status")).await;
        let status = status.unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
        if resident.is_some_and(|kibibytes: u64| kibibytes << 10 > most) {
            return;
        }
    }
}
