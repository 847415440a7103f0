//! Why a request got no answer, in words that may be shown to a tenant.

use std::io;

use crate::resolver::RefusedName;

/// Never holds more of a URL than its host: paths and queries can carry secrets.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    /// The destination is not one that tenants may reach. Holds the host as it was written.
    #[error("The address {0} is not allowed as a destination.")]
    Refused(String),
    #[error("The URL is not valid: {0}.")]
    InvalidUrl(String),
    #[error("The host \"{0}\" is not valid.")]
    InvalidHost(String),
    #[error("The request took too long.")]
    Timeout,
    #[error("Could not connect to {host}: {reason}.")]
    Connect { host: String, reason: String },
    #[error("The response is larger than {bytes_max} bytes.")]
    TooLarge { bytes_max: usize },
    #[error("The request failed: {0}.")]
    Other(String),
}

impl Error {
    /// What went wrong on a [`Stream`](crate::Stream).
    pub fn of_io(error: &io::Error) -> Self {
        Self::within(error).unwrap_or_else(|| match error.kind() {
            io::ErrorKind::TimedOut => Self::Timeout,
            io::ErrorKind::UnexpectedEof => Self::Other("the connection broke".to_owned()),
            _ => Self::Other(error.to_string()),
        })
    }

    /// The error of ours that others have passed on.
    pub(crate) fn within(error: &io::Error) -> Option<Self> {
        let inner = error.get_ref()? as &(dyn std::error::Error + 'static);
        inner.downcast_ref::<Self>().cloned()
    }

    pub(crate) fn of_reqwest(error: &reqwest::Error, host: &str) -> Self {
        if refused_by_resolver(error) {
            Self::Refused(host.to_owned())
        } else if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Connect { host: host.to_owned(), reason: root_cause(error) }
        } else {
            Self::Other(root_cause(error))
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Timeout => io::ErrorKind::TimedOut,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| e.source())
}

fn refused_by_resolver(error: &reqwest::Error) -> bool {
    chain(error).any(<dyn std::error::Error>::is::<RefusedName>)
}

/// The innermost cause: what the operating system, TLS or HTTP said. Outer layers repeat the URL.
fn root_cause(error: &reqwest::Error) -> String {
    match chain(error).last() {
        Some(cause) if !cause.is::<reqwest::Error>() => cause.to_string(),
        _ if error.is_builder() => "it could not be put together".to_owned(),
        _ => "the connection broke".to_owned(),
    }
}
