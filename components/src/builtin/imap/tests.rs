//! The actions against a mail server on this machine.

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tokio_rustls::TlsAcceptor;

use crate::builtin::test_peer::{Peer, acceptor, listen, silent};
use crate::testing::Stage;

const PASSWORD: &str = "pa55word";

const MAIL: &str = "From: =?utf-8?q?J=C3=BCrgen?= <j@a.test>\r\nTo: bob@b.test, c@c.test\r\n\
    Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Sun, 1 Mar 2026 12:00:00 +0000\r\n\
    Message-ID: <1@a.test>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\
    \r\n\r\nHall=C3=B6chen\r\n\
    --x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nMSwy\r\n--x--\r\n";

/// A server with one message in its mailbox `INBOX`.
#[derive(Clone, Default)]
struct Server {
    heard: Arc<Mutex<Vec<String>>>,
    tls: Option<TlsAcceptor>,
    is_implicit: bool,
}

impl Server {
    async fn start(self) -> u16 {
        listen(move |peer| self.clone().serve(peer)).await
    }

    async fn serve(self, mut peer: Peer) -> Option<()> {
        if let (Some(acceptor), true) = (&self.tls, self.is_implicit) {
            peer = peer.encrypt(acceptor).await?;
        }
        peer.say("* OK ready").await?;
        loop {
            let line = peer.line().await?;
            let (tag, command) = line.split_once(' ')?;
            self.heard.lock().unwrap().push(command.to_owned());
            if let Some(length) = command.strip_prefix("APPEND ").and_then(literal) {
                peer.say("+ go on").await?;
                let content = peer.exactly(length + 2).await?;
                self.heard.lock().unwrap().push(String::from_utf8_lossy(&content).into_owned());
            }
            let (told, done) = answer(command);
            peer.bytes(told.as_bytes()).await?;
            if let ("STARTTLS", Some(acceptor)) = (command, &self.tls) {
                peer.say(&format!("{tag} OK go on")).await?;
                peer = peer.encrypt(acceptor).await?;
                continue;
            }
            peer.say(&format!("{tag} {done}")).await?;
        }
    }
}

fn literal(command: &str) -> Option<usize> {
    command.rsplit_once('{')?.1.strip_suffix('}')?.parse().ok()
}

/// What is told before the end of the answer, and the end.
fn answer(command: &str) -> (String, &str) {
    let header = MAIL.split_inclusive("\r\n\r\n").next().unwrap();
    let fetched = |what: String| format!("* 1 FETCH (UID 7 {what})\r\n");
    let told = match command {
        "LOGIN \"ann\" \"pa55word\"" | "LOGOUT" => String::new(),
        _ if command.starts_with("LOGIN") => return (String::new(), "NO \"s3cret\" is wrong"),
        "STARTTLS" => return (String::new(), "BAD what?"),
        "LIST \"\" *" => "* LIST (\\HasChildren) \"/\" INBOX\r\n\
            * LIST (\\Noselect) \"/\" \"Old mail\"\r\n* LIST () \"/\" \"Old mail/2025\"\r\n"
            .to_owned(),
        _ if command.starts_with("STATUS \"INBOX\"") => {
            "* STATUS INBOX (MESSAGES 1 RECENT 0 UIDNEXT 8 UIDVALIDITY 3 UNSEEN 1)\r\n".to_owned()
        }
        "EXAMINE \"INBOX\"" | "SELECT \"INBOX\"" => "* 1 EXISTS\r\n".to_owned(),
        _ if command.starts_with("EXAMINE") => return (String::new(), "NO no such mailbox"),
        _ if command.starts_with("UID SEARCH") => "* SEARCH 7\r\n".to_owned(),
        "UID FETCH 7 (UID RFC822.SIZE)" => fetched(format!("RFC822.SIZE {}", MAIL.len())),
        "UID FETCH 7 (UID FLAGS)" => fetched("FLAGS (\\Seen $Work)".to_owned()),
        "UID FETCH 7 (UID BODY.PEEK[])" => fetched(format!("BODY[] {{{}}}\r\n{MAIL}", MAIL.len())),
        _ if command.starts_with("UID FETCH 7 (UID FLAGS INTERNALDATE") => fetched(format!(
            "FLAGS (\\Seen) INTERNALDATE \" 1-Mar-2026 12:00:01 +0000\" RFC822.SIZE {} \
             BODY[HEADER] {{{}}}\r\n{header}",
            MAIL.len(),
            header.len()
        )),
        "CAPABILITY" => "* CAPABILITY IMAP4rev1 UIDPLUS\r\n".to_owned(),
        _ => String::new(),
    };
    (told, "OK done")
}

fn inputs(port: u16, fields: &Json, more: &Json) -> Json {
    let mut connection = json!({ "fields": { "host": "127.0.0.1", "port": port, "username": "ann",
        "password": PASSWORD, "secure": "none", "ignoreSslErrors": "true" } });
    connection["fields"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let mut inputs = json!({ "connection": connection, "mailbox": "INBOX" });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    inputs
}

fn heads() -> Json {
    json!({ "subject": "Grüße", "from": [{ "name": "Jürgen", "address": "j@a.test" }],
        "to": [{ "name": "", "address": "bob@b.test" }, { "name": "", "address": "c@c.test" }],
        "cc": [], "replyTo": [], "messageId": "1@a.test", "date": "2026-03-01T12:00:00Z" })
}

/// Performs each action and compares its data, and one of the commands it was done by.
async fn check(cases: impl IntoIterator<Item = (&str, Json, Json, &str)>) {
    let server = Server::default();
    let heard = server.heard.clone();
    let port = server.start().await;
    for (action, more, expected, said) in cases {
        let data = Stage::new().data("imap", action, inputs(port, &json!({}), &more)).await;
        assert_eq!(data, Ok(Some(expected)), "{action}");
        let mut heard = heard.lock().unwrap();
        assert!(heard.iter().any(|line| line == said), "{action}: {heard:?}");
        heard.clear();
    }
}

#[tokio::test]
async fn mailboxes_are_listed_counted_and_named() {
    let mailbox = |path: &str, name: &str, holds: bool| json!({ "path": path, "name": name, "delimiter": "/", "holdsMessages": holds });
    check([
        (
            "listMailboxes",
            json!({}),
            json!([
                mailbox("INBOX", "INBOX", true),
                mailbox("Old mail", "Old mail", false),
                mailbox("Old mail/2025", "2025", true),
            ]),
            "LIST \"\" *",
        ),
        (
            "getMailboxStatus",
            json!({}),
            json!({ "path": "INBOX", "messages": 1, "recent": 0, "unseen": 1, "uidNext": 8,
                "uidValidity": 3 }),
            "STATUS \"INBOX\" (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)",
        ),
        ("createMailbox", json!({ "mailbox": "A" }), json!({ "path": "A" }), "SUBSCRIBE \"A\""),
        (
            "renameMailbox",
            json!({ "destination": "B\"c" }),
            json!({ "path": "INBOX", "newPath": "B\"c" }),
            "RENAME \"INBOX\" \"B\\\"c\"",
        ),
    ])
    .await;
}

#[tokio::test]
async fn messages_are_found_read_and_filed() {
    let mut read = heads();
    let data = serde_json::to_value(flow::Value::Bytes("1,2".into())).unwrap();
    let attachment = json!({ "fileName": "a.csv", "contentType": "text/csv", "data": data });
    read.as_object_mut().unwrap().extend([
        ("text".to_owned(), json!("Hallöchen")),
        ("html".to_owned(), Json::Null),
        ("attachments".to_owned(), json!([attachment])),
    ]);
    let flagged = json!({ "uid": "7", "flags": ["\\Seen", "$Work"] });
    check([
        (
            "searchMessages",
            json!({ "seen": "false", "subject": "a \"b\"", "since": "2026-03-01" }),
            json!([{ "uid": 7, "flags": ["\\Seen"], "size": MAIL.len(), "envelope": heads(),
                "internalDate": "2026-03-01T12:00:01+00:00" }]),
            "UID SEARCH UNSEEN SUBJECT \"a \\\"b\\\"\" SINCE 1-Mar-2026",
        ),
        ("readMessage", json!({ "uid": 7 }), read, "EXAMINE \"INBOX\""),
        (
            "appendMessage",
            json!({ "content": "a: b\r\n\r\nc", "flags": ["seen"] }),
            json!({ "path": "INBOX" }),
            "APPEND \"INBOX\" (\\Seen) {9}",
        ),
        (
            "copyMessage",
            json!({ "uid": "7", "destination": "A" }),
            json!({ "path": "INBOX", "destination": "A" }),
            "UID COPY 7 \"A\"",
        ),
        (
            "addFlags",
            json!({ "uid": 7, "flags": ["$Work"] }),
            flagged.clone(),
            "UID STORE 7 +FLAGS ($Work)",
        ),
        (
            "removeFlags",
            json!({ "uid": 7, "flags": ["\\Draft"] }),
            flagged.clone(),
            "UID STORE 7 -FLAGS (\\Draft)",
        ),
        ("setFlags", json!({ "uid": 7, "flags": [] }), flagged, "UID STORE 7 FLAGS ()"),
        (
            "deleteMessage",
            json!({ "uid": 7 }),
            json!({ "path": "INBOX", "uid": "7" }),
            "UID EXPUNGE 7",
        ),
    ])
    .await;
    let inputs = inputs(Server::default().start().await, &json!({}), &json!({ "uid": 7 }));
    let file = Stage::new().perform("imap", "downloadMessage", inputs).await.unwrap().data;
    assert_eq!(file, Some(flow::Value::file(MAIL.as_bytes(), "message/rfc822")));
}

#[tokio::test]
async fn encryption_is_as_the_connection_says() {
    let tls = Some(acceptor());
    for (server, secure) in [
        (Server { tls: tls.clone(), ..Server::default() }, "starttls"),
        (Server { tls, is_implicit: true, ..Server::default() }, "tls"),
    ] {
        let port = server.start().await;
        let inputs = inputs(port, &json!({ "secure": secure }), &json!({}));
        let listed = Stage::new().data("imap", "listMailboxes", inputs).await.unwrap().unwrap();
        assert_eq!(listed[0]["path"], "INBOX", "{secure}");
    }
}

#[tokio::test]
async fn failures_say_what_is_wrong_and_no_secrets() {
    let server = Server::default();
    let heard = server.heard.clone();
    let port = server.start().await;
    let quiet = silent().await;
    for (port, fields, more, expected) in [
        (port, json!({ "password": "s3cret" }), json!({}), "\"ann\" in: "),
        (port, json!({ "secure": "starttls" }), json!({}), "does not encrypt: what?."),
        (port, json!({}), json!({ "mailbox": "No" }), "\"No\" is refused: no such mailbox."),
        (port, json!({}), json!({ "mailbox": "a\r\nb" }), "holds line ends"),
        (port, json!({}), json!({ "uid": "1:*" }), "must be the number of a message"),
        (port, json!({}), json!({ "uid": 9 }), "no message 9 in \"INBOX\""),
        (quiet, json!({ "timeout": "50" }), json!({}), "did not answer within 50 ms"),
        (port, json!({ "host": "169.254.169.254" }), json!({}), "not allowed as a destination"),
    ] {
        let mut more = more;
        if more.get("uid").is_none() {
            more["uid"] = 7.into();
        }
        let inputs = inputs(port, &fields, &more);
        let error = Stage::new().data("imap", "downloadMessage", inputs).await.unwrap_err();
        assert!(error.contains(expected), "{fields} {more}: {error}");
        assert!(!error.contains("s3cret") && !error.contains(PASSWORD), "{error}");
    }
    heard.lock().unwrap().clear();
    let flags = json!({ "uid": 7, "flags": ["a) b"] });
    let error = Stage::new().data("imap", "addFlags", inputs(port, &json!({}), &flags)).await;
    assert_eq!(error.unwrap_err(), "\"a) b\" cannot be a flag.");
    assert!(heard.lock().unwrap().is_empty());
}
