//! The actions against an SSH server on this machine.

use flow::Value;
use russh::keys::ssh_key::{HashAlg, LineEnding};
use serde_json::{Value as Json, json};

use super::test_server::{PASSWORD, Tree, key, start};
use crate::Inputs;
use crate::testing::Stage;

fn basic(port: u16) -> Json {
    json!({ "key": "basic", "fields": { "host": "127.0.0.1", "port": port.to_string(),
        "username": "ann", "password": PASSWORD, "timeout": "20000" } })
}

fn tree(paths: &[(&str, Option<&str>)]) -> Tree {
    let entry = |(path, content): &(&str, Option<&str>)| {
        ((*path).to_owned(), content.map(|content| content.as_bytes().to_vec()))
    };
    Tree::new(paths.iter().map(entry).collect::<std::collections::BTreeMap<_, _>>().into())
}

#[tokio::test]
async fn each_action_does_what_it_says() {
    let tree = tree(&[("/in", None), ("/in/a.csv", Some("1,2")), ("/in/b.txt", Some("b"))]);
    let port = start(tree.clone()).await;
    let mut stage = Stage::new();
    let entry = |name: &str, path: &str, kind: &str, size: u64| {
        let rights = match kind {
            "d" => json!({ "user": "rwx", "group": "rx", "other": "rx" }),
            _ => json!({ "user": "rw", "group": "r", "other": "r" }),
        };
        json!({ "type": kind, "name": name, "path": path, "size": size, "rights": rights,
            "modifyTime": 1_700_000_000_000_u64, "accessTime": 1_700_000_001_000_u64,
            "owner": 7, "group": 8 })
    };
    for (action, inputs, expected) in [
        ("writeFile", json!({ "path": "/in/c.csv", "data": "3," }), json!("/in/c.csv")),
        ("appendFile", json!({ "path": "/in/c.csv", "data": "4" }), json!("/in/c.csv")),
        (
            "createDirectory",
            json!({ "path": "/in/x/y", "includeSubfolders": true }),
            json!("/in/x/y"),
        ),
        (
            "moveFile",
            json!({ "sourcePath": "/in/c.csv", "destinationPath": "/in/x/y/c.csv" }),
            json!("/in/x/y/c.csv"),
        ),
        ("deleteFile", json!({ "path": "/in/b.txt" }), json!("/in/b.txt")),
        (
            "listDirectory",
            json!({ "path": "/in" }),
            json!([entry("a.csv", "/in/a.csv", "-", 3), entry("x", "/in/x", "d", 0)]),
        ),
        (
            "listDirectory",
            json!({ "path": "/in/", "pattern": "*.c?v", "recursive": "true" }),
            json!([entry("a.csv", "/in/a.csv", "-", 3), entry("c.csv", "/in/x/y/c.csv", "-", 3)]),
        ),
        (
            "statFile",
            json!({ "path": "/in/a.csv" }),
            json!({ "mode": 0o100_644, "uid": 7, "gid": 8, "size": 3, "isFile": true,
                "isDirectory": false, "isSymbolicLink": false,
                "accessTime": 1_700_000_001_000_u64, "modifyTime": 1_700_000_000_000_u64 }),
        ),
    ] {
        let mut inputs = inputs;
        inputs["connection"] = basic(port);
        let data = stage
            .data("sftp", action, inputs)
            .await
            .unwrap_or_else(|error| panic!("{action}: {error}"));
        assert_eq!(data, Some(expected), "{action}");
    }
    for action in ["readFile", "fastGet"] {
        let inputs = json!({ "path": "/in/x/y/c.csv", "connection": basic(port) });
        let file = stage.perform("sftp", action, inputs).await.unwrap().data;
        assert_eq!(file, Some(Value::file(&b"3,4"[..], "text/csv")), "{action}");
    }
}

#[tokio::test]
async fn a_large_file_takes_no_memory() {
    let tree = tree(&[]);
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    tree.lock().unwrap().insert("/large".to_owned(), Some(large.clone()));
    let port = start(tree.clone()).await;
    let mut stage = Stage::new();
    let inputs = json!({ "path": "/large", "connection": basic(port) });
    let file = stage.perform("sftp", "readFile", inputs).await.unwrap().data.unwrap();
    let [blob] = file.blobs()[..] else { panic!("{file:?}") };
    assert_eq!(blob.length, 3_000_000);
    let inputs = [("path", "/copy".into()), ("data", file), ("connection", basic(port).into())];
    let inputs = Inputs(inputs.into_iter().map(|(key, value)| (key.into(), value)).collect());
    stage.perform_with("sftp", "writeFile", &inputs).await.unwrap();
    assert!(tree.lock().unwrap()["/copy"].as_ref() == Some(&large));
}

#[tokio::test]
async fn keys_and_fingerprints_are_checked() {
    let port = start(tree(&[("/a", Some("a"))])).await;
    let pem = |seed| key(seed).to_openssh(LineEnding::LF).unwrap().to_string();
    let print = |seed| key(seed).fingerprint(HashAlg::Sha256).to_string();
    for (more, expected) in [
        (json!({ "privateKey": pem(2) }), ""),
        (json!({ "privateKey": pem(2), "hostKeyFingerprint": print(1) }), ""),
        (json!({ "privateKey": pem(2), "hostKeyFingerprint": print(3) }), "not the one whose"),
        (json!({ "privateKey": pem(3) }), "does not let the user \"ann\" in"),
        (json!({ "privateKey": pem(3), "password": PASSWORD }), ""),
        (json!({ "privateKey": "s3cret" }), "private key cannot be read"),
        (json!({ "password": "s3cret" }), "does not let the user \"ann\" in"),
        (json!({ "password": PASSWORD, "port": "99999" }), "port is not one"),
    ] {
        let mut connection = json!({ "fields":
            { "host": "127.0.0.1", "port": port, "username": "ann", "timeout": 20_000 } });
        let fields = connection["fields"].as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let inputs = json!({ "path": "/a", "connection": connection });
        match Stage::new().data("sftp", "statFile", inputs).await {
            Ok(_) => assert_eq!(expected, "", "{more}"),
            Err(error) => {
                assert!(!expected.is_empty() && error.contains(expected), "{more}: {error}");
                assert!(!error.contains("s3cret"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn failures_say_what_is_wrong() {
    let port = start(tree(&[("/in", None), ("/in/a", Some("a"))])).await;
    let mut stage = Stage::new();
    for (action, inputs, expected) in [
        ("readFile", json!({ "path": "/no" }), "\"/no\" is refused: there is no such file"),
        ("deleteFile", json!({ "path": "/no" }), "\"/no\" is refused: there is no such file"),
        ("listDirectory", json!({ "path": "/no" }), "\"/no\" is refused: there is no such file"),
        ("createDirectory", json!({ "path": "/in" }), "\"/in\" is refused: Failure."),
        ("readFile", json!({ "path": "/a\r\nb" }), "holds characters no path can have"),
    ] {
        let mut inputs = inputs;
        inputs["connection"] = basic(port);
        let error = stage.data("sftp", action, inputs).await.unwrap_err();
        assert!(error.contains(expected), "{action}: {error}");
    }
}
