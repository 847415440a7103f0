//! Files that are larger than the memory a flow may have.

mod depot;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};

use self::depot::{Depot, digest, digest_of_file, pieces};
use crate::harness::{Instance, TestApp, TestProcess, User, definition, eventually, text};

const MEGABYTE: usize = 1_000_000;
const FILE_BYTES: usize = 400 * MEGABYTE;
/// How much more memory than idle the server may use, whatever it moves.
const MEMORY_BYTES_MAX: u64 = 100 * MEGABYTE as u64;

/// More than stays in memory.
const KEPT_BYTES: usize = 3 * MEGABYTE;
/// More than one step may have in memory.
const UNBUFFERED_BYTES: usize = (128 << 20) + 1;

/// Runs a story, and tells the most memory that the server used meanwhile beyond what it began
/// with.
async fn memory_of<T>(server: &TestProcess, story: impl Future<Output = T>) -> (T, u64) {
    let before = server.resident_bytes();
    let mut most = before;
    let mut story = std::pin::pin!(story);
    loop {
        tokio::select! {
            told = &mut story => return (told, most.saturating_sub(before)),
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                most = most.max(server.resident_bytes());
            }
        }
    }
}

/// Calls a flow and reads where it points to, without keeping the body.
async fn fetched(owner: &User, url: &str, body: &Value) -> (u64, String) {
    let answer = owner.trigger(url, body).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let file = owner.http().get(answer.header("location")).send().await.unwrap();
    assert_eq!(file.status(), 200);
    assert_eq!(file.headers()["content-type"], "application/octet-stream");
    let length = file.headers()["content-length"].to_str().unwrap().parse().unwrap();
    (length, digest(file.bytes_stream()).await)
}

/// Proves R085.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_memory_comes_in_and_goes_out_as_it_is() {
    let depot = Depot::start().await;
    let server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = owner.deployed(&definition("large-files"), &[]).await;
    let expected = digest_of_file(FILE_BYTES).await;
    // What any first run needs is not what the file needs.
    assert_eq!(fetched(&owner, instance.url("Fetch"), &depot.input(10)).await.0, 10);

    let input = depot.input(FILE_BYTES);
    let story = fetched(&owner, instance.url("Fetch"), &input);
    let ((length, found), memory) = memory_of(&server, story).await;
    assert_eq!((length, &found), (FILE_BYTES as u64, &expected));
    assert!(memory < MEMORY_BYTES_MAX, "{memory} bytes more than idle");

    let story = owner.trigger(instance.url("Forward"), &input);
    let (answer, memory) = memory_of(&server, story).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(*depot.received.lock().unwrap(), [&*expected, &*expected]);
    assert!(memory < MEMORY_BYTES_MAX, "{memory} bytes more than idle");
}

async fn large_files(app: &TestApp) -> (Depot, User, Instance) {
    let depot = Depot::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("large-files"), &[]).await;
    (depot, owner, instance)
}

/// The JSON or error text that a waiting caller gets.
async fn answered(owner: &User, url: &str, body: &Value) -> Value {
    let answer = owner.trigger(url, body).await;
    if answer.status == 303 {
        return owner.get(answer.header("location")).await.json();
    }
    assert_eq!(answer.status, 400, "{answer:?}");
    answer.body.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_get_the_bytes_they_work_on_up_to_a_limit() {
    let limit = UNBUFFERED_BYTES + MEGABYTE;
    let app = TestApp::start_with(|options| options.egress_policy.response_bytes_max = limit).await;
    let (depot, owner, instance) = large_files(&app).await;
    let expected = digest_of_file(KEPT_BYTES).await;
    let found = answered(&owner, instance.url("Digest"), &depot.input(KEPT_BYTES)).await;
    assert_eq!(found, expected);
    let found = answered(&owner, instance.url("Code"), &depot.input(KEPT_BYTES)).await;
    let last = pieces(KEPT_BYTES).collect::<Vec<_>>().await.concat()[KEPT_BYTES - 1];
    assert_eq!(
        found,
        json!({ "length": KEPT_BYTES, "last": last, "contentType": "application/octet-stream" })
    );
    let found = answered(&owner, instance.url("Code"), &depot.input(UNBUFFERED_BYTES - 1)).await;
    assert_eq!(found["length"], UNBUFFERED_BYTES - 1);
    for (flow, bytes, reason) in [
        ("Digest", UNBUFFERED_BYTES, "needs files of 134217729 bytes in memory"),
        ("Code", UNBUFFERED_BYTES, "A file of 134217729 bytes is not here"),
        ("Fetch", limit + 1, "The response is larger than"),
    ] {
        let refused = answered(&owner, instance.url(flow), &depot.input(bytes)).await.to_string();
        assert!(refused.contains(reason), "{flow}: {refused}");
    }
}

/// Where the results of an execution's last step and the file itself can be read.
async fn fetched_links(owner: &User, instance: &Instance, input: &Value) -> [String; 2] {
    let answer = owner.trigger(instance.url("Fetch"), input).await;
    let document = "query ($id: ID!) { executionResult(id: $id) {
        stepResults(last: 1) { nodes { resultsUrl } } } }";
    let id = json!({ "id": answer.header("prismatic-executionid") });
    let data = owner.query_with(document, &id).await;
    let url = text(&data, "/executionResult/stepResults/nodes/0/resultsUrl");
    [url, answer.header("location").to_owned()]
}

/// What readers get is the same wherever the bytes lie. They go with their instance.
#[tokio::test]
async fn stored_files_read_back_until_they_are_removed() {
    let app = TestApp::start().await;
    let (depot, owner, instance) = large_files(&app).await;
    for bytes in [10, KEPT_BYTES] {
        let [step, _] = fetched_links(&owner, &instance, &depot.input(bytes)).await;
        let packed = owner.http().get(step).send().await.unwrap().bytes().await.unwrap();
        let unpacked: HashMap<String, Bytes> = rmp_serde::from_slice(&packed).unwrap();
        assert_eq!(unpacked["contentType"], "application/octet-stream");
        let expected = pieces(bytes).collect::<Vec<_>>().await.concat();
        assert!(unpacked["data"] == expected, "{bytes}");
    }
    let links = fetched_links(&owner, &instance, &depot.input(KEPT_BYTES)).await;
    for file in files(&app.payloads()) {
        std::fs::remove_file(file).unwrap();
    }
    for link in links {
        assert_eq!(owner.get(&link).await.status, 404, "a lost file is told from an empty one");
    }
    fetched_links(&owner, &instance, &depot.input(KEPT_BYTES)).await;
    assert_eq!(files(&app.payloads()).len(), 1);
    let document = "mutation ($id: ID!) {
        deleteInstance(input: { id: $id }) { errors { field messages } } }";
    owner.query_with(document, &json!({ "id": instance.id })).await;
    eventually("the files of the instance are removed", async || {
        files(&app.payloads()).is_empty().then_some(())
    })
    .await;
}

/// A store that takes nothing fails steps, and makes runs wait whose results it does not take.
#[tokio::test]
async fn nothing_acknowledged_is_lost_while_the_store_fails() {
    let app = TestApp::start().await;
    let (depot, owner, instance) = large_files(&app).await;
    let (store, aside) = (app.payloads(), app.payloads().with_extension("aside"));
    std::fs::rename(&store, &aside).unwrap();
    std::fs::write(&store, "no folder").unwrap();
    let refused = answered(&owner, instance.url("Fetch"), &depot.input(KEPT_BYTES)).await;
    assert!(refused.to_string().contains("The file could not be stored."), "{refused}");
    // Small enough for memory, too large for the row of its step.
    let request = owner.http().post(instance.url("Fetch")).json(&depot.input(MEGABYTE / 2));
    let answer = owner.call(request.header("prismatic-synchronous", "false")).await;
    let execution = text(&answer.json(), "/executionId");
    let given = depot.given.load(Ordering::Relaxed);
    eventually("the run is tried again", async || {
        (depot.given.load(Ordering::Relaxed) > given + 1).then_some(())
    })
    .await;
    std::fs::remove_file(&store).unwrap();
    std::fs::rename(&aside, &store).unwrap();
    assert!(owner.ended(&execution).await["error"].is_null());
}

/// A run that goes on after a crash does not take its file in again; what nobody owns is removed.
#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_run_finds_its_file() {
    let depot = Depot::start().await;
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = owner.deployed(&definition("large-files"), &[]).await;
    let answer = owner.trigger(instance.url("Later"), &depot.input(KEPT_BYTES)).await;
    let execution = text(&answer.json(), "/executionId");
    eventually("the download is journalled", async || {
        let document = "query ($id: ID!) { stepResults(executionResult: $id) { totalCount } }";
        let data = owner.query_with(document, &json!({ "id": execution })).await;
        (data["stepResults"]["totalCount"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    server.kill().await;
    // As a deletion leaves it that was cut off behind its commit.
    let orphan = server.payloads().join(uuid::Uuid::from_u128(7).to_string());
    std::fs::create_dir_all(orphan.join("execution")).unwrap();
    std::fs::write(orphan.join("execution/file"), "left").unwrap();
    server.restart().await;
    assert!(owner.ended(&execution).await["error"].is_null());
    eventually("the files of nobody are removed", async || (!orphan.exists()).then_some(())).await;
    assert_eq!(depot.given.load(Ordering::Relaxed), 1);
    let expected = digest_of_file(KEPT_BYTES).await;
    assert_eq!(*depot.received.lock().unwrap(), [expected]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
