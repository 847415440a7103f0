//! The key that all secrets of an installation hang on.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use domain::secrets::Secrets;
use secrecy::{ExposeSecret, SecretBox};

const VARIABLE: &str = "MARQUETRY_MASTER_KEY";
const NEW_VARIABLE: &str = "MARQUETRY_NEW_MASTER_KEY";
const FILE_NAME: &str = "master.key";
/// What is about to take the place of the file above.
const NEW_FILE_NAME: &str = "master.key.new";
const KEY_BYTES: usize = 32;

/// 32 bytes from the environment, or from a file that only its owner may read.
#[derive(Debug)]
pub struct MasterKey(SecretBox<[u8; KEY_BYTES]>);

impl MasterKey {
    pub fn new(key: [u8; KEY_BYTES]) -> Self {
        Self(SecretBox::new(Box::new(key)))
    }

    /// The key of an installation; `None` if it has none yet.
    pub fn find(
        folder: &Path,
        environment: &HashMap<String, String>,
    ) -> anyhow::Result<Option<Self>> {
        if let Some(text) = environment.get(VARIABLE) {
            return parse(text).context(VARIABLE).map(Some);
        }
        let file = folder.join(FILE_NAME);
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                parse(text.trim_end()).with_context(|| file.display().to_string()).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
        }
    }

    /// Makes a key and keeps it in the folder. Never replaces one.
    pub fn create(folder: &Path) -> anyhow::Result<Self> {
        Self::write(folder, FILE_NAME)
    }

    /// The key that is to take the place of the one in use: from the environment where that one
    /// comes from it, and otherwise a new one, which [`Self::replace`] puts in its place.
    pub fn successor(folder: &Path, environment: &HashMap<String, String>) -> anyhow::Result<Self> {
        if environment.contains_key(VARIABLE) {
            let text = environment.get(NEW_VARIABLE).with_context(|| {
                format!("the master key comes from {VARIABLE}: give the new one in {NEW_VARIABLE}")
            })?;
            return parse(text).context(NEW_VARIABLE);
        }
        let path = folder.join(NEW_FILE_NAME);
        match std::fs::remove_file(&path) {
            // Left by an attempt that came to nothing.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", path.display()))
            }
            _ => Self::write(folder, NEW_FILE_NAME),
        }
    }

    /// The key that a rotation has left behind which was cut before [`Self::replace`].
    pub fn find_successor(folder: &Path) -> Option<Self> {
        parse(std::fs::read_to_string(folder.join(NEW_FILE_NAME)).ok()?.trim_end()).ok()
    }

    /// Makes the successor in the folder, if there is one, the key that is found from now on.
    pub fn replace(folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(NEW_FILE_NAME);
        match std::fs::rename(&path, folder.join(FILE_NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            renamed => renamed.with_context(|| format!("renaming {}", path.display()))?,
        }
        std::fs::File::open(folder)?.sync_all()?;
        Ok(())
    }

    fn write(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let key: [u8; KEY_BYTES] = rand::random();
        let path = folder.join(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("creating {}", path.display()))?;
        let digits = key.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        writeln!(file, "{digits}")?;
        file.sync_all()?;
        // Without its directory entry a synced file can still be lost.
        std::fs::File::open(folder)?.sync_all()?;
        Ok(Self::new(key))
    }

    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::from_master_key(*self.0.expose_secret())
    }
}

fn parse(text: &str) -> anyhow::Result<MasterKey> {
    ensure!(
        text.len() == 2 * KEY_BYTES && text.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "a master key is 64 hexadecimal digits"
    );
    let mut key = [0; KEY_BYTES];
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16)?;
    }
    if key == [0; KEY_BYTES] {
        bail!("a master key of zeros protects nothing");
    }
    Ok(MasterKey::new(key))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let nothing = HashMap::new();
        assert!(MasterKey::find(folder.path(), &nothing).unwrap().is_none());
        let made = MasterKey::create(folder.path()).unwrap();
        let found = MasterKey::find(folder.path(), &nothing).unwrap().unwrap();
        assert_eq!(made.0.expose_secret(), found.0.expose_secret());
        assert!(MasterKey::create(folder.path()).is_err(), "a key must never be replaced");
        let permissions = folder.path().join(FILE_NAME).metadata().unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, 0o600);
    }

    #[test]
    fn keys_from_the_environment_come_first_and_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        MasterKey::create(folder.path()).unwrap();
        let find = |text: String| {
            MasterKey::find(folder.path(), &HashMap::from([(VARIABLE.to_owned(), text)]))
        };
        let key = find("0a".repeat(32)).unwrap().unwrap();
        assert_eq!(key.0.expose_secret(), &[10; 32]);
        for bad in [String::new(), "0a".repeat(31), "+a".repeat(32), "0".repeat(64)] {
            assert!(find(bad.clone()).is_err(), "{bad}");
        }
    }
}
