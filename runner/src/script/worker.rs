//! The child's side: gives up what it does not need, then answers one call after the other.

use std::io::{Read, Write};
use std::{fs, io, thread};

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::engine::Engine;
use super::wire::{self, Call, Limits};

/// Native stack of the thread that runs the engine; the engine itself stops far below it.
const STACK_BYTES: usize = 16 << 20;

/// Serves calls until the parent closes `input`.
///
/// Call it before anything starts threads or opens files: afterwards the process can do neither,
/// and what other threads have mapped counts against the limit.
pub fn main(
    mut input: impl Read + Send + 'static,
    mut output: impl Write + Send + 'static,
) -> anyhow::Result<()> {
    let serving = move || {
        let Some(limits) = read::<Limits>(&mut input)? else {
            return Ok(());
        };
        confine(limits).context("giving up rights")?;
        loop {
            // Made while there is time, that is before the next call comes.
            let engine = Engine::start(limits.heap_bytes)?;
            let Some(call) = read::<Call>(&mut input)? else { return Ok(()) };
            output.write_all(&wire::encode(&engine.run(&call))?)?;
            output.flush()?;
        }
    };
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(serving)?;
    thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the engine's thread panicked")))
}

/// The next message, or none when the parent is done.
fn read<T: serde::de::DeserializeOwned>(input: &mut impl Read) -> anyhow::Result<Option<T>> {
    let mut prefix = [0; 4];
    match input.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut message = vec![0; wire::length(prefix)?];
    input.read_exact(&mut message)?;
    Ok(Some(wire::decode(&message)?))
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
