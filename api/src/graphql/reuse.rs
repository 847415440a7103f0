//! Connections that instances share: scoped variables, and the values of customers for them.

pub mod facts;
mod input;
pub mod lists;
mod narrow;
mod picked;
pub mod scoped;
pub mod template;
pub mod value;

use super::builder::Registry;

pub fn register(registry: &mut Registry) {
    input::register(registry);
    scoped::register(registry);
    value::register(registry);
    picked::register(registry);
    template::register(registry);
}
