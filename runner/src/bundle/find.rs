//! What this machine has to run code of components with.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

/// The oldest version that will do.
const MAJOR_MIN: u32 = 20;

/// Since this version the permission model has its final name.
const PERMISSION_MAJOR: u32 = 24;

/// Node, and what keeps its network apart.
#[derive(Clone, Debug)]
pub struct Node {
    pub program: PathBuf,
    /// `unshare` of util-linux.
    pub apart: PathBuf,
    pub permission_flag: &'static str,
}

impl Node {
    /// Looks for `node`, or takes the program that is given, and tries whether a process without
    /// network can be had. The text says what is missing.
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
        let missing = "Components run without a network of their own: that takes `unshare` of \
                       util-linux, and a system that allows user namespaces.";
        let apart = find("unshare").ok_or(missing)?;
        let tried = output(Command::new(&apart).args(APART).arg(&program).arg("--version")).await;
        if tried.is_none() {
            return Err(missing.to_owned());
        }
        let permission_flag =
            if major < PERMISSION_MAJOR { "--experimental-permission" } else { "--permission" };
        Ok(Self { program, apart, permission_flag })
    }
}

/// What makes a process that sees no network.
pub const APART: [&str; 3] = ["--user", "--net", "--"];

async fn output(command: &mut Command) -> Option<String> {
    let done =
        command.env_clear().stdin(Stdio::null()).stderr(Stdio::null()).output().await.ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}
