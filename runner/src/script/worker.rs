//! The child's side: gives up what it does not need, then answers one call after the other.

use std::io::Write;
use std::os::fd::AsFd;
use std::{fs, thread};

use anyhow::Context as _;
use components::{NativeWork, StepError};
use flow::{Map, Value};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::engine::Engine;
use super::link::Link;
use super::wire::{Answer, Failure, Limits, Order, Outcome, Report};

/// Native stack of the thread that runs the engine; the engine itself stops far below it.
const STACK_BYTES: usize = 16 << 20;

/// Serves calls until the parent closes `input`, of which nothing may have been read.
///
/// Call it before anything starts threads or opens files: afterwards the process can do neither,
/// and what other threads have mapped counts against the limit.
pub fn main(input: impl AsFd, output: impl Write + Send + 'static) -> anyhow::Result<()> {
    let mut link = Link::new(&input, output)?;
    let serving = move || {
        let Some(limits) = link.next::<Limits>()? else {
            return Ok(());
        };
        confine(limits).context("giving up rights")?;
        loop {
            // Made while there is time, that is before the next call comes.
            let engine = Engine::start(limits.heap_bytes)?;
            match link.next()? {
                None => return Ok(()),
                Some(Order::Call(call)) => {
                    let answer = engine.run(&call, Some(&mut link));
                    link.send(&Report::Answer(answer))?;
                }
                Some(Order::Native(work, argument)) => {
                    link.send(&Report::Answer(native(work, &argument)))?;
                }
                Some(Order::Fetched(_)) => anyhow::bail!("nothing was asked for"),
            }
        }
    };
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(serving)?;
    thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the engine's thread panicked")))
}

fn native(work: NativeWork, argument: &Value) -> Answer {
    let outcome = work.perform(argument).map_or_else(
        |StepError { message, details }| Outcome::Failed(Failure { message, details }),
        Outcome::Returned,
    );
    Answer { outcome, logs: Vec::new(), states: Map::new() }
}

/// Lowers the limits of this process, for good. Without new descriptors there are no files and no
/// sockets, whatever the engine can be talked into.
fn confine(limits: Limits) -> anyhow::Result<()> {
    let address_space = mapped_bytes()?.saturating_add(limits.address_space_bytes);
    for (resource, most) in [
        (Resource::As, address_space),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        (Resource::Nofile, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// What the process has mapped so far; zero where the system does not say.
fn mapped_bytes() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmSize:")) else {
        return Ok(0);
    };
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024)
}
