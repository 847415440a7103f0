//! The data folder, and the rule that one server at a time uses it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, bail};

const LOCK_NAME: &str = "marquetry.lock";

/// Held by the server that uses a folder; the system gives it back when the process ends.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "the lock lasts as long as the file")] File);

impl FolderLock {
    /// Takes the folder, or says who has it.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        if let Some(lock) = Self::try_take(folder)? {
            return Ok(lock);
        }
        let mut holder = String::new();
        // Whoever holds the lock may not have written its number yet.
        let _ = File::open(folder.join(LOCK_NAME))
            .and_then(|mut file| file.read_to_string(&mut holder));
        bail!(
            "the folder {} is in use by another marquetry (process {})",
            folder.display(),
            if holder.trim().is_empty() { "unknown" } else { holder.trim() }
        )
    }

    /// `None` if another process has the folder.
    pub fn try_take(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(LOCK_NAME);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("opening {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                writeln!(file, "{}", std::process::id())?;
                Ok(Some(Self(file)))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("locking {}", path.display()))
            }
        }
    }
}

/// Makes the folder where it is missing; only its owner may look inside.
pub fn create(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("creating the data folder {}", folder.display()))
}
