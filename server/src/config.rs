//! What can be set, and where it comes from: defaults, then a file, then the environment, then
//! flags.

mod oidc;
mod section;

use std::collections::HashMap;
use std::fmt;

use anyhow::{Context, anyhow, bail};
use config::{Environment, File, FileFormat};
use entity::DbUrl;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

pub use oidc::OidcSection;
pub use section::{
    ComponentsSection, EgressSection, LogFormat, LogSection, LoginSection, MailSection,
    RetentionSection, RunnerSection, SchedulesSection, ServerSection, SmsSection, StorageSection,
    TriggerSection,
};

use crate::cli::Place;

/// The configuration file in the data folder.
const FILE_NAME: &str = "marquetry.toml";

/// `MARQUETRY__SECTION__KEY` in the environment sets one value.
const PREFIX: &str = "MARQUETRY";

/// Everything an installation can set. The defaults serve this machine with nothing but a folder.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: ServerSection,
    pub storage: StorageSection,
    pub trigger: TriggerSection,
    pub schedules: SchedulesSection,
    pub egress: EgressSection,
    pub login: LoginSection,
    pub mail: MailSection,
    pub sms: SmsSection,
    pub runner: RunnerSection,
    pub components: ComponentsSection,
    pub retention: RetentionSection,
    pub log: LogSection,
}

/// What the configuration is put together from.
#[derive(Clone, Debug)]
pub struct Layers<'a> {
    pub place: &'a Place,
    pub environment: &'a HashMap<String, String>,
    /// From the command line.
    pub listen: Option<String>,
}

impl Config {
    /// The configuration in effect; an error names everything that is wrong with it.
    pub fn load(layers: &Layers<'_>) -> anyhow::Result<Self> {
        let file = match &layers.place.config {
            Some(file) => File::from(file.as_path()).format(FileFormat::Toml),
            None => File::from(layers.place.data.join(FILE_NAME))
                .format(FileFormat::Toml)
                .required(false),
        };
        let environment = Environment::with_prefix(PREFIX)
            .prefix_separator("__")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("egress.allow_hosts")
            .with_list_parse_key("login.redirect_uris")
            .with_list_parse_key("login.oidc.scopes")
            .with_list_parse_key("login.oidc.allowed_domains")
            .try_parsing(true)
            .source(Some(layers.environment.clone()));
        let mut config: Self = config::Config::builder()
            .add_source(file)
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .context("reading the configuration")?;
        if let Some(url) = layers.environment.get("DATABASE_URL").filter(|url| !url.is_empty()) {
            config.storage.database_url = Some(SecretString::from(url.clone()));
        }
        if let Some(listen) = &layers.listen {
            config.server.listen.clone_from(listen);
        }
        let problems = config.validate();
        match problems.as_slice() {
            [] => Ok(config),
            [problem] => bail!("the configuration has a problem: {problem}"),
            problems => bail!(
                "the configuration has {} problems:\n  {}",
                problems.len(),
                problems.join("\n  ")
            ),
        }
    }

    /// Every problem with values that have the right form.
    pub fn validate(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        let port = self.server.listen.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        check(matches!(port, Some(Ok(_))), "server.listen must be an address with a port");
        if let Some(url) = &self.server.public_url {
            let is_http = url.starts_with("http://") || url.starts_with("https://");
            check(is_http, "server.public_url must start with http:// or https://");
        }
        check(self.database_url().is_ok(), "storage.database_url must be sqlite: or postgres://");
        for (name, value) in [
            ("server.header_timeout_seconds", self.server.header_timeout_seconds),
            ("server.body_timeout_seconds", self.server.body_timeout_seconds),
            ("trigger.synchronous_wait_seconds", self.trigger.synchronous_wait_seconds),
            ("trigger.burst", u64::from(self.trigger.burst)),
            ("egress.connect_timeout_seconds", self.egress.connect_timeout_seconds),
            ("egress.read_timeout_seconds", self.egress.read_timeout_seconds),
            ("egress.total_timeout_seconds", self.egress.total_timeout_seconds),
            ("egress.response_bytes_max", self.egress.response_bytes_max as u64),
            ("runner.concurrency_max", self.runner.concurrency_max as u64),
            ("runner.code_processes_max", self.runner.code_processes_max as u64),
            ("runner.code_heap_mebibytes", self.runner.code_heap_mebibytes as u64),
            ("runner.execution_time_limit_seconds", self.runner.execution_time_limit_seconds),
            ("runner.code_time_limit_seconds", self.runner.code_time_limit_seconds),
            ("components.processes_max", self.components.processes_max as u64),
            ("components.heap_mebibytes", self.components.heap_mebibytes as u64),
            ("components.time_limit_seconds", self.components.time_limit_seconds),
            ("retention.contents_days", u64::from(self.retention.contents_days)),
        ] {
            check(value > 0, &format!("{name} must be more than 0"));
        }
        let has_sender = self.mail.from.is_some() || self.mail.smtp_url.is_none();
        check(has_sender, "mail.from must be set where mail.smtp_url is");
        check(
            self.retention.records_days >= self.retention.contents_days,
            "retention.records_days must not be less than retention.contents_days",
        );
        check(
            EnvFilter::try_new(&self.log.filter).is_ok(),
            "log.filter must be a filter such as info or info,runner=debug",
        );
        problems.extend(self.login.oidc.iter().flat_map(OidcSection::problems));
        problems
    }

    /// Where the data lives, unless it is the default file in the data folder.
    pub fn database_url(&self) -> anyhow::Result<Option<DbUrl>> {
        let url = self.storage.database_url.as_ref();
        url.map(|url| url.expose_secret().parse().map_err(|error| anyhow!("{error}"))).transpose()
    }
}

/// As a configuration file, without secrets.
impl fmt::Display for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections = serde_json::to_value(self).map_err(|_| fmt::Error)?;
        for (index, (name, section)) in sections.as_object().into_iter().flatten().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(formatter, "{gap}[{name}]")?;
            write_keys(formatter, name, section)?;
        }
        Ok(())
    }
}

/// What is nested in a section is a section of its own, behind everything else.
fn write_keys(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    section: &serde_json::Value,
) -> fmt::Result {
    let keys = || section.as_object().into_iter().flatten();
    for (key, value) in keys().filter(|(_, value)| !value.is_object()) {
        // JSON's texts, numbers, switches and lists mean the same in TOML; it has no null.
        if value.is_null() {
            writeln!(formatter, "# {key} is not set")?;
        } else {
            writeln!(formatter, "{key} = {value}")?;
        }
    }
    for (key, value) in keys().filter(|(_, value)| value.is_object()) {
        let name = format!("{name}.{key}");
        writeln!(formatter, "\n[{name}]")?;
        write_keys(formatter, &name, value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
