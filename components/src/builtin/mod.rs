//! The components that come with the server, one file each.

use crate::Component;

/// Every built-in component.
pub fn all() -> Vec<Component> {
    vec![]
}
