//! `zip`: archives and compressed files, in memory and within limits.

use std::io::{Cursor, Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flow::{Map, Value};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    let action = |key, label, description, perform: fn(&Inputs) -> Result<Output, StepError>| {
        Action::new(key, label, description, Perform::Pure(perform))
    };
    let file = |comments| {
        Input::new("data", "File")
            .kind(InputKind::Data)
            .comments(comments)
            .required()
            .aliases(&["file", "input", "zipFile", "fileData"])
    };
    let files = Input::new("files", "Files")
        .kind(InputKind::Data)
        .comments("Name and content of each file; names may hold folders, as in a/b.txt.")
        .key_value_list()
        .required()
        .aliases(&["filesToZip", "fileData", "data", "input"]);
    Component {
        actions: vec![
            action("zip", "Zip Files", "Puts files into an archive", pack).inputs([files]),
            action("unzip", "Unzip Files", "Gives the files of an archive by their names", unpack)
                .inputs([file("The archive.")]),
            action("compressGzip", "Compress with Gzip", "Makes a file smaller", compress)
                .inputs([file("Text or a file.")]),
            action("decompressGzip", "Decompress Gzip", "Gives what was compressed", decompress)
                .inputs([file("The compressed file.")]),
        ],
        ..Component::new("zip", "Zip", "Packs and unpacks files", "Helpers")
    }
}

/// Files in one archive.
const ENTRIES_MAX: usize = 10_000;
/// Bytes of everything that comes out of one archive or compressed file: small files can unfold to
/// more than any memory holds.
const UNPACKED_BYTES_MAX: u64 = 134_217_728;

fn pack(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("files")?;
    let files = inputs.pairs("files")?;
    if files.len() > ENTRIES_MAX {
        return Err(too_many_entries());
    }
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in &files {
        let (bytes, _) = crate::file(content);
        check(name)?;
        archive
            .start_file(&**name, options)
            .and_then(|()| Ok(archive.write_all(&bytes)?))
            .map_err(|error| StepError::new(format!("\"{name}\" cannot be packed: {error}.")))?;
    }
    let packed = archive
        .finish()
        .map_err(|error| StepError::new(format!("The archive cannot be made: {error}.")))?;
    Ok(Value::file(packed.into_inner(), "application/zip").into())
}

fn unpack(inputs: &Inputs) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("data").map(crate::file)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() > ENTRIES_MAX {
        return Err(too_many_entries());
    }
    let mut files = Map::new();
    let mut bytes_left = UNPACKED_BYTES_MAX;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| unreadable(&error))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(|error| unreadable(&error))?.into_owned();
        check(&name)?;
        let content = read(entry, bytes_left)?;
        bytes_left -= content.len() as u64;
        let kind = mime_guess::from_path(&name).first_or_octet_stream();
        files.insert(name.into(), Value::file(content, kind.essence_str()));
    }
    Ok(Value::from(files).into())
}

/// Names that would leave the folder they are unpacked to are refused on both sides.
fn check(name: &str) -> Result<(), StepError> {
    let is_absolute = name.starts_with(['/', '\\']) || name.contains(':');
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    if name.is_empty() || is_absolute || climbs || name.contains('\0') {
        let shown: String = name.chars().take(80).collect();
        return Err(StepError::new(format!("\"{shown}\" is not a safe name for a file.")));
    }
    Ok(())
}

fn compress(inputs: &Inputs) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("data").map(crate::file)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    let packed = packed
        .map_err(|error| StepError::new(format!("The file cannot be compressed: {error}.")))?;
    Ok(Value::file(packed, "application/gzip").into())
}

/// Text where it is text, bytes otherwise.
fn decompress(inputs: &Inputs) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("data").map(crate::file)?;
    let content = read(MultiGzDecoder::new(&bytes[..]), UNPACKED_BYTES_MAX)?;
    Ok(match std::str::from_utf8(&content) {
        Ok(text) => Value::from(text).into(),
        Err(_) => Value::file(content, "application/octet-stream").into(),
    })
}

fn read(mut packed: impl Read, bytes_max: u64) -> Result<Bytes, StepError> {
    let mut content = Vec::new();
    // Counted while reading, since declared sizes may lie.
    packed
        .by_ref()
        .take(bytes_max + 1)
        .read_to_end(&mut content)
        .map_err(|error| StepError::new(format!("The file cannot be unpacked: {error}.")))?;
    if content.len() as u64 > bytes_max {
        return Err(StepError::new(format!(
            "The files would be larger than {UNPACKED_BYTES_MAX} bytes."
        )));
    }
    Ok(content.into())
}

fn too_many_entries() -> StepError {
    StepError::new(format!("An archive may hold {ENTRIES_MAX} files at most."))
}

fn unreadable(error: &ZipError) -> StepError {
    StepError::new(format!("The archive cannot be read: {error}."))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flow::Value;
    use serde_json::{Value as Json, json};
    use zip::write::SimpleFileOptions;

    use crate::testing::Stage;

    async fn data(action: &str, inputs: Json) -> Result<Json, String> {
        Stage::new().data("zip", action, inputs).await.map(Option::unwrap_or_default)
    }

    #[tokio::test]
    async fn files_come_out_as_they_went_in() {
        let png = Value::file(&b"\x89\0"[..], "image/png");
        let text = Value::file(&b"hi"[..], "text/plain");
        let files = json!([{ "key": "a/b.txt", "value": "hi" }, { "key": "c.png", "value": png }]);
        let archive = data("zip", json!({ "files": files })).await.unwrap();
        let found = data("unzip", json!({ "data": archive })).await;
        assert_eq!(found, Ok(json!({ "a/b.txt": text, "c.png": png })));
        for content in
            [json!("hi".repeat(100)), json!(Value::file(&b"\xff"[..], "application/octet-stream"))]
        {
            let packed = data("compressGzip", json!({ "data": content })).await.unwrap();
            assert_eq!(data("decompressGzip", json!({ "data": packed })).await, Ok(content));
        }
    }

    #[tokio::test]
    async fn hostile_archives_are_refused() {
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let zeros = vec![0; 1_000_000];
        for _ in 0..150 {
            bomb.write_all(&zeros).unwrap();
        }
        let bomb = json!(Value::file(bomb.finish().unwrap(), "application/gzip"));
        let mut climber = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        climber.start_file("../etc/passwd", SimpleFileOptions::default()).unwrap();
        let climber = climber.finish().unwrap().into_inner();
        let climber = json!(Value::file(climber, "application/zip"));
        for (action, input, expected) in [
            ("decompressGzip", json!({ "data": bomb }), "larger than"),
            ("unzip", json!({ "data": climber }), "not a safe name"),
            ("unzip", json!({ "data": "no archive" }), "cannot be read"),
            ("decompressGzip", json!({ "data": "plain" }), "cannot be unpacked"),
            ("zip", json!({ "files": { "/a": "" } }), "not a safe name"),
        ] {
            let error = data(action, input).await.unwrap_err();
            assert!(error.contains(expected), "{action}: {error}");
        }
    }
}
