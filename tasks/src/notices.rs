//! Sends messages to people, those of alerts first of all: mail and text messages.

use std::sync::Arc;
use std::time::Duration;

use domain::alert::{self, Channel, Notice, SendOutcome};
use domain::{Env, Error};
use egress::{Body, Request};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Messages on their way at once, so that one recipient that hangs does not stop the others.
const SENDING_MAX: usize = 16;

/// How long handing a message over may take.
const SEND_TIME_MAX: Duration = Duration::from_secs(15);

/// How soon messages are noticed that another node has left behind.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// How people are told of alerts. What is not set is not sent.
#[derive(Clone, Debug, Default)]
pub struct MessageSettings {
    /// Server and account for mail, such as `smtps://user:password@mail.example.com`.
    pub smtp_url: Option<SecretString>,
    /// Who mail comes from.
    pub mail_from: Option<String>,
    /// Takes text messages: a `POST` with the JSON object `{to, text}`.
    pub sms_gateway_url: Option<SecretString>,
    /// Sent to the gateway as a bearer token.
    pub sms_gateway_token: Option<SecretString>,
}

type Mailer = AsyncSmtpTransport<Tokio1Executor>;

/// A mail to one person.
pub struct Letter<'a> {
    pub id: Uuid,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
}

/// Hands messages over.
pub struct Sender {
    env: Arc<Env>,
    mailer: Option<(Mailer, Mailbox)>,
    settings: MessageSettings,
}

impl Sender {
    /// Fails if the settings cannot work.
    pub fn new(env: Arc<Env>, settings: MessageSettings) -> anyhow::Result<Self> {
        let mailer = match (&settings.smtp_url, &settings.mail_from) {
            (Some(url), Some(from)) => {
                let mailer = Mailer::from_url(url.expose_secret())?;
                Some((mailer.timeout(Some(SEND_TIME_MAX)).build(), from.parse()?))
            }
            (None, _) => None,
            (Some(_), None) => anyhow::bail!("mail.from must be set where mail.smtp_url is"),
        };
        Ok(Self { env, mailer, settings })
    }

    pub fn env(&self) -> &Arc<Env> {
        &self.env
    }

    async fn send(&self, notice: &Notice) -> SendOutcome {
        let sent = match notice.channel {
            Channel::Mail => {
                let Notice { recipient, subject, body, .. } = notice;
                self.mail(&Letter { id: notice.id.0, recipient, subject, body }).await
            }
            Channel::TextMessage => self.text(notice).await,
        };
        sent.unwrap_or_else(|error| {
            tracing::warn!(error = %error, notice = %notice.id.0, "an alert is not sent yet");
            SendOutcome::Failed
        })
    }

    pub async fn mail(&self, letter: &Letter<'_>) -> anyhow::Result<SendOutcome> {
        let Some((mailer, from)) = &self.mailer else {
            tracing::info!("mail.smtp_url is not set: nothing is sent by mail");
            return Ok(SendOutcome::Refused);
        };
        let Ok(to) = letter.recipient.parse::<Mailbox>() else { return Ok(SendOutcome::Refused) };
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(letter.body.to_owned(), html(letter)))?;
        match mailer.send(message).await {
            Ok(_) => Ok(SendOutcome::Sent),
            Err(error) if error.is_permanent() => {
                tracing::error!(%error, id = %letter.id, "the mail server refuses a mail");
                Ok(SendOutcome::Refused)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn text(&self, notice: &Notice) -> anyhow::Result<SendOutcome> {
        let Some(url) = &self.settings.sms_gateway_url else {
            tracing::info!("sms.gateway_url is not set: an alert is not sent as a text message");
            return Ok(SendOutcome::Refused);
        };
        let mut headers = HeaderMap::new();
        if let Some(token) = &self.settings.sms_gateway_token {
            let value = format!("Bearer {}", token.expose_secret());
            headers.insert(http::header::AUTHORIZATION, HeaderValue::from_str(&value)?);
        }
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = json!({ "to": notice.recipient, "text": notice.body }).to_string();
        self.request(url.expose_secret(), headers, body).await
    }

    async fn request(
        &self,
        url: &str,
        headers: HeaderMap,
        body: String,
    ) -> anyhow::Result<SendOutcome> {
        let request = Request {
            headers,
            body: Body::Bytes(body.into()),
            timeout: Some(SEND_TIME_MAX),
            redirects_max: 0,
            ..Request::new(Method::POST, url)
        };
        let status = self.env.egress()?.send(request).await?.status;
        match status {
            status if status.is_success() => Ok(SendOutcome::Sent),
            StatusCode::GONE => Ok(SendOutcome::Refused),
            status => anyhow::bail!("the answer was {status}"),
        }
    }
}

/// The lines of a message as paragraphs.
fn html(letter: &Letter<'_>) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let lines: Vec<_> = letter.body.trim().lines().map(escape).collect();
    let subject = escape(letter.subject);
    format!("<!doctype html><h1>{subject}</h1><p>{}</p>", lines.join("<br>\n"))
}

/// Sends until `stopping`; `written` says that there is a new message.
pub async fn run(sender: Arc<Sender>, written: Arc<Notify>, stopping: CancellationToken) {
    let places = Arc::new(Semaphore::new(SENDING_MAX));
    while !stopping.is_cancelled() {
        let next = hand_out(&sender, &places, &written).await;
        let wait = async {
            match next {
                Ok(Some(time)) => sender.env.clock.wait_until(time).await,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    tracing::error!(error = ?error, "could not look for messages of alerts");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = written.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = stopping.cancelled() => {}
        }
    }
    // What is being sent comes to its end.
    let all = u32::try_from(SENDING_MAX).unwrap_or(u32::MAX);
    drop(places.acquire_many(all).await);
}

/// Begins to send what is due; returns when the next message is.
async fn hand_out(
    sender: &Arc<Sender>,
    places: &Arc<Semaphore>,
    written: &Arc<Notify>,
) -> Result<Option<entity::Timestamp>, Error> {
    loop {
        let due = alert::due_notices(&sender.env).await?;
        if due.is_empty() {
            return alert::next_notice(&sender.env).await;
        }
        for notice in due {
            // The semaphore is never closed.
            let Ok(place) = places.clone().acquire_owned().await else { return Ok(None) };
            let (sender, written) = (sender.clone(), written.clone());
            tokio::spawn(async move {
                let outcome = sender.send(&notice).await;
                match alert::record_outcome(&sender.env, &notice, &outcome).await {
                    Ok(true) => written.notify_one(),
                    Ok(false) if outcome == SendOutcome::Failed => {
                        tracing::error!(notice = %notice.id.0, "an alert could not be sent");
                    }
                    Ok(false) => {}
                    Err(error) => {
                        tracing::error!(error = ?error, "could not write down what became of it");
                    }
                }
                drop(place);
            });
        }
    }
}
