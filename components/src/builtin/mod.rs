//! The components that come with the server, one file each.

mod branch;
mod change_data_format;
mod code;
mod collection_tools;
mod cross_flow;
mod csv;
mod data_mapper;
mod datetime;
mod dialogue;
mod equality;
mod ftp;
mod graphql;
mod hash;
mod html_utils;
mod http;
mod imap;
mod invoke;
mod jsonata;
mod liquid_template;
mod log;
mod loops;
mod management_triggers;
mod math;
mod messagepack;
mod pdf;
mod persist_data;
mod pgp;
mod prismatic;
mod process_data;
mod recursive_flow;
mod result_placeholder;
mod schedule_triggers;
mod sftp;
mod sleep;
mod smtp;
mod soap;
mod stop_execution;
#[cfg(test)]
mod test_peer;
mod text_manipulation;
mod uuid;
mod webhook_triggers;
mod wire;
mod xml;
mod zip;

pub use code::{action_output, keep_states, script_context, script_surroundings, trigger_output};
pub use http::{describe_request, shown_headers};
pub use invoke::LINEAGE_DEPTH_MAX;

use flow::Value;

use crate::{Component, NativeWork, StepError};

impl NativeWork {
    /// Does it, here and now; meant for a process that may die of it.
    pub fn perform(self, argument: &Value) -> Result<Value, StepError> {
        match self {
            Self::Pdf => pdf::perform(argument),
        }
    }
}

/// Every built-in component.
pub fn all() -> Vec<Component> {
    vec![
        branch::component(),
        change_data_format::component(),
        code::component(),
        collection_tools::component(),
        cross_flow::component(),
        csv::component(),
        data_mapper::component(),
        datetime::component(),
        ftp::component(),
        graphql::component(),
        hash::component(),
        html_utils::component(),
        http::component(),
        imap::component(),
        jsonata::component(),
        liquid_template::component(),
        log::component(),
        loops::component(),
        management_triggers::component(),
        math::component(),
        messagepack::component(),
        pdf::component(),
        persist_data::component(),
        pgp::component(),
        prismatic::component(),
        process_data::component(),
        recursive_flow::component(),
        result_placeholder::component(),
        schedule_triggers::component(),
        sftp::component(),
        sleep::component(),
        smtp::component(),
        soap::component(),
        stop_execution::component(),
        text_manipulation::component(),
        uuid::component(),
        webhook_triggers::component(),
        zip::component(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::all;
    use crate::Input;

    /// Forms are built from these descriptions, and definitions find things by their keys.
    #[test]
    fn every_description_is_complete_and_every_key_unique() {
        let unique = |keys: Vec<&str>, of: &str| {
            let distinct: HashSet<_> = keys.iter().collect();
            assert_eq!(distinct.len(), keys.len(), "keys of {of}: {keys:?}");
        };
        let sound = |inputs: &[Input], of: &str| {
            let names = |input: &Input| [&[input.key], input.aliases].concat();
            unique(inputs.iter().flat_map(names).collect(), of);
            for input in inputs {
                let told = !input.label.is_empty() && input.comments.ends_with('.');
                assert!(told, "{of}.{}: {:?}", input.key, input.comments);
                let fits = input.choices.is_empty() || input.choices.contains(&input.default);
                assert!(fits || input.default.is_empty(), "{of}.{}", input.key);
            }
        };
        let components = all();
        unique(components.iter().map(|component| component.key).collect(), "components");
        for component in &components {
            let of = component.key;
            assert!(!component.label.is_empty() && !component.description.is_empty(), "{of}");
            unique(component.actions.iter().map(|action| action.key).collect(), of);
            unique(component.triggers.iter().map(|trigger| trigger.key).collect(), of);
            for action in &component.actions {
                sound(&action.inputs, &format!("{of}.{}", action.key));
                let branches = |key| action.inputs.iter().any(|input| input.key == key);
                assert!(action.branches_by.is_none_or(branches), "{of}.{}", action.key);
            }
            for trigger in &component.triggers {
                sound(&trigger.inputs, &format!("{of}.{}", trigger.key));
            }
            unique(component.data_sources.iter().map(|source| source.key).collect(), of);
            for source in &component.data_sources {
                sound(&source.inputs, &format!("{of}.{}", source.key));
            }
            for connection in &component.connections {
                sound(&connection.inputs, &format!("{of}.{}", connection.key));
            }
        }
    }
}
