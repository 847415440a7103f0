//! What can go wrong, in the words of the nouns: no transport, no status codes.

use std::fmt;

use sea_orm::{DbErr, SqlErr};

/// The field of problems that belong to no single input.
pub const WHOLE_INPUT: &str = "__all__";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Missing, or not for this viewer: the two look the same.
    #[error("{0} not found")]
    NotFound(Kind),
    #[error("invalid input: {}", list(.0))]
    Invalid(Vec<Problem>),
    /// Something else already has the name or id.
    #[error("conflict: {0}")]
    Conflict(Problem),
    /// The viewer sees the row but may not do this with it.
    #[error("not allowed")]
    Forbidden,
    #[error("not signed in")]
    Unauthenticated,
    /// Names the limit and its value.
    #[error("limit reached: {0}")]
    LimitReached(String),
    /// Its text is for operators, never for clients.
    #[error("internal error")]
    Internal(#[from] anyhow::Error),
}

impl Error {
    /// One problem with one input field.
    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, message)])
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Something the caller can put right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The input as clients spell it, or `__all__`.
    pub field: String,
    pub message: String,
}

impl Problem {
    pub(crate) fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What was not found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    AlertEvent,
    AlertGroup,
    AlertMonitor,
    AlertWebhook,
    Organization,
    SigningKey,
    Component,
    Customer,
    User,
    Integration,
    Flow,
    Instance,
    InstanceProfile,
    FlowConfig,
    Execution,
    StepResult,
    Log,
    ConfigVariable,
    ConnectionTemplate,
    CustomerVariable,
    Deployment,
    ScopedVariable,
    TestCase,
    WebhookEndpoint,
    Delivery,
    LogStream,
    UserLevelConfig,
    Workflow,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AlertEvent => "alert event",
            Self::AlertGroup => "alert group",
            Self::AlertMonitor => "alert monitor",
            Self::AlertWebhook => "alert webhook",
            Self::Organization => "organization",
            Self::SigningKey => "signing key",
            Self::Component => "component",
            Self::Customer => "customer",
            Self::User => "user",
            Self::Integration => "integration",
            Self::Flow => "flow",
            Self::Instance => "instance",
            Self::InstanceProfile => "instance profile",
            Self::FlowConfig => "flow configuration",
            Self::Execution => "execution",
            Self::StepResult => "step result",
            Self::Log => "log line",
            Self::ConfigVariable => "config variable",
            Self::ConnectionTemplate => "connection template",
            Self::CustomerVariable => "connection of a customer",
            Self::Deployment => "deployment",
            Self::ScopedVariable => "shared connection",
            Self::TestCase => "test case",
            Self::WebhookEndpoint => "webhook endpoint",
            Self::Delivery => "delivery",
            Self::LogStream => "log stream",
            Self::UserLevelConfig => "user-level configuration",
            Self::Workflow => "workflow",
        })
    }
}

/// A unique index that callers can run into, and what to tell them.
#[derive(Debug)]
pub(crate) struct Unique {
    pub index: &'static str,
    pub field: &'static str,
    pub message: &'static str,
}

/// Turns violations of named unique indexes into conflicts.
pub(crate) trait OnUnique<T> {
    fn on_unique(self, indexes: &[Unique]) -> Result<T, Error>;
}

impl<T> OnUnique<T> for Result<T, DbErr> {
    fn on_unique(self, indexes: &[Unique]) -> Result<T, Error> {
        self.map_err(|error| {
            let violated = match error.sql_err() {
                Some(SqlErr::UniqueConstraintViolation(message)) => index_name(&message),
                _ => None,
            };
            let known = indexes.iter().find(|known| violated.as_deref() == Some(known.index));
            match known {
                Some(known) => Error::Conflict(Problem::new(known.field, known.message)),
                None => error.into(),
            }
        })
    }
}

/// PostgreSQL names the index; SQLite names its columns, which the index is named after.
fn index_name(message: &str) -> Option<String> {
    let Some((_, columns)) = message.split_once("UNIQUE constraint failed: ") else {
        return message.split('"').nth(1).map(str::to_owned);
    };
    let columns: Option<Vec<_>> =
        columns.split(',').map(|column| column.trim().split_once('.')).collect();
    let columns = columns?;
    let (table, _) = columns.first()?;
    let names: Vec<_> = columns.iter().map(|(_, column)| *column).collect();
    Some(format!("{table}_{}", names.join("_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_name_the_index() {
        for message in [
            "UNIQUE constraint failed: customer.organization_id, customer.name",
            "duplicate key value violates unique constraint \"customer_organization_id_name\"",
        ] {
            assert_eq!(index_name(message).as_deref(), Some("customer_organization_id_name"));
        }
    }
}
