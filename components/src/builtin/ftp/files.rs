//! The actions, on an open session.

use chrono::DateTime;
use flow::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::listing::{self, Entry};
use super::session::{Begun, Session, on};
use crate::builtin::wire::{self, path};
use crate::{Inputs, Output, Run, StepError};

pub async fn read(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let mut session = Session::open(run, inputs).await?;
    let mut data = session.transfer(run, &format!("RETR {path}")).await?.of(&path)?;
    let taken = wire::take_in(run, &mut data, &path).await?;
    drop(data);
    session.finish(&path).await?;
    session.close().await;
    Ok(taken.into())
}

pub async fn write(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    put(run, inputs, "STOR").await
}

pub async fn append(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    put(run, inputs, "APPE").await
}

async fn put(run: &mut Run, inputs: &Inputs, verb: &str) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let pieces = wire::pieces(run, inputs, "data")?;
    let mut session = Session::open(run, inputs).await?;
    let mut data = session.transfer(run, &format!("{verb} {path}")).await?.of(&path)?.0;
    wire::send(pieces, &mut data).await.map_err(|error| wire::told(&error))?;
    data.shutdown().await.map_err(|error| wire::told(&error))?;
    drop(data);
    session.finish(&path).await?;
    session.close().await;
    Ok(Value::from(path).into())
}

pub async fn delete(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    single(run, inputs, "DELE").await
}

pub async fn create_directory(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    single(run, inputs, "MKD").await
}

async fn single(run: &mut Run, inputs: &Inputs, verb: &str) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let mut session = Session::open(run, inputs).await?;
    session.command(verb, &path).await?;
    session.close().await;
    Ok(Value::from(path).into())
}

pub async fn rename(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (from, to) = (path(inputs, "sourcePath")?, path(inputs, "destinationPath")?);
    let mut session = Session::open(run, inputs).await?;
    session.command("RNFR", &from).await?;
    session.command("RNTO", &to).await?;
    session.close().await;
    Ok(Value::from(to).into())
}

pub async fn stat(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let mut session = Session::open(run, inputs).await?;
    let facts = session.say(&format!("MLST {path}")).await?;
    let told = facts.lines.iter().filter(|line| line.contains('='));
    let entry = match told.into_iter().find_map(|line| listing::of_facts(line)) {
        Some(entry) if facts.is_success() => entry,
        // Servers that know no facts tell at least this of files.
        _ => {
            let size = session.command("SIZE", &path).await?;
            let modified = session.say(&format!("MDTM {path}")).await?;
            let first = |lines: &[String]| lines.first().cloned().unwrap_or_default();
            Entry {
                kind: '-',
                size: first(&size.lines).trim().parse().unwrap_or_default(),
                modified: listing::instant(&first(&modified.lines)),
                ..Entry::default()
            }
        }
    };
    session.close().await;
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Entry { name, ..entry }.value(&path).into())
}

/// Longest listing of a directory.
const LISTING_BYTES_MAX: u64 = 16 << 20;

pub async fn list(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let directory = path(inputs, "path")?;
    let pattern = inputs.text("pattern");
    let mut session = Session::open(run, inputs).await?;
    let (lines, has_facts) = lines(run, &mut session, &directory).await?;
    session.close().await;
    let now = DateTime::from_timestamp_micros(run.services.clock.now_micros()).unwrap_or_default();
    let read = |line: &str| {
        if has_facts { listing::of_facts(line) } else { listing::of_line(line, now) }
    };
    let mut entries: Vec<Entry> = lines.lines().filter_map(read).collect();
    entries.retain(|entry| pattern.is_empty() || wire::matches(&pattern, &entry.name));
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    let above = directory.trim_end_matches('/');
    let value = |entry: &Entry| entry.value(&format!("{above}/{}", entry.name));
    Ok(Value::from(entries.iter().map(value).collect::<Vec<_>>()).into())
}

/// The listing, and whether it is one of facts.
async fn lines(
    run: &Run,
    session: &mut Session,
    directory: &str,
) -> Result<(String, bool), StepError> {
    let (data, has_facts) = match session.transfer(run, &format!("MLSD {directory}")).await? {
        Begun::Data(data) => (data, true),
        Begun::Refused(reply) if matches!(reply.code, 500..=504) => {
            let begun = session.transfer(run, &format!("LIST {directory}")).await?;
            (begun.of(directory)?, false)
        }
        Begun::Refused(reply) => return Err(on(directory, &reply)),
    };
    let mut bytes = Vec::new();
    let mut limited = data.take(LISTING_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).await.map_err(|error| wire::told(&error))?;
    if bytes.len() as u64 > LISTING_BYTES_MAX {
        return Err(StepError::new(format!(
            "The listing of the directory is larger than {LISTING_BYTES_MAX} bytes."
        )));
    }
    drop(limited);
    session.finish(directory).await?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), has_facts))
}
