//! `liquid-template`: text from a template and data.
//!
//! The language is Liquid with its usual tags and filters, and `json`. It is our own reading of it:
//! templates come from tenants and run in the server, so everything that can grow is counted, which
//! existing engines do not do. `token` and `expression` read words, `parse` makes a tree,
//! `render` walks it within its `budget`, `filters` and `text_filters` change values.

mod budget;
mod expression;
mod filters;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod text_filters;
mod token;

use super::datetime::present;
use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, StepError};

pub fn component() -> Component {
    let transform = Action::new(
        "transform",
        "Transform",
        "Fills a Liquid template with data",
        Perform::WithRun(transform),
    )
    .inputs([
        Input::new("data", "Data")
            .kind(InputKind::Data)
            .comments("An object; its properties are the names that the template can use."),
        Input::new("liquidTemplate", "Template")
            .kind(InputKind::Text)
            .comments("Text with {{ outputs }} and {% tags %}.")
            .required()
            .aliases(&["template"]),
    ]);
    Component {
        actions: vec![transform],
        ..Component::new(
            "liquid-template",
            "Liquid Template",
            "Makes text from templates and data",
            "Helpers",
        )
    }
}

/// Longer templates are refused.
const TEMPLATE_BYTES_MAX: usize = 1_000_000;

fn transform(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let template = inputs.require_text("liquidTemplate")?;
    if template.len() > TEMPLATE_BYTES_MAX {
        let limit = format!("The template is longer than {TEMPLATE_BYTES_MAX} bytes.");
        return Err(StepError::new(limit));
    }
    let nodes = parse::parse(&template)?;
    let text = render::render(&nodes, &*inputs.object("data")?, present(run))?;
    Ok(flow::Value::from(text).into())
}
