//! One process of Node.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, ensure};
use components::{LogLine, StepError};
use egress::Client;

use super::HostOptions;
use super::apart::{Apart, Given};
use super::find::Node;
use super::network::Gate;
use super::unpack::Package;
use super::wire::{Answer, FRAME_BYTES_MAX};

/// Memory beyond the heap: buffers, code, the program itself.
const BESIDE_HEAP_MEBIBYTES: u64 = 256;

/// Characters that the name of a socket may have.
const SOCKET_PATH_MAX: usize = 107;

/// Tells sockets apart.
static SOCKETS: AtomicU64 = AtomicU64::new(0);

/// A process; dropping it kills it.
pub struct Worker {
    process: Apart,
    gate: Gate,
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
        let given = Given {
            package: Some(&package.folder),
            host: Some(&package.host),
            gate: Some(gate.path()),
            memory_mebibytes: heap as u64 + BESIDE_HEAP_MEBIBYTES,
        };
        let heap = format!("--max-old-space-size={heap}");
        let arguments = [
            node.permission_flag,
            "--allow-fs-read=/package/*",
            "--allow-fs-read=/host.js",
            "--no-warnings",
            "--no-addons",
            &heap,
            "/host.js",
            "/package/index.js",
            "/gate",
        ];
        let process = Apart::start(node, given, &arguments)?;
        Ok(Self { process, gate, calls: 0 })
    }

    /// The worker, unless something ended it while it was idle.
    pub fn alive(self) -> Option<Self> {
        self.process.is_running().then_some(self)
    }

    /// Connections of the last call that were refused.
    pub fn refusals(&self) -> Vec<LogLine> {
        self.gate.refusals()
    }

    /// Hands over a call and waits for its answer.
    pub async fn call(&mut self, frame: &[u8]) -> Result<Answer, StepError> {
        self.calls += 1;
        let exchange = async {
            self.process.write(frame).await?;
            let mut length = [0; 4];
            self.process.read(&mut length).await?;
            let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
            if length > FRAME_BYTES_MAX {
                return Ok(None);
            }
            let mut answer = vec![0; length];
            self.process.read(&mut answer).await?;
            Ok::<_, std::io::Error>(Some(answer))
        };
        match exchange.await {
            Ok(Some(answer)) => Answer::decode(&answer),
            Ok(None) => {
                Err(StepError::new(format!("A result has at most {FRAME_BYTES_MAX} bytes.")))
            }
            Err(_) => {
                if let Some(reason) = self.process.complaint() {
                    tracing::error!(reason, "a process for components did not start");
                }
                Err(StepError::new(
                    "The component needed too much memory, or crashed, and was stopped.",
                ))
            }
        }
    }
}
