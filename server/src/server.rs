//! The running server.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use domain::Env;
use domain::retention::Settings as Retention;
use domain::sign_in;
use entity::{Clock, DbUrl, Ids, SystemClock};
use jobs::PayloadStore;
use runner::bundle::{HostOptions, Node};
use runner::script::Pool;
use runner::{Runner, RunnerOptions};
use tasks::{LogStreams, MessageSettings, Tasks};
use tokio::net::TcpListener;

use crate::http::{Http, Timeouts};
use crate::installation::{Installation, InstallationOptions};
use crate::master_key::MasterKey;

/// Payloads that are too large for a row, inside the data folder.
const PAYLOADS_FOLDER: &str = "payloads";

/// Packages of components, unpacked, inside the data folder.
const COMPONENTS_FOLDER: &str = "components";

/// Where programs usually are.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// How long the platform itself waits for a connection.
const CONNECT_SECONDS_MAX: u64 = 5;

/// How long the last log lines may take on their way to log streams.
const LINES_PATIENCE: Duration = Duration::from_secs(5);

/// What a server is started with.
pub struct Options {
    /// Address and port; with port 0 the system picks a free one.
    pub listen: String,
    pub data_dir: PathBuf,
    /// A file in the data folder unless given.
    pub database_url: Option<DbUrl>,
    /// The one in the data folder unless given; made there if there is none.
    pub master_key: Option<MasterKey>,
    /// How others reach the server; the address it listens on unless given.
    pub public_url: Option<String>,
    /// How people sign in.
    pub login: sign_in::Settings,
    pub clock: Arc<dyn Clock>,
    pub ids: Ids,
    /// See [`Env::schedule_jitter_seconds`].
    pub schedule_jitter_seconds: u32,
    pub trigger: api::TriggerSettings,
    /// How people are told of alerts.
    pub messages: MessageSettings,
    pub egress_policy: egress::Policy,
    /// Executions at the same time.
    pub concurrency_max: usize,
    /// Executions of one organization at the same time; `None` sets no limit.
    pub organization_concurrency_max: Option<usize>,
    /// How often a failed execution is repeated at most, whatever its flow asks for.
    pub retries_max: u32,
    pub execution_time_limit: Duration,
    /// Bytes that the state of an instance may hold.
    pub state_bytes_max: usize,
    /// The program that runs code steps when started as `js-worker`; this one unless given.
    pub code_program: Option<PathBuf>,
    pub code_processes_max: usize,
    pub code_heap_bytes: usize,
    pub code_time_limit: Duration,
    /// The program that runs code of components; `node` on the search path unless given.
    pub node_program: Option<PathBuf>,
    /// Where programs are looked for, folders with colons between them.
    pub search_path: String,
    pub component_processes_max: usize,
    pub component_heap_mebibytes: usize,
    pub component_time_limit: Duration,
    /// How long history is kept.
    pub retention: Retention,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    /// How long requests and runs may go on after [`Server::stop`].
    pub stop_patience: Duration,
}

impl Options {
    /// The defaults, with the machine's clock and random ids.
    pub fn new(listen: impl Into<String>, data_dir: impl Into<PathBuf>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self {
            listen: listen.into(),
            data_dir: data_dir.into(),
            database_url: None,
            master_key: None,
            public_url: None,
            login: sign_in::Settings::default(),
            ids: Ids::random(clock.clone()),
            clock,
            schedule_jitter_seconds: 0,
            trigger: api::TriggerSettings::default(),
            messages: MessageSettings::default(),
            egress_policy: egress::Policy::default(),
            concurrency_max: 256,
            organization_concurrency_max: None,
            retries_max: u32::MAX,
            execution_time_limit: Duration::from_mins(15),
            state_bytes_max: runner::STATE_BYTES_MAX,
            code_program: None,
            code_processes_max: 4,
            code_heap_bytes: 64 << 20,
            code_time_limit: Duration::from_mins(2),
            node_program: None,
            search_path: SEARCH_PATH.to_owned(),
            component_processes_max: 4,
            component_heap_mebibytes: 256,
            component_time_limit: Duration::from_mins(5),
            retention: Retention::default(),
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            stop_patience: Duration::from_secs(20),
        }
    }
}

/// A server that answers requests and runs flows.
pub struct Server {
    pub address: SocketAddr,
    pub env: Arc<Env>,
    pub runner: Runner,
    tasks: Tasks,
    log_streams: LogStreams,
    http: Http,
    stop_patience: Duration,
    /// Gives the folder back when everything else has stopped.
    installation: Installation,
}

impl Server {
    /// Serves from the moment it returns.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let listener = listen(&options.listen).await?;
        let address = listener.local_addr()?;
        let scripts = Pool::new(script_options(&options)?);
        let timeouts = Timeouts { header: options.header_timeout, body: options.body_timeout };
        let trigger = options.trigger.clone();
        let messages = options.messages.clone();
        let egress_policy = options.egress_policy.clone();
        let stop_patience = options.stop_patience;
        let concurrency_max = options.concurrency_max;
        let organization_concurrency_max = options.organization_concurrency_max;
        let retries_max = options.retries_max;
        let execution_time_limit = options.execution_time_limit;
        let state_bytes_max = options.state_bytes_max;
        let retention = options.retention;
        let components = component_options(&options).await;
        let payloads = options.data_dir.join(PAYLOADS_FOLDER);
        let installation = Installation::open(installation_options(options, address)).await?;
        let env = installation.env.clone();
        if env.db.is_sqlite() {
            // The folder has one server at a time: whoever held a lease is gone.
            domain::oauth::end_leases(&env).await.context("ending old leases")?;
        }
        let new_users = domain::sign_in::oidc::check(&env).await;
        new_users.context("login.oidc.new_user_organization names nobody of this installation")?;
        let own_url = Some(env.public_url.clone());
        let policy = egress::Policy { own_url, ..egress_policy };
        let impatient = egress::Policy {
            connect_timeout_seconds: policy.connect_timeout_seconds.min(CONNECT_SECONDS_MAX),
            ..policy.clone()
        };
        // Set once per server: nobody else does.
        let _ = env.egress.set(egress::Client::new(impatient)?);
        let egress = egress::Client::new(policy)?;
        env.watches.reload(&env).await.context("reading what alert monitors watch")?;
        let log_streams = LogStreams::start(env.clone()).await.context("reading log streams")?;
        let runner = Runner::start(RunnerOptions {
            env: env.clone(),
            store: PayloadStore::in_folder(&payloads, env.ids.clone())?,
            egress,
            scripts: Arc::new(scripts),
            components,
            concurrency_max,
            organization_concurrency_max,
            retries_max,
            execution_time_limit,
            state_bytes_max,
        })
        .await
        .context("starting the runner")?;
        let store = runner.store().clone();
        let tasks = Tasks::start(env.clone(), store, retention, messages)?;
        let schema = api::schema(env.clone());
        let calls = Arc::new(api::Calls::new(&trigger));
        let state = api::State { env: env.clone(), runner: runner.clone(), schema, calls };
        let http = Http::start(listener, api::router(state), timeouts);
        Ok(Self { address, env, runner, tasks, log_streams, http, stop_patience, installation })
    }

    /// Stops in order: no new connections, requests and runs may finish, then the rest is cut off.
    /// What is cut off resumes on the next start.
    pub async fn stop(self) {
        self.http.stop(self.stop_patience).await;
        self.tasks.stop(self.stop_patience).await;
        self.runner.stop(self.stop_patience).await;
        self.log_streams.stop(LINES_PATIENCE.min(self.stop_patience)).await;
        self.env.authorizations.settle(self.stop_patience).await;
        drop(self.installation);
    }
}

fn installation_options(options: Options, address: SocketAddr) -> InstallationOptions {
    let public_url = options.public_url.unwrap_or_else(|| format!("http://{address}"));
    InstallationOptions {
        data_dir: options.data_dir,
        database_url: options.database_url,
        master_key: options.master_key,
        public_url: public_url.trim_end_matches('/').to_owned(),
        login: sign_in::Settings { mail: options.messages.smtp_url.is_some(), ..options.login },
        schedule_jitter_seconds: options.schedule_jitter_seconds,
        clock: options.clock,
        ids: options.ids,
    }
}

async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another port can be given with --listen ADDR:PORT")
    })
}

fn script_options(options: &Options) -> anyhow::Result<runner::script::Options> {
    let program = match &options.code_program {
        Some(program) => program.clone(),
        None => own_program()?,
    };
    let mut scripts = runner::script::Options::new(program, [OsString::from("js-worker")]);
    scripts.workers_max = options.code_processes_max;
    scripts.heap_bytes = options.code_heap_bytes;
    scripts.time_limit = options.code_time_limit;
    Ok(scripts)
}

async fn component_options(options: &Options) -> HostOptions {
    let node = Node::find(options.node_program.as_deref(), &options.search_path).await;
    if let Err(reason) = &node {
        tracing::warn!("{reason}");
    }
    // Processes have a folder of their own, where other names mean something else.
    let folder = options.data_dir.join(COMPONENTS_FOLDER);
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    HostOptions {
        node,
        folder,
        processes_max: options.component_processes_max,
        heap_mebibytes: options.component_heap_mebibytes,
        time_limit: options.component_time_limit,
    }
}

/// On Linux through the kernel's link, which stays right when the file is replaced by an upgrade.
fn own_program() -> anyhow::Result<PathBuf> {
    let link = Path::new("/proc/self/exe");
    if link.exists() {
        return Ok(link.to_owned());
    }
    std::env::current_exe().context("finding the own program")
}
