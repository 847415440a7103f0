//! A real SSH server on this machine, with files in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use russh::keys::ssh_key::private::{Ed25519Keypair, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Msg, Session, VerifiedPublicKey, run_stream};
use russh::{Channel, ChannelId};
use russh_sftp::protocol::{
    Attrs, Data, File, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode,
};
use russh_sftp::server::Handler;

/// Path to content; a directory has none.
pub type Tree = Arc<Mutex<BTreeMap<String, Option<Vec<u8>>>>>;

pub const PASSWORD: &str = "pa55word";

pub fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

/// Serves the tree; gives the port. The host's key has the seed 1, the user's the seed 2.
pub async fn start(tree: Tree) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(Config {
        keys: vec![key(1)],
        auth_rejection_time: std::time::Duration::ZERO,
        ..Config::default()
    });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let ssh = Ssh { tree: tree.clone(), channels: HashMap::new() };
            let config = config.clone();
            tokio::spawn(async move { run_stream(config, stream, ssh).await?.await });
        }
    });
    port
}

struct Ssh {
    tree: Tree,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl russh::server::Handler for Ssh {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let is_known = user == "ann" && password == PASSWORD;
        Ok(if is_known { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(
        &mut self,
        _user: &str,
        offered: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        let is_known = offered.public_key.key_data() == key(2).public_key().key_data();
        Ok(if is_known { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(id)?;
        let channel = self.channels.remove(&id).unwrap();
        let files = Files { tree: self.tree.clone(), listed: Vec::new() };
        russh_sftp::server::run(channel.into_stream(), files).await;
        Ok(())
    }
}

struct Files {
    tree: Tree,
    /// Directories that were told already: each is told at once.
    listed: Vec<String>,
}

fn done(id: u32) -> Status {
    let (error_message, language_tag) = (String::new(), "en".to_owned());
    Status { id, status_code: StatusCode::Ok, error_message, language_tag }
}

fn attributes(content: Option<&Vec<u8>>) -> FileAttributes {
    FileAttributes {
        size: Some(content.map_or(0, |content| content.len() as u64)),
        permissions: Some(if content.is_some() { 0o100_644 } else { 0o040_755 }),
        uid: Some(7),
        gid: Some(8),
        mtime: Some(1_700_000_000),
        atime: Some(1_700_000_001),
        ..FileAttributes::empty()
    }
}

impl Files {
    fn find(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let tree = self.tree.lock().unwrap();
        tree.get(path).map(|found| attributes(found.as_ref())).ok_or(StatusCode::NoSuchFile)
    }
}

impl Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> Self::Error {
        StatusCode::OpUnsupported
    }

    async fn open(
        &mut self,
        id: u32,
        path: String,
        flags: OpenFlags,
        _attributes: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        let mut tree = self.tree.lock().unwrap();
        if flags.contains(OpenFlags::CREATE) {
            let content = tree.entry(path.clone()).or_default().get_or_insert_default();
            if flags.contains(OpenFlags::TRUNCATE) {
                content.clear();
            }
        }
        let is_file = tree.get(&path).is_some_and(Option::is_some);
        if is_file { Ok(Handle { id, handle: path }) } else { Err(StatusCode::NoSuchFile) }
    }

    async fn close(&mut self, id: u32, _handle: String) -> Result<Status, StatusCode> {
        Ok(done(id))
    }

    async fn read(
        &mut self,
        id: u32,
        path: String,
        offset: u64,
        length: u32,
    ) -> Result<Data, StatusCode> {
        let tree = self.tree.lock().unwrap();
        let content = tree[&path].as_ref().unwrap();
        let from = usize::try_from(offset).unwrap();
        let rest = content.get(from..).filter(|rest| !rest.is_empty()).ok_or(StatusCode::Eof)?;
        Ok(Data { id, data: rest[..rest.len().min(length as usize)].to_vec() })
    }

    async fn write(
        &mut self,
        id: u32,
        path: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusCode> {
        let mut tree = self.tree.lock().unwrap();
        let content = tree.get_mut(&path).unwrap().as_mut().unwrap();
        let from = usize::try_from(offset).unwrap();
        content.resize(content.len().max(from + data.len()), 0);
        content[from..from + data.len()].copy_from_slice(&data);
        Ok(done(id))
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.find(&path).map(|attrs| Attrs { id, attrs })
    }

    async fn fstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.find(&path).map(|attrs| Attrs { id, attrs })
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        self.find(&path).map(|_| Handle { id, handle: path })
    }

    async fn readdir(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        if self.listed.contains(&path) {
            return Err(StatusCode::Eof);
        }
        self.listed.push(path.clone());
        let tree = self.tree.lock().unwrap();
        let below = format!("{path}/");
        let named = tree.iter().filter_map(|(path, content)| {
            let name = path.strip_prefix(&below).filter(|name| !name.contains('/'))?;
            Some(File::new(name, attributes(content.as_ref())))
        });
        let own = [".", ".."].map(|name| File::new(name, attributes(None)));
        Ok(Name { id, files: own.into_iter().chain(named).collect() })
    }

    async fn remove(&mut self, id: u32, path: String) -> Result<Status, StatusCode> {
        let removed = self.tree.lock().unwrap().remove(&path);
        removed.map(|_| done(id)).ok_or(StatusCode::NoSuchFile)
    }

    async fn mkdir(
        &mut self,
        id: u32,
        path: String,
        _attributes: FileAttributes,
    ) -> Result<Status, StatusCode> {
        let mut tree = self.tree.lock().unwrap();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if !parent.is_empty() && !tree.contains_key(parent) {
            return Err(StatusCode::NoSuchFile);
        }
        let replaced = tree.insert(path, None);
        if replaced.is_some() { Err(StatusCode::Failure) } else { Ok(done(id)) }
    }

    async fn rename(&mut self, id: u32, from: String, to: String) -> Result<Status, StatusCode> {
        let mut tree = self.tree.lock().unwrap();
        let content = tree.remove(&from).ok_or(StatusCode::NoSuchFile)?;
        tree.insert(to, content);
        Ok(done(id))
    }
}
