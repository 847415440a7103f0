//! The package of a component: a zip archive that somebody else has made.

use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use sha1::{Digest, Sha1};
use zip::ZipArchive;

/// Bytes of all files of a package together, unpacked.
pub const UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// Files and folders of a package.
const ENTRIES_MAX: usize = 10_000;

/// Where the code begins.
const ENTRY_POINT: &str = "index.js";

/// What was found out about a package.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Package {
    /// SHA-1 of the archive, in hexadecimal digits.
    pub signature: String,
    pub unpacked_bytes: u64,
}

/// Looks through a package without keeping anything of it; blocks for as long as that takes. The
/// text says what is wrong with it.
pub fn inspect(bytes: &Bytes) -> Result<Package, String> {
    let mut found_entry_point = false;
    let unpacked_bytes = walk(bytes, &mut |path, content| {
        let copied = match content {
            Some(content) => std::io::copy(content, &mut std::io::sink()).map_err(unreadable)?,
            None => 0,
        };
        found_entry_point |= path == Path::new(ENTRY_POINT) && copied > 0;
        Ok(copied)
    })?;
    if !found_entry_point {
        return Err(format!("The package has no {ENTRY_POINT} at its top."));
    }
    Ok(Package { signature: signature(bytes), unpacked_bytes })
}

/// Writes the files of a package into a folder that is there and empty.
pub fn unpack(bytes: &Bytes, folder: &Path) -> Result<(), String> {
    walk(bytes, &mut |path, content| {
        let target = folder.join(path);
        let Some(content) = content else {
            std::fs::create_dir_all(&target).map_err(unreadable)?;
            return Ok(0);
        };
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(unreadable)?;
        }
        let mut file = std::fs::File::create_new(&target).map_err(unreadable)?;
        std::io::copy(content, &mut file).map_err(unreadable)
    })
    .map(|_| ())
}

/// SHA-1 of a package, in hexadecimal digits.
pub(super) fn signature(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Does something with a folder, or with a file and its content; says how many bytes it had.
type Visit<'a> = dyn FnMut(&Path, Option<&mut dyn Read>) -> Result<u64, String> + 'a;

/// Goes through the entries. What headers say about lengths is not believed: what is read counts.
fn walk(bytes: &Bytes, visit: &mut Visit<'_>) -> Result<u64, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > ENTRIES_MAX {
        return Err(format!("The package has more than {ENTRIES_MAX} files."));
    }
    let mut known: HashSet<PathBuf> = HashSet::new();
    let mut left = UNPACKED_BYTES_MAX;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        let path = within(&name)
            .ok_or_else(|| format!("The package has a file outside of it: {name:?}."))?;
        if entry.is_symlink() {
            return Err(format!("The package has a link: {name:?}."));
        }
        if !known.insert(path.clone()) {
            return Err(format!("The package has {name:?} twice."));
        }
        if entry.is_dir() {
            visit(&path, None)?;
            continue;
        }
        // One byte more than there may be tells that there is too much.
        let mut content = (&mut entry).take(left + 1);
        let read = visit(&path, Some(&mut content))?;
        left = left.checked_sub(read).ok_or_else(|| {
            format!("The package has more than {UNPACKED_BYTES_MAX} bytes, unpacked.")
        })?;
    }
    Ok(UNPACKED_BYTES_MAX - left)
}

/// The path of an entry, if it leads from where it starts downwards only.
fn within(name: &str) -> Option<PathBuf> {
    let is_foreign = name.contains(['\\', '\0']);
    let parts = Path::new(name).components().filter(|part| *part != Component::CurDir);
    let mut path = PathBuf::new();
    for part in parts {
        let Component::Normal(part) = part else { return None };
        path.push(part);
    }
    (!is_foreign && path.components().next().is_some()).then_some(path)
}

fn unreadable(error: impl std::fmt::Display) -> String {
    format!("The package cannot be read: {error}.")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn package(files: &[(&str, &[u8])]) -> Bytes {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner().into()
    }

    #[test]
    fn only_packages_that_stay_in_their_folder_are_taken() {
        let good = package(&[("./index.js", b"x"), ("a/b.txt", b"y")]);
        let found = inspect(&good).unwrap();
        assert_eq!((found.signature.len(), found.unpacked_bytes), (40, 2));
        let folder = tempfile::tempdir().unwrap();
        unpack(&good, folder.path()).unwrap();
        assert_eq!(std::fs::read(folder.path().join("a/b.txt")).unwrap(), b"y");
        for (files, expected) in [
            (vec![("lib/index.js", &b"x"[..])], "no index.js"),
            (vec![("index.js", b"")], "no index.js"),
            (vec![("index.js", b"x"), ("../evil", b"x")], "outside"),
            (vec![("index.js", b"x"), ("a/../../evil", b"x")], "outside"),
            (vec![("index.js", b"x"), ("/etc/evil", b"x")], "outside"),
            (vec![("index.js", b"x"), ("a\\..\\..\\evil", b"x")], "outside"),
        ] {
            let refused = inspect(&package(&files)).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
        assert!(inspect(&Bytes::from_static(b"no archive")).is_err());
        let mut linked = ZipWriter::new(Cursor::new(Vec::new()));
        linked.add_symlink("index.js", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        let linked = linked.finish().unwrap().into_inner().into();
        assert!(inspect(&linked).unwrap_err().contains("link"));
    }

    #[test]
    fn a_package_that_swells_is_refused() {
        let large = vec![0; usize::try_from(UNPACKED_BYTES_MAX).unwrap() + 1];
        let refused = inspect(&package(&[("index.js", b"x"), ("large", &large)])).unwrap_err();
        assert!(refused.contains("unpacked"), "{refused}");
    }
}
