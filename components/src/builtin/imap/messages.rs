//! The actions on messages.

use async_imap::Session;
use async_imap::types::{Fetch, Flag};
use chrono::{DateTime, NaiveDate};
use egress::Stream;
use flow::Value;
use futures::TryStreamExt;

use super::mailboxes::on;
use super::parsed;
use super::session::{open, told};
use crate::{Inputs, Output, Run, StepError};

/// Most messages of a listing.
const MESSAGES_MAX: u64 = 1000;
/// Largest message that is read.
const MESSAGE_BYTES_MAX: u32 = 64 << 20;

pub async fn search(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let query = query(inputs)?;
    let max = inputs.count("maxMessages", 100)?.min(MESSAGES_MAX);
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let (mut session, path) = enter(run, inputs, Access::Read).await?;
    let found = session.uid_search(&query).await.map_err(|error| on(&path, &error))?;
    let mut uids: Vec<u32> = found.into_iter().collect();
    uids.sort_unstable();
    let newest = &uids[uids.len().saturating_sub(max)..];
    let mut listed = Vec::new();
    if !newest.is_empty() {
        let set = newest.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let asked = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])";
        let fetched = session.uid_fetch(set, asked).await.map_err(|error| on(&path, &error))?;
        let mut fetched = Box::pin(fetched);
        while let Some(message) = fetched.try_next().await.map_err(|error| on(&path, &error))? {
            listed.push((message.uid, summary(&message)));
        }
    }
    listed.sort_by_key(|(uid, _)| *uid);
    let _ = session.logout().await;
    Ok(Value::from(listed.into_iter().map(|(_, value)| value).collect::<Vec<_>>()).into())
}

pub async fn download(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::file(whole(run, inputs).await?, "message/rfc822").into())
}

pub async fn read(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let bytes = whole(run, inputs).await?;
    let read = parsed::message(&bytes);
    read.map(Into::into).ok_or_else(|| StepError::new("The message cannot be read as mail."))
}

async fn whole(run: &Run, inputs: &Inputs) -> Result<Vec<u8>, StepError> {
    let uid = uid(inputs)?;
    let (mut session, path) = enter(run, inputs, Access::Read).await?;
    let told_size = fetch(&mut session, &uid, "(UID RFC822.SIZE)").await?.and_then(|it| it.size);
    if told_size.is_some_and(|size| size > MESSAGE_BYTES_MAX) {
        return Err(StepError::new(format!(
            "The message is larger than {MESSAGE_BYTES_MAX} bytes."
        )));
    }
    let fetched = fetch(&mut session, &uid, "(UID BODY.PEEK[])").await?;
    let _ = session.logout().await;
    let body = fetched.as_ref().and_then(Fetch::body).map(<[u8]>::to_vec);
    body.ok_or_else(|| StepError::new(format!("There is no message {uid} in \"{path}\".")))
}

async fn fetch(
    session: &mut Session<Stream>,
    uid: &str,
    asked: &str,
) -> Result<Option<Fetch>, StepError> {
    let failed = |error| told("The message is refused", &error);
    let fetched = session.uid_fetch(uid, asked).await.map_err(failed)?;
    let mut fetched: Vec<Fetch> = fetched.try_collect().await.map_err(failed)?;
    // Servers may speak of other messages in between.
    fetched.retain(|message| message.uid.is_some_and(|found| found.to_string() == uid));
    Ok(fetched.pop())
}

pub async fn append(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = inputs.require_text("mailbox")?;
    let flags = flags(inputs)?;
    let (content, _) = crate::file(inputs.require("content")?);
    let mut session = open(run, inputs).await?;
    let flags = (!flags.is_empty()).then(|| format!("({})", flags.join(" ")));
    let appended = session.append(&path, flags.as_deref(), None, &content).await;
    appended.map_err(|error| on(&path, &error))?;
    let _ = session.logout().await;
    Ok(Value::object([("path", path)]).into())
}

pub async fn copy(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (uid, to) = (uid(inputs)?, inputs.require_text("destination")?);
    let (mut session, path) = enter(run, inputs, Access::Write).await?;
    session.uid_copy(&uid, &to).await.map_err(|error| on(&to, &error))?;
    let _ = session.logout().await;
    Ok(Value::object([("path", Value::from(path)), ("destination", to.into())]).into())
}

pub async fn delete(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let uid = uid(inputs)?;
    let (mut session, path) = enter(run, inputs, Access::Write).await?;
    store(&mut session, &uid, "+FLAGS (\\Deleted)").await?;
    let failed = |error| told("The message cannot be deleted", &error);
    let can = session.capabilities().await.map_err(failed)?;
    // Without the first way a server deletes everything that is marked; there is no other.
    if can.has_str("UIDPLUS") {
        let gone = session.uid_expunge(&uid).await.map_err(failed)?;
        gone.try_collect::<Vec<_>>().await.map_err(failed)?;
    } else {
        let gone = session.expunge().await.map_err(failed)?;
        gone.try_collect::<Vec<_>>().await.map_err(failed)?;
    }
    let _ = session.logout().await;
    Ok(Value::object([("path", Value::from(path)), ("uid", uid.into())]).into())
}

pub async fn add_flags(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    change_flags(run, inputs, "+FLAGS").await
}

pub async fn remove_flags(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    change_flags(run, inputs, "-FLAGS").await
}

pub async fn set_flags(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    change_flags(run, inputs, "FLAGS").await
}

async fn change_flags(run: &Run, inputs: &Inputs, how: &str) -> Result<Output, StepError> {
    let (uid, flags) = (uid(inputs)?, flags(inputs)?);
    let (mut session, _) = enter(run, inputs, Access::Write).await?;
    store(&mut session, &uid, &format!("{how} ({})", flags.join(" "))).await?;
    let message = fetch(&mut session, &uid, "(UID FLAGS)").await?;
    let _ = session.logout().await;
    let message = message.ok_or_else(|| StepError::new(format!("There is no message {uid}.")))?;
    Ok(Value::object([("uid", Value::from(uid)), ("flags", flags_value(&message))]).into())
}

async fn store(session: &mut Session<Stream>, uid: &str, what: &str) -> Result<(), StepError> {
    let failed = |error| told("The flags cannot be changed", &error);
    let stored = session.uid_store(uid, what).await.map_err(failed)?;
    stored.try_collect::<Vec<_>>().await.map_err(failed)?;
    Ok(())
}

/// What a mailbox is opened for.
enum Access {
    Read,
    Write,
}

async fn enter(
    run: &Run,
    inputs: &Inputs,
    access: Access,
) -> Result<(Session<Stream>, String), StepError> {
    let path = inputs.require_text("mailbox")?;
    let mut session = open(run, inputs).await?;
    let entered = match access {
        Access::Read => session.examine(&path).await,
        Access::Write => session.select(&path).await,
    };
    entered.map_err(|error| on(&path, &error))?;
    Ok((session, path))
}

fn uid(inputs: &Inputs) -> Result<String, StepError> {
    let uid = inputs.require_text("uid")?;
    match uid.trim().parse::<u32>() {
        Ok(number) if number > 0 => Ok(number.to_string()),
        _ => Err(StepError::new("Input \"uid\" must be the number of a message.")),
    }
}

/// Flags as the protocol writes them: those it knows itself begin with a backslash.
fn flags(inputs: &Inputs) -> Result<Vec<String>, StepError> {
    const KNOWN: [&str; 5] = ["Seen", "Answered", "Flagged", "Deleted", "Draft"];
    let listed = inputs.list("flags")?;
    let named = listed.iter().map(|flag| {
        let flag = flag.to_text();
        let word = flag.trim().trim_start_matches('\\');
        if let Some(known) = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(word)) {
            return Ok(format!("\\{known}"));
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '_' | '-' | '.');
        if word.is_empty() || !word.chars().all(is_word) || flag.trim() != word {
            return Err(StepError::new(format!("\"{}\" cannot be a flag.", flag.trim())));
        }
        Ok(word.to_owned())
    });
    named.collect()
}

fn query(inputs: &Inputs) -> Result<String, StepError> {
    let mut query = Vec::new();
    match &*inputs.text("seen").to_lowercase() {
        "" => {}
        "true" => query.push("SEEN".to_owned()),
        "false" => query.push("UNSEEN".to_owned()),
        _ => return Err(StepError::new("Input \"seen\" must be true or false.")),
    }
    for (key, name) in [("from", "FROM"), ("to", "TO"), ("subject", "SUBJECT"), ("body", "BODY")] {
        let text = inputs.text(key);
        if text.chars().any(char::is_control) {
            return Err(StepError::new(format!("Input \"{key}\" holds control characters.")));
        }
        if !text.is_empty() {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            query.push(format!("{name} \"{escaped}\""));
        }
    }
    for (key, name) in [("since", "SINCE"), ("before", "BEFORE")] {
        let text = inputs.text(key);
        if !text.is_empty() {
            query.push(format!("{name} {}", day(key, &text)?));
        }
    }
    let query = if query.is_empty() { "ALL".to_owned() } else { query.join(" ") };
    Ok(if query.is_ascii() { query } else { format!("CHARSET UTF-8 {query}") })
}

fn day(key: &str, text: &str) -> Result<String, StepError> {
    let instant = DateTime::parse_from_rfc3339(text.trim()).map(|instant| instant.date_naive());
    let day = instant.or_else(|_| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d"));
    let day =
        day.map_err(|_| StepError::new(format!("Input \"{key}\" must be a day like 2026-01-31.")))?;
    Ok(day.format("%-d-%b-%Y").to_string())
}

fn summary(message: &Fetch) -> Value {
    let received = message.internal_date().map_or(Value::Null, |date| date.to_rfc3339().into());
    let number = |number: Option<u32>| number.map_or(Value::Null, |n| i64::from(n).into());
    Value::object([
        ("uid", number(message.uid)),
        ("flags", flags_value(message)),
        ("size", number(message.size)),
        ("internalDate", received),
        ("envelope", parsed::envelope(message.header().unwrap_or_default())),
    ])
}

fn flags_value(message: &Fetch) -> Value {
    let name = |flag: Flag<'_>| match flag {
        Flag::Seen => "\\Seen".to_owned(),
        Flag::Answered => "\\Answered".to_owned(),
        Flag::Flagged => "\\Flagged".to_owned(),
        Flag::Deleted => "\\Deleted".to_owned(),
        Flag::Draft => "\\Draft".to_owned(),
        Flag::Recent => "\\Recent".to_owned(),
        Flag::MayCreate => "\\*".to_owned(),
        Flag::Custom(word) => word.into_owned(),
    };
    Value::from(message.flags().map(name).map(Value::from).collect::<Vec<_>>())
}
