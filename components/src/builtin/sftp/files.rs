//! The actions, on an open session.

use flow::Value;
use russh_sftp::client::error::Error;
use russh_sftp::client::fs::DirEntry;
use russh_sftp::protocol::{FileAttributes, FileType, OpenFlags, StatusCode};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::session::Session;
use crate::builtin::wire::{self, path, refusal};
use crate::{Inputs, Output, Run, StepError};

pub async fn read(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let session = Session::open(run, inputs).await?;
    let mut file = session.sftp.open(&path).await.map_err(|error| on(&path, &error))?;
    let taken = wire::take_in(run, &mut file, &path).await?;
    session.close().await;
    Ok(taken.into())
}

pub async fn stat(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let session = Session::open(run, inputs).await?;
    let found = session.sftp.metadata(&path).await.map_err(|error| on(&path, &error))?;
    session.close().await;
    Ok(described(&found).into())
}

pub async fn write(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    put(run, inputs, OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE).await
}

pub async fn append(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    put(run, inputs, OpenFlags::CREATE | OpenFlags::APPEND | OpenFlags::WRITE).await
}

async fn put(run: &mut Run, inputs: &Inputs, flags: OpenFlags) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let pieces = wire::pieces(run, inputs, "data")?;
    let session = Session::open(run, inputs).await?;
    let file = session.sftp.open_with_flags(&path, flags).await;
    let mut file = file.map_err(|error| on(&path, &error))?;
    if flags.contains(OpenFlags::APPEND) {
        // Not every server knows better than the place a client names.
        file.seek(std::io::SeekFrom::End(0)).await.map_err(|error| wire::told(&error))?;
    }
    wire::send(pieces, &mut file).await.map_err(|error| wire::told(&error))?;
    // Only now is every piece known to have arrived.
    file.shutdown().await.map_err(|error| wire::told(&error))?;
    session.close().await;
    Ok(Value::from(path).into())
}

pub async fn delete(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let session = Session::open(run, inputs).await?;
    session.sftp.remove_file(&path).await.map_err(|error| on(&path, &error))?;
    session.close().await;
    Ok(Value::from(path).into())
}

pub async fn rename(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (from, to) = (path(inputs, "sourcePath")?, path(inputs, "destinationPath")?);
    let session = Session::open(run, inputs).await?;
    session.sftp.rename(&from, &to).await.map_err(|error| on(&from, &error))?;
    session.close().await;
    Ok(Value::from(to).into())
}

pub async fn create_directory(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let path = path(inputs, "path")?;
    let session = Session::open(run, inputs).await?;
    let is_deep = inputs.flag("includeSubfolders");
    let whole = path.trim_end_matches('/');
    let above = whole.char_indices().filter(|(at, c)| *c == '/' && *at > 0).map(|(at, _)| at);
    for end in above.chain([whole.len()]).filter(|end| is_deep || *end == whole.len()) {
        let part = &whole[..end];
        let is_there = is_deep && session.sftp.try_exists(part).await.map_err(|e| on(part, &e))?;
        if !is_there {
            session.sftp.create_dir(part).await.map_err(|error| on(part, &error))?;
        }
    }
    session.close().await;
    Ok(Value::from(path).into())
}

/// Entries of one listing, over all directories.
const ENTRIES_MAX: usize = 100_000;

pub async fn list(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let top = path(inputs, "path")?;
    let top = match top.trim_end_matches('/') {
        "" => "/",
        top => top,
    };
    let pattern = inputs.text("pattern");
    let is_deep = inputs.flag("recursive");
    let session = Session::open(run, inputs).await?;
    let (mut found, mut seen) = (Vec::new(), 0);
    let mut open = vec![top.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = session.sftp.read_dir(&directory).await;
        let mut entries: Vec<_> = entries.map_err(|error| on(&directory, &error))?.collect();
        seen += entries.len();
        if seen > ENTRIES_MAX {
            return Err(StepError::new(format!("There are more than {ENTRIES_MAX} entries.")));
        }
        entries.sort_by_key(DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let below = format!("{}/{name}", directory.trim_end_matches('/'));
            if is_deep && entry.file_type().is_dir() {
                open.push(below.clone());
            }
            if pattern.is_empty() || wire::matches(&pattern, &name) {
                found.push(entry_value(&name, &below, &entry.metadata()));
            }
        }
    }
    session.close().await;
    Ok(Value::from(found).into())
}

fn entry_value(name: &str, path: &str, attributes: &FileAttributes) -> Value {
    let kind = match attributes.file_type() {
        FileType::Dir => "d",
        FileType::Symlink => "l",
        FileType::File | FileType::Other => "-",
    };
    let rights = rights(attributes.permissions.unwrap_or_default());
    Value::object([
        ("type", Value::from(kind)),
        ("name", name.into()),
        ("path", path.into()),
        ("size", count(attributes.size.unwrap_or_default())),
        ("modifyTime", milliseconds(attributes.mtime)),
        ("accessTime", milliseconds(attributes.atime)),
        ("rights", rights),
        ("owner", count(attributes.uid.unwrap_or_default().into())),
        ("group", count(attributes.gid.unwrap_or_default().into())),
    ])
}

fn described(attributes: &FileAttributes) -> Value {
    let kind = attributes.file_type();
    Value::object([
        ("mode", count(attributes.permissions.unwrap_or_default().into())),
        ("uid", count(attributes.uid.unwrap_or_default().into())),
        ("gid", count(attributes.gid.unwrap_or_default().into())),
        ("size", count(attributes.size.unwrap_or_default())),
        ("accessTime", milliseconds(attributes.atime)),
        ("modifyTime", milliseconds(attributes.mtime)),
        ("isDirectory", Value::Bool(kind.is_dir())),
        ("isFile", Value::Bool(kind.is_file())),
        ("isSymbolicLink", Value::Bool(kind.is_symlink())),
    ])
}

/// As letters for owner, group and others.
fn rights(mode: u32) -> Value {
    let letters = |shift: u32| {
        let bits = mode >> shift;
        let has = |bit: u32| bits & bit != 0;
        let letters = [(4, 'r'), (2, 'w'), (1, 'x')];
        letters.iter().filter(|(bit, _)| has(*bit)).map(|(_, letter)| *letter).collect::<String>()
    };
    Value::object([
        ("user", Value::from(letters(6))),
        ("group", letters(3).into()),
        ("other", letters(0).into()),
    ])
}

fn count(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

/// Since 1970, as JavaScript counts.
fn milliseconds(seconds: Option<u32>) -> Value {
    count(u64::from(seconds.unwrap_or_default()) * 1000)
}

fn on(path: &str, error: &Error) -> StepError {
    told(&format!("\"{path}\" is refused"), error)
}

pub fn told(what: &str, error: &Error) -> StepError {
    match error {
        Error::Status(status) if status.status_code == StatusCode::NoSuchFile => {
            refusal(what, "there is no such file or directory")
        }
        Error::Status(status) if status.error_message.is_empty() => {
            refusal(what, &status.status_code.to_string())
        }
        Error::Status(status) => refusal(what, &status.error_message),
        Error::Timeout => StepError::new(egress::Error::Timeout.to_string()),
        error => refusal(what, &error.to_string()),
    }
}
