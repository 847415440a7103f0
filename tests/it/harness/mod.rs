//! What stories are told with: a server of one's own, users, a third party, the command line
//! client.

mod app;
mod builders;
mod database;
pub mod embedded;
mod mail;
mod prism;
mod process;
mod third_party;
mod user;

pub use app::TestApp;
pub use mail::MailServer;
pub use prism::Prism;
pub use process::TestProcess;
pub use third_party::{Answer, Received, ThirdParty};
pub use user::{Instance, Page, Reply, User};

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// The master key of installations in this process.
const MASTER_KEY: [u8; 32] = [7; 32];

/// How long anything that happens in the background may take.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Asks again and again until there is an answer.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("this did not happen in time: {what}"))
}

/// The text at a JSON pointer.
pub fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} in {value:#}")).to_owned()
}

/// The list at a JSON pointer.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.unwrap_or_else(|| panic!("no list at {pointer} in {value:#}"))
}

/// An integration of the project's own `examples/`.
pub fn example(name: &str) -> String {
    let path = project().join("examples").join(format!("{name}.yaml"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An integration that only tests use.
pub fn definition(name: &str) -> String {
    let path = project().join("tests/definitions").join(format!("{name}.yaml"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The top of the project.
pub fn project() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the project").to_owned()
}

/// The program under test, built beside the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a file");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("cargo's folders");
    let program = folder.join("marquetry");
    assert!(program.exists(), "build it first: cargo build -p server ({})", program.display());
    program
}
