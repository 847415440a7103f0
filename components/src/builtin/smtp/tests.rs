//! Sending mail to a server on this machine.

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tokio_rustls::TlsAcceptor;

use crate::builtin::test_peer::{Peer, acceptor, listen, silent};
use crate::testing::Stage;

const PASSWORD: &str = "pa55word";

/// What the server heard.
type Heard = Arc<Mutex<Vec<String>>>;

#[derive(Clone, Default)]
struct Server {
    heard: Heard,
    tls: Option<TlsAcceptor>,
    is_implicit: bool,
    way: &'static str,
}

impl Server {
    async fn start(self) -> u16 {
        listen(move |peer| self.clone().serve(peer)).await
    }

    async fn serve(self, mut peer: Peer) -> Option<()> {
        let mut is_encrypted = false;
        if let (Some(acceptor), true) = (&self.tls, self.is_implicit) {
            peer = peer.encrypt(acceptor).await?;
            is_encrypted = true;
        }
        peer.say("220 mail.test").await?;
        loop {
            let line = peer.line().await?;
            self.heard.lock().unwrap().push(line.clone());
            let verb = line.split([' ', ':']).next()?;
            let reply = match verb {
                "EHLO" => format!("250-hello\r\n250-auth {}\r\n250 8BITMIME", self.way),
                "STARTTLS" if self.tls.is_some() && !is_encrypted => {
                    peer.say("220 go on").await?;
                    peer = peer.encrypt(self.tls.as_ref()?).await?;
                    is_encrypted = true;
                    continue;
                }
                // user ann
                "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6".to_owned(),
                "YW5u" => "334 UGFzc3dvcmQ6".to_owned(),
                "cGE1NXdvcmQ=" => "235 welcome".to_owned(),
                "AUTH" if line.ends_with("AGFubgBwYTU1d29yZA==") => "235 welcome".to_owned(),
                "AUTH" => "535 s3cret is wrong".to_owned(),
                "RCPT" if line.contains("nobody") => "550 no such user".to_owned(),
                "MAIL" | "RCPT" => "250 fine".to_owned(),
                "DATA" => {
                    peer.say("354 go on").await?;
                    let mut mail = String::new();
                    loop {
                        let line = peer.line().await?;
                        if line == "." {
                            break;
                        }
                        mail += line.strip_prefix('.').unwrap_or(&line);
                        mail += "\n";
                    }
                    self.heard.lock().unwrap().push(mail);
                    "250 queued as 7".to_owned()
                }
                _ => "500 what?".to_owned(),
            };
            peer.say(&reply).await?;
        }
    }
}

fn inputs(port: u16, fields: &Json, more: &Json) -> Json {
    let mut connection = json!({ "fields": { "host": "127.0.0.1", "port": port, "username": "ann",
        "password": PASSWORD, "secure": "none", "ignoreSslErrors": "true" } });
    connection["fields"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let mut inputs = json!({ "connection": connection, "from": "Ann <ann@a.test>",
        "to": "bob@b.test", "subject": "Grüße", "text": "Hi\n.\nBye" });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    inputs
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let server = Server { way: "PLAIN LOGIN", ..Server::default() };
    let heard = server.heard.clone();
    let port = server.start().await;
    let more = json!({
        "cc": ["Carl <carl@c.test>", "nobody@c.test"], "bcc": "dora@d.test", "replyTo": "r@a.test",
        "html": "<b>Hi</b>",
        "attachments": [{ "key": "a.csv", "value": "1,2" },
            { "key": "b.bin", "value": { "data": "x", "contentType": "image/png" } }],
    });
    let mut stage = Stage::new();
    let sent = stage.data("smtp", "sendEmail", inputs(port, &json!({}), &more)).await.unwrap();
    let sent = sent.unwrap();
    assert_eq!(sent["accepted"], json!(["bob@b.test", "carl@c.test", "dora@d.test"]));
    assert_eq!(sent["rejected"], json!(["nobody@c.test"]));
    assert_eq!(sent["response"], "250 queued as 7");
    let heard = heard.lock().unwrap();
    let mail = heard.iter().find(|line| line.contains("Subject:")).unwrap();
    for part in [
        "From: Ann <ann@a.test>\n",
        "To: bob@b.test\n",
        "Cc: Carl <carl@c.test>, nobody@c.test\n",
        "Reply-To: r@a.test\n",
        "Date: Sun, 01 Mar 2026 12:00:00 +0000\n",
        &format!("Message-ID: {}\n", sent["messageId"].as_str().unwrap()),
        "Hi\n.\nBye",
        "<b>Hi</b>",
        "filename=\"a.csv\"",
        "Content-Type: text/csv",
        "Content-Type: image/png",
    ] {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    assert!(!mail.contains("dora"), "{mail}");
}

#[tokio::test]
async fn every_way_in_is_known() {
    let tls = Some(acceptor());
    for (server, fields) in [
        (Server { way: "LOGIN", ..Server::default() }, json!({})),
        (Server::default(), json!({ "username": "" })),
        (
            Server { way: "PLAIN", tls: tls.clone(), ..Server::default() },
            json!({ "secure": "starttls" }),
        ),
        (
            Server { way: "PLAIN", tls, is_implicit: true, ..Server::default() },
            json!({ "secure": "tls" }),
        ),
    ] {
        let port = server.start().await;
        let sent = Stage::new().data("smtp", "sendEmail", inputs(port, &fields, &json!({}))).await;
        assert_eq!(sent.unwrap().unwrap()["accepted"], json!(["bob@b.test"]), "{fields}");
    }
}

#[tokio::test]
async fn failures_say_what_is_wrong_and_no_secrets() {
    let port = Server { way: "PLAIN", ..Server::default() }.start().await;
    let encrypting = Server { way: "PLAIN", tls: Some(acceptor()), ..Server::default() };
    let encrypting = encrypting.start().await;
    let quiet = silent().await;
    for (port, fields, more, expected) in [
        (port, json!({ "password": "s3cret" }), json!({}), "\"ann\" in: 535 *** is wrong."),
        (port, json!({ "secure": "starttls" }), json!({}), "does not encrypt: 500 what?."),
        (
            encrypting,
            json!({ "secure": "starttls", "ignoreSslErrors": "false" }),
            json!({}),
            "certificate",
        ),
        (port, json!({}), json!({ "to": "nobody@b.test" }), "Every recipient is refused: 550"),
        (port, json!({}), json!({ "to": "" }), "at least one of"),
        (port, json!({}), json!({ "to": "a@b.test>\r\nDATA" }), "must be mail addresses"),
        (port, json!({}), json!({ "from": "ann" }), "must be mail addresses"),
        (quiet, json!({ "timeout": "50" }), json!({}), "did not answer within 50 ms"),
        (port, json!({ "host": "169.254.169.254" }), json!({}), "not allowed as a destination"),
    ] {
        let inputs = inputs(port, &fields, &more);
        let error = Stage::new().data("smtp", "sendEmail", inputs).await.unwrap_err();
        assert!(error.contains(expected), "{fields} {more}: {error}");
        assert!(!error.contains("s3cret") && !error.contains(PASSWORD), "{error}");
    }
}
