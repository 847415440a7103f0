//! OAuth2 connections: consent, tokens, and keeping them alive.
//!
//! A connection is stored by an [`Owner`]: the value of an instance's variable, or another row that
//! holds one. What its provider hands out is an authorization, a row of its own with everything
//! that is needed to renew it. The parts:
//!
//! * [`Settings`]: what the connection says about its provider;
//! * [`authorize_url`] and [`complete`]: consent in the browser, there and back;
//! * [`fresh()`]: the token that a run uses;
//! * [`renew()`] and [`due`]: the next token in the background;
//! * [`raised()`] and [`works`]: what steps find out about it;
//! * [`update`], [`disconnect`], [`keep`]: changes from outside.
//!
//! # Another kind of owner
//!
//! A row that stores a connection takes part when it
//!
//! 1. says where its authorization belongs: an [`Owner`] of its kind, and a [`Place`] with the
//!    settings it has now; `place` in `authorize` is the one `match` over kinds, which checks that
//!    the viewer may change the row;
//! 2. calls [`keep`] in each transaction that changes its inputs, [`forget`] in each that removes
//!    it, and [`Memory::nudge`] after the commit;
//! 3. offers [`authorize_url`], [`update`] and [`disconnect`] with its place;
//! 4. is named to the runner: `runner::Deployment` maps config variables to owners.
//!
//! Nothing else knows of kinds.

mod announce;
mod authorize;
mod change;
mod client;
mod exchange;
mod fresh;
mod memory;
mod policy;
mod raised;
mod renew;
mod settings;
mod state;
mod store;

pub use authorize::{Completed, Place, Refused, authorize_url, callback_url, complete};
pub use change::{Update, disconnect, forget, keep, update};
pub(crate) use change::{drop_tokens, go_with};
pub(crate) use client::Client;
pub(crate) use exchange::plain;
pub use fresh::{Fresh, NoToken, SECRET_BYTES_MIN, fresh};
pub use memory::Memory;
pub use raised::{InUse, raised, works};
pub use renew::{Renewal, renew};
pub use settings::Settings;
pub(crate) use state::challenge;
pub use store::{Owner, Scope, token_and_context};

pub use crate::token::authorizations::{due, end_leases, next_due};
