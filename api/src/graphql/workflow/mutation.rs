//! Making, publishing, enabling and deleting workflows.

use std::sync::Arc;

use domain::workflow::{self, Import};

use crate::graphql::builder::{Parameter, Registry};
use crate::graphql::integration::remark_problems;
use crate::graphql::mutation::Mutation;

const WORKFLOW: Parameter = ("workflow", "Workflow", "It; null on errors.");
const INSTANCE: Parameter = ("instance", "Instance", "The copy that runs; null on errors.");
const ID: Parameter = ("id", "ID", "The draft or any version.");

pub fn register(registry: &mut Registry) {
    import(registry);
    Mutation::new("publishWorkflow", "Freezes the draft as the next version.", WORKFLOW)
        .inputs([ID, ("comment", "String", "A note on what is new.")])
        .run(registry, |input, ask| async move {
            let (id, comment) = (input.require_id("id")?, input.text("comment")?);
            Ok(Arc::new(workflow::publish(ask.env(), ask.viewer(), id, comment).await?))
        });
    let about = "Makes the newest version run, in a copy that later drafts do not touch.";
    Mutation::new("enableWorkflow", about, INSTANCE).inputs([ID]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(workflow::enable(ask.env(), ask.viewer(), id).await?))
        },
    );
    let about = "Pauses the copy that runs. Its URL stays.";
    Mutation::new("disableWorkflow", about, INSTANCE).inputs([ID]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(workflow::disable(ask.env(), ask.viewer(), id).await?))
        },
    );
    let about = "Deletes a workflow with its versions and the copy that runs.";
    let deleted = ("integration", "Integration", "What it was; null on errors.");
    Mutation::new("deleteWorkflow", about, deleted).inputs([ID]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(workflow::delete(ask.env(), ask.viewer(), id).await?))
        },
    );
}

fn import(registry: &mut Registry) {
    let about = "Makes a workflow, or replaces the draft of one. What would keep it from being \
                 published is listed under `problems` in the extensions of the answer.";
    Mutation::new("importWorkflow", about, WORKFLOW)
        .inputs([
            ("id", "ID", "Whose draft to replace; a new workflow if not given."),
            ("customer", "ID", "The customer who owns a new workflow; yours if not given."),
            (
                "definition",
                "String",
                "The document, YAML or JSON, with one flow. Without it, a new workflow has a \
                 flow that waits for webhooks and does nothing.",
            ),
            ("name", "String", "The name, in the place of that of the document."),
            (
                "externalId",
                "String",
                "The id in the organization's own product, unique for the customer; empty for \
                 none.",
            ),
            ("contextStableKey", "String", "The kind of place in the product it is made in."),
            ("contextData", "String", "What the product keeps with it: JSON text."),
        ])
        .run(registry, |input, ask| async move {
            let import = Import {
                workflow: input.id("id")?,
                customer: input.id("customer")?,
                definition: input.text("definition")?,
                name: input.text("name")?,
                external_id: input.text("externalId")?,
                context_key: input.text("contextStableKey")?,
                context_data: input.text("contextData")?,
            };
            let imported = workflow::import(ask.env(), ask.viewer(), import).await?;
            remark_problems(&ask, &imported.problems);
            Ok(Arc::new(imported.integration))
        });
}
