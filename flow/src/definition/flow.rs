//! Flows and their steps.

use serde_json::Value as Json;

use super::Inputs;
use super::choice::{EndpointSecurity, ScheduleType};
use super::config::JsonMap;
use super::fields::Fields;
use crate::expression::Expression;
use crate::problem::{Kind, property};
use crate::reference::Path;

/// A chain of steps behind one trigger.
#[derive(Clone, Debug)]
pub struct Flow {
    pub name: String,
    pub stable_key: Option<String>,
    pub description: String,
    /// Whether callers wait for the result.
    pub is_synchronous: bool,
    pub endpoint_security: EndpointSecurity,
    pub organization_api_keys: Vec<String>,
    pub retry: Option<RetryConfig>,
    pub queue: Option<QueueConfig>,
    /// JSON Schemas by their use, such as `invoke`.
    pub schemas: JsonMap,
    pub is_agent_flow: bool,
    pub trigger_resolver: Option<TriggerResolver>,
    pub run_initial_sync_on_deploy: bool,
    /// Components that code may call while it runs.
    pub supplemental_components: Vec<ComponentRef>,
    pub steps: Vec<Step>,
}

/// How often a failed execution is repeated.
#[derive(Clone, Debug)]
pub struct RetryConfig {
    pub max_attempts: u32,
    pub delay_minutes: u32,
    pub uses_exponential_backoff: bool,
    /// Where the trigger's results have the id by which a newer request replaces waiting retries;
    /// follow it with [`Path::find`].
    pub unique_request_id: Option<Path>,
}

/// How requests wait for each other.
#[derive(Clone, Debug)]
pub struct QueueConfig {
    pub uses_fifo_queue: bool,
    pub concurrency_limit: Option<u32>,
    /// Skip a scheduled run while the last one still works.
    pub singleton_executions: bool,
    /// Where the trigger's results have the id by which a waiting request makes others needless;
    /// follow it with [`Path::find`].
    pub dedupe_id: Option<Path>,
}

/// How a trigger that yields batches is called.
#[derive(Clone, Debug)]
pub struct TriggerResolver {
    pub enabled: bool,
    pub batch_size: Option<u32>,
    pub concurrent_batch_limit: Option<u32>,
    pub run_initial_sync_on_deploy: bool,
}

/// One use of a component.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub stable_key: Option<String>,
    pub description: String,
    pub is_trigger: bool,
    pub action: ActionRef,
    pub inputs: Inputs,
    /// The body of a loop; `None` where the document has no `steps`.
    pub steps: Option<Vec<Step>>,
    /// The ways on from here; `None` where the document has no `branches`.
    pub branches: Option<Vec<Branch>>,
    pub schedule: Option<Schedule>,
    pub error: ErrorConfig,
}

#[derive(Clone, Debug)]
pub struct Branch {
    pub name: String,
    pub steps: Vec<Step>,
}

/// An action, trigger, connection or data source of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRef {
    pub component: ComponentRef,
    pub key: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentRef {
    pub key: String,
    /// Public components are everybody's, the others are the organization's own.
    pub is_public: bool,
    pub version: Version,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Version {
    #[default]
    Latest,
    Pinned(u32),
    Signature(String),
}

/// When a flow starts by itself.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub time: ScheduleTime,
    pub kind: Option<ScheduleType>,
    /// An IANA name; empty for UTC.
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleTime {
    Cron(String),
    /// The key of a config variable of type schedule.
    ConfigVar(String),
}

/// What happens when a step fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErrorConfig {
    pub handler: ErrorHandler,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorHandler {
    #[default]
    Fail,
    Ignore,
    Retry {
        attempts: u32,
        delay_seconds: u32,
        exponential: bool,
        ignore_final_error: bool,
    },
}

impl Flow {
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        Self {
            name: fields.required_text("name"),
            stable_key: fields.filled_text("stableKey"),
            description: fields.text("description"),
            is_synchronous: fields.flag("isSynchronous"),
            endpoint_security: fields.choice("endpointSecurityType").unwrap_or_default(),
            organization_api_keys: fields.texts("organizationApiKeys"),
            retry: fields.object("retryConfig").as_ref().map(RetryConfig::read),
            queue: fields.object("queueConfig").as_ref().map(QueueConfig::read),
            schemas: schemas(fields),
            is_agent_flow: fields.flag("isAgentFlow"),
            trigger_resolver: fields.object("triggerResolver").as_ref().map(TriggerResolver::read),
            run_initial_sync_on_deploy: fields.flag("runInitialSyncOnDeploy"),
            supplemental_components: fields.list("supplementalComponents", ComponentRef::read),
            steps: fields.required_list("steps", Step::read),
        }
    }

    /// What names the flow in every version: its stable key, or its name where it has none.
    pub fn stable_key(&self) -> &str {
        self.stable_key.as_deref().unwrap_or(&self.name)
    }

    /// The step that starts the flow.
    pub fn trigger(&self) -> Option<&Step> {
        self.steps.first().filter(|step| step.is_trigger)
    }
}

impl RetryConfig {
    fn read(fields: &Fields<'_>) -> Self {
        Self {
            max_attempts: fields.number("maxAttempts").unwrap_or_default(),
            delay_minutes: fields.number("delayMinutes").unwrap_or_default(),
            uses_exponential_backoff: fields.flag("usesExponentialBackoff"),
            unique_request_id: trigger_path(fields, "uniqueRequestIdField"),
        }
    }
}

impl QueueConfig {
    fn read(fields: &Fields<'_>) -> Self {
        Self {
            uses_fifo_queue: fields.flag("usesFifoQueue"),
            concurrency_limit: fields.number("concurrencyLimit"),
            singleton_executions: fields.flag("singletonExecutions"),
            dedupe_id: trigger_path(fields, "dedupeIdField"),
        }
    }

    /// How many executions run at once, the others wait in order; `None` sets no limit.
    pub fn limit(&self) -> Option<u32> {
        if self.uses_fifo_queue {
            return Some(self.concurrency_limit.unwrap_or(1));
        }
        self.singleton_executions.then_some(1)
    }
}

impl TriggerResolver {
    fn read(fields: &Fields<'_>) -> Self {
        Self {
            enabled: fields.flag("enabled"),
            batch_size: fields.number("batchSize"),
            concurrent_batch_limit: fields.number("concurrentBatchLimit"),
            run_initial_sync_on_deploy: fields.flag("runInitialSyncOnDeploy"),
        }
    }
}

impl Step {
    fn read(fields: &Fields<'_>) -> Self {
        let inputs = fields.entries("inputs").into_iter();
        let read = |json: &Json, path: &str| Expression::read(json, path, fields.problems());
        let step = Self {
            name: fields.required_text("name"),
            stable_key: fields.filled_text("stableKey"),
            description: fields.text("description"),
            is_trigger: fields.flag("isTrigger"),
            action: fields.required_object("action").as_ref().map_or_else(
                || ActionRef { component: ComponentRef::named(""), key: String::new() },
                ActionRef::read,
            ),
            inputs: inputs.map(|(key, json, path)| (key.clone(), read(json, &path))).collect(),
            steps: fields.optional_list("steps", Self::read),
            branches: fields.optional_list("branches", Branch::read),
            schedule: fields.object("schedule").as_ref().map(Schedule::read),
            error: fields.object("errorConfig").as_ref().map(ErrorConfig::read).unwrap_or_default(),
        };
        let has_body = step.steps.as_ref().is_some_and(|steps| !steps.is_empty());
        if has_body && step.branches.as_ref().is_some_and(|branches| !branches.is_empty()) {
            fields.wrong("branches", "a step has either `steps` or `branches`, not both");
        }
        step
    }

    /// The key by which references name this step.
    pub fn key(&self) -> String {
        crate::step_key(&self.name)
    }
}

impl Branch {
    fn read(fields: &Fields<'_>) -> Self {
        Self { name: fields.required_text("name"), steps: fields.list("steps", Step::read) }
    }
}

impl ActionRef {
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let component = fields.required_object("component");
        Self {
            component: component
                .as_ref()
                .map_or_else(|| ComponentRef::named(""), ComponentRef::read),
            key: fields.required_text("key"),
        }
    }
}

impl ComponentRef {
    /// The newest version of a public component.
    pub fn named(key: &str) -> Self {
        Self { key: key.to_owned(), is_public: true, version: Version::Latest }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let latest = |text: &String| text.is_empty() || text.eq_ignore_ascii_case("latest");
        let version = match (fields.filled_text("signature"), fields.get("version")) {
            (Some(signature), _) => Version::Signature(signature),
            (None, None) => Version::Latest,
            (None, Some(Json::String(text))) if latest(text) => Version::Latest,
            (None, Some(_)) => Version::Pinned(fields.number("version").unwrap_or_default()),
        };
        let is_public = fields.get("isPublic").is_none() || fields.flag("isPublic");
        Self { key: fields.required_text("key"), is_public, version }
    }
}

impl Schedule {
    fn read(fields: &Fields<'_>) -> Self {
        let value = fields.text("value");
        let time = match fields.text("type").as_str() {
            "configVar" => ScheduleTime::ConfigVar(value),
            "value" | "" => ScheduleTime::Cron(value),
            other => {
                fields.wrong("type", format!("`{other}` is not one of value, configVar"));
                ScheduleTime::Cron(value)
            }
        };
        let meta = fields.object("meta");
        let kind = meta.as_ref().and_then(|meta| meta.choice("scheduleType"));
        let time_zone = meta.as_ref().map(|meta| meta.text("timeZone")).unwrap_or_default();
        Self { time, kind, time_zone }
    }
}

impl ErrorConfig {
    fn read(fields: &Fields<'_>) -> Self {
        let handler = match fields.text("errorHandlerType").to_ascii_lowercase().as_str() {
            "fail" | "" => ErrorHandler::Fail,
            "ignore" => ErrorHandler::Ignore,
            "retry" => ErrorHandler::Retry {
                attempts: fields.number("maxAttempts").unwrap_or_default(),
                delay_seconds: fields.number("delaySeconds").unwrap_or_default(),
                exponential: fields.flag("usesExponentialBackoff"),
                ignore_final_error: fields.flag("ignoreFinalError"),
            },
            other => {
                let message = format!("`{other}` is not one of fail, ignore, retry");
                fields.wrong("errorHandlerType", message);
                ErrorHandler::Fail
            }
        };
        Self { handler }
    }
}

fn schemas(fields: &Fields<'_>) -> JsonMap {
    let entries = fields.entries("schemas").into_iter();
    entries.map(|(key, json, _)| (key.clone(), json.clone())).collect()
}

/// A path into the trigger's results: bare, or as a reference expression.
fn trigger_path(fields: &Fields<'_>, key: &str) -> Option<Path> {
    let json = fields.get(key)?;
    let text = json.get("value").unwrap_or(json).as_str().filter(|text| !text.is_empty())?;
    let mut path = text.parse().or_else(|_| Path::within_results("", text));
    if let Ok(path) = &mut path {
        path.ignore_header_case();
    }
    if let Err(reason) = &path {
        fields.problems().add(
            Kind::Shape,
            property(fields.path(), key),
            format!("`{text}` is not a path into the trigger's results: {reason}"),
        );
    }
    path.ok()
}
