//! The actions against an FTP server on this machine.

use flow::Value;
use serde_json::{Value as Json, json};

use super::test_server::{PASSWORD, Server, Tree};
use crate::Inputs;
use crate::builtin::test_peer::{acceptor, silent};
use crate::testing::Stage;

fn connection(port: u16, more: &Json) -> Json {
    let mut connection = json!({ "key": "basic", "fields": { "host": "127.0.0.1", "port": port,
        "username": "ann", "password": PASSWORD } });
    let fields = connection["fields"].as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    connection
}

fn server() -> Server {
    Server { tree: Tree::default(), is_modern: true, tls: None, is_implicit: false }
}

/// Every action, on servers old and new, encrypted and not.
#[tokio::test]
async fn each_action_does_what_it_says() {
    let old = Server { is_modern: false, ..server() };
    let explicit = Server { tls: Some(acceptor()), ..server() };
    let implicit = Server { tls: Some(acceptor()), is_implicit: true, ..server() };
    for (server, secure) in
        [(server(), "false"), (old, "false"), (explicit, "true"), (implicit, "implicit")]
    {
        let port = server.start().await;
        let connection = connection(port, &json!({ "secure": secure, "ignoreSslErrors": true }));
        let mut stage = Stage::new();
        let time = 1_767_225_600_000_u64;
        let entry = |kind: &str, name: &str, size: u64, time: Option<u64>| {
            json!({ "type": kind, "name": name, "path": format!("/in/{name}"), "size": size,
                "modifyTime": time })
        };
        let moved = json!({ "sourcePath": "/in/a.csv", "destinationPath": "/in/b c.csv" });
        for (action, inputs, expected) in [
            ("writeFile", json!({ "path": "/in/a.csv", "data": "1," }), json!("/in/a.csv")),
            ("appendFile", json!({ "path": "/in/a.csv", "data": "2" }), json!("/in/a.csv")),
            ("moveFile", moved, json!("/in/b c.csv")),
            ("createDirectory", json!({ "path": "/in/x" }), json!("/in/x")),
            ("statFile", json!({ "path": "/in/b c.csv" }), entry("-", "b c.csv", 3, Some(time))),
            (
                "listDirectory",
                json!({ "path": "/in", "pattern": "*.csv" }),
                json!([entry("-", "b c.csv", 3, Some(time))]),
            ),
            ("writeFile", json!({ "path": "/in/d", "data": "" }), json!("/in/d")),
            ("deleteFile", json!({ "path": "/in/d" }), json!("/in/d")),
        ] {
            let mut inputs = inputs;
            inputs["connection"] = connection.clone();
            let data = stage.data("ftp", action, inputs).await;
            assert_eq!(data, Ok(Some(expected)), "{action} {secure}");
        }
        let inputs = json!({ "path": "/in/b c.csv", "connection": connection });
        let file = stage.perform("ftp", "readFile", inputs).await.unwrap().data;
        assert_eq!(file, Some(Value::file(&b"1,2"[..], "text/csv")), "{secure}");
        let inputs = json!({ "path": "/in", "connection": connection });
        let listed = stage.data("ftp", "listDirectory", inputs).await.unwrap().unwrap();
        assert_eq!(listed[1]["type"], "d", "{listed}");
    }
}

#[tokio::test]
async fn a_large_file_takes_no_memory() {
    let server = server();
    let tree = server.tree.clone();
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    tree.lock().unwrap().insert("/large".to_owned(), large.clone());
    let connection = connection(server.start().await, &json!({}));
    let mut stage = Stage::new();
    let inputs = json!({ "path": "/large", "connection": connection });
    let file = stage.perform("ftp", "readFile", inputs).await.unwrap().data.unwrap();
    assert_eq!(file.blobs()[0].length, 3_000_000);
    let inputs = [("path", "/copy".into()), ("data", file), ("connection", connection.into())];
    let inputs = Inputs(inputs.into_iter().map(|(key, value)| (key.into(), value)).collect());
    stage.perform_with("ftp", "writeFile", &inputs).await.unwrap();
    assert!(tree.lock().unwrap()["/copy"] == large);
}

#[tokio::test]
async fn failures_say_what_is_wrong_and_no_secrets() {
    let port = server().start().await;
    let self_signed = Server { tls: Some(acceptor()), ..server() }.start().await;
    for (port, fields, path, expected) in [
        (port, json!({}), "/no", "\"/no\" is refused: 550 /no: No such file."),
        (port, json!({}), "/a\r\nDELE /b", "holds characters no path can have"),
        (port, json!({ "password": "s3cret" }), "/a", "does not let the user \"ann\" in: 530"),
        (port, json!({ "username": "a\r\nQUIT" }), "/a", "control characters"),
        (port, json!({ "secure": "perhaps" }), "/a", "encryption is not one we know"),
        (port, json!({ "host": "" }), "/a", "names no host"),
        (self_signed, json!({ "secure": "true" }), "/a", "certificate"),
        (silent().await, json!({ "timeout": 50 }), "/a", "did not answer within 50 ms"),
        (port, json!({ "host": "169.254.169.254" }), "/a", "not allowed as a destination"),
    ] {
        let inputs = json!({ "path": path, "connection": connection(port, &fields) });
        let error = Stage::new().data("ftp", "readFile", inputs).await.unwrap_err();
        assert!(error.contains(expected), "{fields}: {error}");
        assert!(!error.contains("s3cret") && !error.contains(PASSWORD), "{error}");
    }
}
