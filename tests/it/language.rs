//! The language of flows, told as tables: each Markdown file in `language/` is read and run.
//!
//! A file becomes one definition, imported and deployed as any other, and its rows are answered
//! by few executions; what is compared is what a caller of the flow receives.

mod actions;
mod conditions;
mod flows;
mod stage;
mod table;
mod values;
