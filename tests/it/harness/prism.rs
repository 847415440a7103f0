//! The published command line client, as a person would run it.

use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::{User, project};

/// A user's shell: an empty home, a URL and a token.
pub struct Prism {
    home: TempDir,
    url: String,
    token: String,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    /// With its line breaks gone: the client wraps errors at 80 columns.
    pub stderr: String,
}

impl Prism {
    pub fn new(url: &str, user: &User) -> Self {
        let token = user.token.clone().unwrap_or_default();
        Self { home: tempfile::tempdir().unwrap(), url: url.to_owned(), token }
    }

    /// Runs a command to its end, whatever that is.
    pub async fn run(&self, arguments: &[&str]) -> Finished {
        self.run_in("", arguments).await
    }

    /// The same, in a folder of the shell's folder.
    pub async fn run_in(&self, folder: &str, arguments: &[&str]) -> Finished {
        let program = project().join("tests/clients/node_modules/.bin/prism");
        assert!(program.exists(), "install it first: npm ci in tests/clients");
        let output: Output = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("PRISMATIC_URL", &self.url)
            .env("PRISM_ACCESS_TOKEN", &self.token)
            .env("PRISM_SKIP_NEW_VERSION_CHECK", "true")
            .env("NO_COLOR", "1")
            .current_dir(self.home.path().join(folder))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        Finished {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: stderr.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    /// What a command that succeeds prints, trimmed.
    pub async fn ok(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments).await;
        assert_eq!(finished.code, 0, "prism {arguments:?}: {finished:#?}");
        finished.stdout.trim().to_owned()
    }

    /// The rows of a table, as objects of texts.
    pub async fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let printed = self.ok(&[arguments, &["--output", "json"]].concat()).await;
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// The error of a command that must fail.
    pub async fn refused(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments).await;
        assert_ne!(finished.code, 0, "prism {arguments:?}: {finished:#?}");
        finished.stderr
    }

    /// Writes a file into the shell's folder; returns its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).unwrap();
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Reads a file that a command has left in the shell's folder.
    pub fn read(&self, path: &str) -> String {
        let path = self.home.path().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}: {path:?}"))
    }
}
