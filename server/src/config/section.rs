//! The sections of the configuration. Names carry their units.

use std::path::PathBuf;
use std::time::Duration;

use domain::retention::Settings;
use domain::sign_in;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::oidc::OidcSection;

/// `[server]`: how clients reach this process.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSection {
    /// Address and port to listen on.
    pub listen: String,
    /// How others reach the server; the address it listens on unless set.
    pub public_url: Option<String>,
    /// How long a client may take to send the head of a request.
    pub header_timeout_seconds: u64,
    /// Longest silence while the body of a request is read.
    pub body_timeout_seconds: u64,
    /// How long requests and runs may go on after the server was told to stop.
    pub stop_patience_seconds: u64,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:3000".to_owned(),
            public_url: None,
            header_timeout_seconds: 30,
            body_timeout_seconds: 30,
            stop_patience_seconds: 20,
        }
    }
}

/// `[storage]`: where the data lives.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageSection {
    /// `postgres://…` or `sqlite:…`; a file in the data folder unless set. `DATABASE_URL` in the
    /// environment comes before it.
    #[serde(deserialize_with = "read_secret", serialize_with = "hide_secret")]
    pub database_url: Option<SecretString>,
}

/// `[login]`: how the organization's people sign in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginSection {
    /// Whether people may sign in with a password.
    pub password: bool,
    /// Where browsers may be sent back to after signing in, beside this machine and the server
    /// itself; compared letter by letter.
    pub redirect_uris: Vec<String>,
    /// Whether everybody reaches the server through a proxy of yours that adds the address of
    /// who asks to `X-Forwarded-For`; wrong passwords are then counted for that address.
    pub forwarded_for: bool,
    /// Another service that signs people in.
    pub oidc: Option<OidcSection>,
}

impl Default for LoginSection {
    fn default() -> Self {
        let settings = sign_in::Settings::default();
        Self {
            password: settings.password,
            redirect_uris: settings.redirect_uris,
            forwarded_for: settings.forwarded_for,
            oidc: None,
        }
    }
}

impl LoginSection {
    /// Whether anybody signs in with a password.
    pub fn has_passwords(&self) -> bool {
        self.password && !self.oidc.as_ref().is_some_and(|oidc| oidc.only)
    }

    pub fn settings(&self) -> sign_in::Settings {
        sign_in::Settings {
            password: self.has_passwords(),
            redirect_uris: self.redirect_uris.clone(),
            forwarded_for: self.forwarded_for,
            oidc: self.oidc.as_ref().map(OidcSection::settings),
            ..sign_in::Settings::default()
        }
    }
}

/// `[mail]`: how alerts and invitations are sent by mail.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSection {
    /// Server and account, such as `smtps://user:password@mail.example.com`, or
    /// `smtp://mail.example.com:587?tls=required`. No mail is sent unless it is set.
    #[serde(deserialize_with = "read_secret", serialize_with = "hide_secret")]
    pub smtp_url: Option<SecretString>,
    /// Who mail comes from: `Alerts <alerts@example.com>`.
    pub from: Option<String>,
}

/// `[sms]`: how alerts are sent as text messages.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSection {
    /// Gets a `POST` of `{"to": …, "text": …}` for each message; reached within the rules of
    /// `[egress]`. No text messages are sent unless it is set.
    #[serde(deserialize_with = "read_secret", serialize_with = "hide_secret")]
    pub gateway_url: Option<SecretString>,
    /// Sent along as a bearer token.
    #[serde(deserialize_with = "read_secret", serialize_with = "hide_all")]
    pub gateway_token: Option<SecretString>,
}

/// `[egress]`: what flows may reach.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct EgressSection {
    /// Allows private and loopback addresses.
    pub allow_private: bool,
    /// Hosts that are allowed whatever their address; `*.example.com` stands for all names below.
    pub allow_hosts: Vec<String>,
    pub connect_timeout_seconds: u64,
    /// Longest silence of the called side.
    pub read_timeout_seconds: u64,
    /// Longest whole exchange.
    pub total_timeout_seconds: u64,
    pub response_bytes_max: usize,
}

impl Default for EgressSection {
    fn default() -> Self {
        let policy = egress::Policy::default();
        Self {
            allow_private: policy.allow_private,
            allow_hosts: policy.allow_hosts,
            connect_timeout_seconds: policy.connect_timeout_seconds,
            read_timeout_seconds: policy.read_timeout_seconds,
            total_timeout_seconds: policy.total_timeout_seconds,
            response_bytes_max: policy.response_bytes_max,
        }
    }
}

impl EgressSection {
    pub fn policy(&self) -> egress::Policy {
        egress::Policy {
            allow_private: self.allow_private,
            allow_hosts: self.allow_hosts.clone(),
            connect_timeout_seconds: self.connect_timeout_seconds,
            read_timeout_seconds: self.read_timeout_seconds,
            total_timeout_seconds: self.total_timeout_seconds,
            response_bytes_max: self.response_bytes_max,
            ..egress::Policy::default()
        }
    }
}

/// `[trigger]`: how calls of flows are answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TriggerSection {
    /// How long a synchronous caller is kept waiting; the run goes on after that.
    pub synchronous_wait_seconds: u64,
    /// Sustained calls per second of one URL on one node; 0 for no limit.
    pub requests_per_second: u32,
    /// Calls of one URL that may come at once before that limit holds.
    pub burst: u32,
}

impl Default for TriggerSection {
    fn default() -> Self {
        Self { synchronous_wait_seconds: 29, requests_per_second: 0, burst: 200 }
    }
}

impl TriggerSection {
    pub fn settings(&self) -> api::TriggerSettings {
        api::TriggerSettings {
            synchronous_wait: Duration::from_secs(self.synchronous_wait_seconds),
            requests_per_second: self.requests_per_second,
            burst: self.burst,
        }
    }
}

/// `[schedules]`: when flows start by the clock.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchedulesSection {
    /// Within how many seconds after its time a flow starts; 0 for at once.
    pub jitter_seconds: u32,
}

/// `[runner]`: how much runs at once on this node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunnerSection {
    /// Executions at the same time; further ones wait in the database.
    pub concurrency_max: usize,
    /// Executions of one organization at the same time; further calls are answered with 429, what
    /// has no caller waits. 0 sets no limit.
    pub organization_concurrency_max: usize,
    /// How often a failed execution is repeated at most, whatever its flow asks for.
    pub retries_max: u32,
    /// How long one execution may run.
    pub execution_time_limit_seconds: u64,
    /// Processes for code steps at the same time.
    pub code_processes_max: usize,
    /// Memory that the code of one step may use.
    pub code_heap_mebibytes: usize,
    /// How long the code of one step may run.
    pub code_time_limit_seconds: u64,
}

impl Default for RunnerSection {
    fn default() -> Self {
        Self {
            concurrency_max: 256,
            organization_concurrency_max: 0,
            retries_max: 10,
            execution_time_limit_seconds: 900,
            code_processes_max: 4,
            code_heap_mebibytes: 64,
            code_time_limit_seconds: 120,
        }
    }
}

/// `[components]`: how code of published components runs on this node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComponentsSection {
    /// Node 20 or newer; looked for where programs usually are unless set.
    pub node_program: Option<PathBuf>,
    /// Processes at the same time; further calls wait.
    pub processes_max: usize,
    /// Heap of one process.
    pub heap_mebibytes: usize,
    /// How long one call may run.
    pub time_limit_seconds: u64,
}

impl Default for ComponentsSection {
    fn default() -> Self {
        Self { node_program: None, processes_max: 4, heap_mebibytes: 256, time_limit_seconds: 300 }
    }
}

/// `[retention]`: how long the history of executions is kept, unless an organization sets its own.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSection {
    /// Payloads, step results, logs and files.
    pub contents_days: u32,
    /// Executions themselves.
    pub records_days: u32,
    /// Bytes of one organization's history; beyond that the oldest goes. 0 sets no limit.
    pub bytes_max: u64,
}

impl Default for RetentionSection {
    fn default() -> Self {
        let Settings { contents_days, records_days, bytes_max } = Settings::default();
        Self { contents_days, records_days, bytes_max }
    }
}

impl RetentionSection {
    pub fn settings(&self) -> Settings {
        let Self { contents_days, records_days, bytes_max } = *self;
        Settings { contents_days, records_days, bytes_max }
    }
}

/// `[log]`: what is written to standard error.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSection {
    pub format: LogFormat,
    /// Levels, by default and by module: `info,runner=debug`.
    pub filter: String,
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            format: LogFormat::Pretty,
            filter: "info,sea_orm_migration=warn,sqlx=warn".to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One object per line.
    Json,
}

pub(super) fn read_secret<'de, D: Deserializer<'de>>(
    input: D,
) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(input)?.map(SecretString::from))
}

/// Of what is no URL, nothing is shown.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
pub(super) fn hide_all<S: Serializer>(
    secret: &Option<SecretString>,
    output: S,
) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|_| "(hidden)").serialize(output)
}

/// A URL can hold a password: only its scheme is shown.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn hide_secret<S: Serializer>(url: &Option<SecretString>, output: S) -> Result<S::Ok, S::Error> {
    let scheme = url.as_ref().map(|url| match url.expose_secret().split_once(':') {
        Some((scheme, _)) => format!("{scheme}:(hidden)"),
        None => "(hidden)".to_owned(),
    });
    scheme.serialize(output)
}
