//! Connections that are shared: set up once, used by many instances.
//!
//! A *scoped variable* has a stable key by which definitions refer to it, and a kind of connection.
//! Whose connection it is follows from its scope and from who manages it:
//!
//! | scope | managed by | the connection |
//! |---|---|---|
//! | organization | organization | the scoped variable itself, for all customers |
//! | customer | organization | a *value* for each customer, which the customer never sees |
//! | customer | customer | as many values as a customer wants, one of which an instance chooses |
//!
//! What a scoped variable sets goes before what a customer entered, so that nobody can have a secret
//! of the organization sent elsewhere; what it leaves open is each customer's own. A value with no
//! customer is for test runs, which use nothing else.
//!
//! A deployment freezes the inputs and which connection it uses. Tokens are never frozen: they have
//! one authorization, however many instances use it.

mod announce;
mod bulk;
mod inputs;
mod link;
mod place;
mod reach;
mod scoped;
mod usage;
mod value;

pub(crate) use announce::{customer_goes, forget_customer, name_of, slots};
pub use bulk::{Redeployed, disable_users_of_scoped, disable_users_of_value, redeploy_users};
pub use inputs::shown;
pub use link::{Deployed, Link, Wanted, deployed, links};
pub(crate) use link::{freeze, links_of, write};
pub use place::{disconnect_scoped, disconnect_value, place_of_scoped, place_of_value};
pub(crate) use place::{scoped_to_change, value_to_change};
pub use place::{update_scoped_connection, update_value_connection};
pub use reach::{
    scoped_of_instance, scoped_of_integration, values_of_instance, values_of_integration,
};
pub use scoped::{CreateScoped, Redirects, UpdateScoped, create, delete, update};
pub use usage::{
    Use, Used, instances_of_scoped, instances_of_value, integrations_of_scoped, users_of, uses,
    variables_of_scoped,
};
pub use value::{CreateValue, UpdateValue, create_value, delete_value, update_value};
