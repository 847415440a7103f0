//! How failures look from outside: the only place that translates them.

use std::sync::Arc;

use async_graphql::ErrorExtensionValues;
use domain::{Error, Problem};
use sea_orm::DbErr;

/// A failure that a client may see. It has no `Display`, so that nothing becomes one by accident.
#[derive(Clone, Debug)]
pub enum ApiError {
    /// The row is not there, or not for this viewer: nobody can tell which.
    NotFound,
    /// The input is at fault; mutations answer these in their payload.
    Problems(Arc<Vec<Problem>>),
    /// `UNAUTHENTICATED`: there is no valid token.
    Unauthenticated,
    /// `FORBIDDEN`: the viewer may see that this exists, but not do it.
    Forbidden,
    /// `LIMIT_REACHED`: more than this installation allows.
    LimitReached(String),
    /// `INTERNAL`: ours; the log has the cause, the client gets a number to quote.
    Internal,
}

/// The code of [`ApiError::Internal`] in an answer.
pub const INTERNAL: &str = "INTERNAL";

impl ApiError {
    /// One thing that is wrong with one input.
    pub fn problem(field: &str, message: impl Into<String>) -> Self {
        let problem = Problem { field: field.to_owned(), message: message.into() };
        Self::Problems(Arc::new(vec![problem]))
    }

    /// Logs what happened; the client learns only that something did.
    pub fn internal(error: &anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "request failed");
        Self::Internal
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Problems(_) => "INVALID",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::LimitReached(_) => "LIMIT_REACHED",
            Self::Internal => INTERNAL,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::NotFound => "Record not found".to_owned(),
            Self::Problems(problems) => {
                let texts = problems.iter().map(|problem| match problem.field.as_str() {
                    "__all__" => problem.message.clone(),
                    field => format!("{field}: {}", problem.message),
                });
                texts.collect::<Vec<_>>().join("\n")
            }
            Self::Unauthenticated => "Authentication is required".to_owned(),
            Self::Forbidden => "You do not have permission to do this".to_owned(),
            Self::LimitReached(limit) => limit.clone(),
            Self::Internal => "internal error".to_owned(),
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::NotFound,
            Error::Invalid(problems) => Self::Problems(Arc::new(problems)),
            Error::Conflict(problem) => Self::Problems(Arc::new(vec![problem])),
            Error::Forbidden => Self::Forbidden,
            Error::Unauthenticated => Self::Unauthenticated,
            Error::LimitReached(limit) => Self::LimitReached(limit),
            Error::Internal(error) => Self::internal(&error),
        }
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        Self::internal(&error.into())
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code());
        let mut answer = Self::new(error.message());
        answer.extensions = Some(extensions);
        answer
    }
}
