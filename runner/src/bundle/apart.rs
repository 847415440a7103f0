//! Processes that have nothing of the machine they run on.
//!
//! Namespaces hide the network, other processes and all files; the kernel refuses memory above a
//! limit. Nothing of this is up to the code that runs inside, or to Node.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use futures::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::find::Node;

/// Builds what a process sees; runs inside the new namespaces.
const SCRIPT: &str = include_str!("apart.sh");

/// New namespaces; whatever is in them ends with the process that made them.
const NAMESPACES: [&str; 8] =
    ["--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--kill-child=KILL", "--"];

/// Characters of an error that are read.
const COMPLAINT_BYTES_MAX: usize = 1_024;

/// What a process gets of the machine, under names of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// As `/package`, where the process begins.
    pub package: Option<&'a Path>,
    /// As `/host.js`.
    pub host: Option<&'a Path>,
    /// A socket, as `/gate`.
    pub gate: Option<&'a Path>,
    /// Memory of its own that it may write to.
    pub memory_mebibytes: u64,
}

/// A process of Node; dropping it kills it, and so does the end of this server, however it comes.
pub struct Apart {
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    /// Open as long as this server lives; the process says here that it has ended, or why it did
    /// not start.
    line: UnixStream,
}

impl Apart {
    pub fn start(node: &Node, given: Given<'_>, arguments: &[&str]) -> anyhow::Result<Self> {
        // Shells do not wait at sockets that do not.
        let (line, theirs) = net::UnixStream::pair().context("opening a line to a process")?;
        line.set_nonblocking(true).context("opening a line to a process")?;
        let line = UnixStream::from_std(line).context("opening a line to a process")?;
        let named = [given.package, given.host, given.gate];
        let mut child = Command::new(&node.unshare)
            .args(NAMESPACES)
            .arg(&node.shell)
            .args(["-c", SCRIPT, "apart"])
            .arg((given.memory_mebibytes << 10).to_string())
            .args([&node.unshare, &node.program])
            .args(named.map(|path| path.unwrap_or(Path::new(""))))
            .args(arguments)
            .env_clear()
            .env("PATH", &node.search_path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(OwnedFd::from(theirs))
            .kill_on_drop(true)
            .spawn()
            .context("starting Node")?;
        let input = child.stdin.take().context("a process without pipes")?;
        let output = child.stdout.take().context("a process without pipes")?;
        Ok(Self { _child: child, input, output, line })
    }

    /// Hands over all of this; an error when it ends before.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let line = &self.line;
        tokio::select! {
            biased;
            done = self.input.write_all(bytes) => done,
            over = ended(line) => Err(over),
        }
    }

    /// Fills the buffer with what it says; an error when it ends before.
    pub async fn read(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let line = &self.line;
        tokio::select! {
            biased;
            done = self.output.read_exact(bytes) => done.map(drop),
            over = ended(line) => Err(over),
        }
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        ended(&self.line).now_or_never().is_none()
    }

    /// Why it did not start, if something said so.
    pub fn complaint(&self) -> Option<String> {
        let mut text = [0; COMPLAINT_BYTES_MAX];
        let length = self.line.try_read(&mut text).unwrap_or_default();
        let text = String::from_utf8_lossy(text.get(..length)?).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

async fn ended(line: &UnixStream) -> io::Error {
    // Whatever comes is an end.
    let came = line.readable().await;
    came.err().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

    /// Looks around without the permissions of Node, which are no border for the kernel.
    const LOOK: &str = "
        const fs = require('fs');
        const [secret, server] = process.argv.slice(2);
        const works = (name, work) => { try { work(); return [name]; } catch { return []; } };
        const found = [
            ...fs.readdirSync('/'),
            ...fs.readdirSync('/etc').filter((name) => !['ld.so.cache', 'ssl'].includes(name)),
            ...works('secret', () => fs.readFileSync(secret)),
            ...works('its folder', () => fs.readdirSync(require('path').dirname(secret))),
            ...works('processes', () => fs.readdirSync('/proc/1')),
            ...works('signals', () => process.kill(Number(server), 0)),
            ...works('writes', () => fs.writeFileSync('/package/x', '')),
            ...works('tools', () => fs.writeFileSync('/usr/lib/x', '')),
            ...works('programs', () => require('child_process').execFileSync('/bin/sh')),
            ...works('environment', () => { if (!Object.keys(process.env).length) throw 0; }),
        ];
        console.log(found.sort().join(' ').padEnd(1000));";

    #[tokio::test]
    async fn nothing_of_the_machine_is_there() {
        let node = Node::find(None, SEARCH_PATH).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (secret, package) = (folder.path().join("master.key"), folder.path().join("package"));
        std::fs::write(&secret, "secret").unwrap();
        std::fs::create_dir(&package).unwrap();
        std::fs::write(package.join("index.js"), LOOK).unwrap();
        let given = Given { package: Some(&package), memory_mebibytes: 256, ..Given::default() };
        let server = std::process::id().to_string();
        let arguments = ["/package/index.js", secret.to_str().unwrap(), &server];
        let mut process = Apart::start(&node, given, &arguments).unwrap();
        let mut printed = [0; 1_000];
        process.read(&mut printed).await.unwrap();
        let printed = String::from_utf8_lossy(&printed);
        let known = ["etc", "lib", "lib64", "nix", "node", "package", "usr"];
        let found = printed.split_whitespace().filter(|name| !known.contains(name));
        assert_eq!(found.collect::<Vec<_>>(), [""; 0]);
    }
}
