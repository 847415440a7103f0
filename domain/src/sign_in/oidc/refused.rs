//! Why somebody was not signed in.

use crate::error::Error;
use crate::sign_in::TooMany;

/// In words for the person in front of the browser.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("Nobody signs in at another service here.")]
    Off,
    /// Not ours, for another browser, or of another provider.
    #[error("This sign-in was not started in this browser, or was changed on its way.")]
    Foreign,
    #[error("Too much time has passed since the sign-in was started.")]
    Expired,
    #[error("This answer was used already.")]
    Spent,
    #[error("That was tried too often.")]
    TooMany(TooMany),
    /// What the provider said, already made harmless.
    #[error("The other service did not sign you in: {error}{}.", in_brackets(about))]
    Denied { error: String, about: String },
    /// The provider does not work as it should. Its text is for operators.
    #[error("The other service could not be reached, or did not answer as it should.")]
    Provider(String),
    /// Says which part of the identity token was wrong.
    #[error("The other service sent an answer that cannot be trusted.")]
    Token(&'static str),
    #[error("The other service did not tell your e-mail address.")]
    EmailMissing,
    #[error("The other service has not verified your e-mail address.")]
    EmailNotVerified,
    #[error("Accounts of this domain do not sign in here.")]
    DomainNotAllowed,
    #[error("There is no user with your e-mail address here.")]
    Unknown,
    /// The address belongs to a user who signs in with another account of the provider.
    #[error("The user with your e-mail address signs in with another account.")]
    LinkedElsewhere,
    #[error("Something went wrong on this server.")]
    Internal(#[from] Error),
}

impl Refused {
    /// Stable; people tell it to whoever runs the server.
    pub fn code(&self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::Foreign => "not_this_browser".to_owned(),
            Self::Expired => "expired".to_owned(),
            Self::Spent => "used_before".to_owned(),
            Self::TooMany(_) => "too_many_tries".to_owned(),
            Self::Denied { .. } => "provider_refused".to_owned(),
            Self::Provider(_) => "provider_failed".to_owned(),
            Self::Token(part) => format!("token_{part}"),
            Self::EmailMissing => "email_missing".to_owned(),
            Self::EmailNotVerified => "email_not_verified".to_owned(),
            Self::DomainNotAllowed => "domain_not_allowed".to_owned(),
            Self::Unknown => "user_unknown".to_owned(),
            Self::LinkedElsewhere => "linked_elsewhere".to_owned(),
            Self::Internal(_) => "internal".to_owned(),
        }
    }

    /// What the person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Off => "Go back to where you came from and start again.",
            Self::Foreign | Self::Expired | Self::Spent | Self::Denied { .. } => "Start again.",
            Self::TooMany(_) => "Wait a quarter of an hour and start again.",
            Self::Provider(_) | Self::Internal(_) => {
                "Try again in a few minutes. If it stays like this, tell whoever runs this server."
            }
            Self::Token(_) => "Start again. If it stays like this, tell whoever runs this server.",
            Self::EmailMissing => {
                "Whoever runs this server has to ask the other service for it (scope email)."
            }
            Self::EmailNotVerified => {
                "Confirm your address there, or ask whoever runs the other service to do so."
            }
            Self::DomainNotAllowed => "Use an account of your organization.",
            Self::Unknown => {
                "Ask somebody of your organization to add you, or use another account."
            }
            Self::LinkedElsewhere => {
                "Use the account that you signed in with before. If it is no longer there, \
                 somebody of your organization has to remove the user and to add you again."
            }
        }
    }

    /// Whether another account of the person may be let in where this one was not.
    pub fn is_about_account(&self) -> bool {
        matches!(
            self,
            Self::EmailMissing
                | Self::EmailNotVerified
                | Self::DomainNotAllowed
                | Self::Unknown
                | Self::LinkedElsewhere
        )
    }
}

impl From<sea_orm::DbErr> for Refused {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}
