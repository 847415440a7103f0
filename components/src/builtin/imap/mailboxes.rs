//! The actions on mailboxes.

use async_imap::types::NameAttribute;
use flow::Value;
use futures::TryStreamExt;

use super::session::{open, told};
use crate::{Inputs, Output, Run, StepError};

/// Most mailboxes of a listing.
const MAILBOXES_MAX: usize = 10_000;

pub async fn list(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let mut session = open(run, inputs).await?;
    let failed = |error| told("The mailboxes cannot be listed", &error);
    let mut names = Box::pin(session.list(Some(""), Some("*")).await.map_err(failed)?);
    let mut listed = Vec::new();
    while let Some(name) = names.try_next().await.map_err(failed)? {
        if listed.len() == MAILBOXES_MAX {
            return Err(StepError::new(format!("There are more than {MAILBOXES_MAX} mailboxes.")));
        }
        let delimiter = name.delimiter().unwrap_or_default();
        let last = match delimiter {
            "" => name.name(),
            delimiter => name.name().rsplit(delimiter).next().unwrap_or_default(),
        };
        let can_hold = !name.attributes().contains(&NameAttribute::NoSelect);
        listed.push(Value::object([
            ("path", Value::from(name.name())),
            ("name", last.into()),
            ("delimiter", delimiter.into()),
            ("holdsMessages", Value::Bool(can_hold)),
        ]));
    }
    drop(names);
    // The answer is here, whatever becomes of the goodbye.
    let _ = session.logout().await;
    Ok(Value::from(listed).into())
}

pub async fn status(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = inputs.require_text("mailbox")?;
    let mut session = open(run, inputs).await?;
    let status = session.status(&path, "(MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)").await;
    let status = status.map_err(|error| on(&path, &error))?;
    let _ = session.logout().await;
    let number = |number: Option<u32>| number.map_or(Value::Null, |n| i64::from(n).into());
    Ok(Value::object([
        ("path", Value::from(path)),
        ("messages", number(Some(status.exists))),
        ("recent", number(Some(status.recent))),
        ("unseen", number(status.unseen)),
        ("uidNext", number(status.uid_next)),
        ("uidValidity", number(status.uid_validity)),
    ])
    .into())
}

pub async fn create(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = inputs.require_text("mailbox")?;
    let mut session = open(run, inputs).await?;
    session.create(&path).await.map_err(|error| on(&path, &error))?;
    session.subscribe(&path).await.map_err(|error| on(&path, &error))?;
    let _ = session.logout().await;
    Ok(Value::object([("path", path)]).into())
}

pub async fn rename(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (from, to) = (inputs.require_text("mailbox")?, inputs.require_text("destination")?);
    let mut session = open(run, inputs).await?;
    session.rename(&from, &to).await.map_err(|error| on(&from, &error))?;
    let _ = session.logout().await;
    Ok(Value::object([("path", Value::from(from)), ("newPath", to.into())]).into())
}

pub fn on(path: &str, error: &async_imap::error::Error) -> StepError {
    told(&format!("The mailbox \"{path}\" is refused"), error)
}
