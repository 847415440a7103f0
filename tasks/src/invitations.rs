//! Sends people the links with which they set their passwords.

use std::sync::Arc;
use std::time::Duration;

use domain::Error;
use domain::alert::SendOutcome;
use domain::sign_in::invitation::{self, Mail};
use tokio_util::sync::CancellationToken;

use crate::notices::{Letter, Sender};

/// How soon links are noticed that another node has left behind.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Sends until `stopping`.
pub async fn run(sender: Arc<Sender>, stopping: CancellationToken) {
    let env = sender.env().clone();
    while !stopping.is_cancelled() {
        let next = send_due(&sender).await;
        let wait = async {
            match next {
                Ok(Some(time)) => env.clock.wait_until(time).await,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    tracing::error!(error = ?error, "could not look for invitations");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = env.sign_in.mail_written() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = stopping.cancelled() => {}
        }
    }
}

/// Sends what is due; returns when the next link is.
async fn send_due(sender: &Sender) -> Result<Option<entity::Timestamp>, Error> {
    loop {
        let due = invitation::due(sender.env()).await?;
        if due.is_empty() {
            return invitation::next(sender.env()).await;
        }
        futures::future::try_join_all(due.iter().map(|mail| send(sender, mail))).await?;
    }
}

async fn send(sender: &Sender, mail: &Mail) -> Result<(), Error> {
    let letter = Letter {
        id: mail.id,
        recipient: &mail.recipient,
        subject: &mail.subject,
        body: &mail.body,
    };
    let outcome = sender.mail(&letter).await.unwrap_or_else(|error| {
        tracing::warn!(error = %error, user = %mail.user().0, "an invitation is not sent yet");
        SendOutcome::Failed
    });
    let is_settled = outcome != SendOutcome::Failed;
    if !invitation::record(sender.env(), mail, is_settled).await? && !is_settled {
        tracing::error!(user = %mail.user().0, "an invitation could not be sent");
    }
    Ok(())
}
