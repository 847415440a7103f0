//! Making, changing, publishing and testing integrations.

use std::sync::Arc;

use async_graphql::{Value, value};
use domain::integration::Testing;
use entity::integration;
use entity::integration::MarketplaceConfiguration;
use sea_orm::ActiveEnum;
use serde_json::from_str;

use super::object::template_by_name;
use super::testing;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::Arguments;
use crate::graphql::attachment;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::config_value::read_inputs;
use crate::graphql::mutation::Mutation;

const PAYLOAD: (&str, &str, &str) = ("integration", "Integration", "It; null on errors.");

const UNSUPPORTED: [(&str, &str); 1] = [("metadata", "String")];

pub fn register(registry: &mut Registry) {
    create(registry);
    import(registry);
    update(registry);
    marketplace(registry);
    release(registry);
    validate(registry);
}

fn create(registry: &mut Registry) {
    Mutation::new("createIntegration", "Starts an integration.", PAYLOAD)
        .inputs([
            ("name", "String!", "The name."),
            ("description", "String", "What it does."),
            ("customer", "ID", "The customer who owns it; the organization if not given."),
            ("labels", "[String]", "Free text tags."),
            ("definition", "String", "A definition to start from, YAML or JSON."),
        ])
        .inputs(testing::ENDPOINT_INPUTS)
        .refuses(UNSUPPORTED)
        .run(registry, |input, ask| async move {
            let create = domain::integration::Create {
                name: input.require_text("name")?,
                description: input.text("description")?,
                customer: input.id("customer")?,
                labels: input.texts("labels")?.unwrap_or_default(),
                definition: input.text("definition")?,
            };
            let testing = testing::read(&input)?;
            let (env, viewer) = (ask.env(), ask.viewer());
            let created = domain::integration::create(env, viewer, create).await?;
            test_with(&ask, created, testing).await.map(Arc::new)
        });
    Mutation::new("forkIntegration", "Starts an integration from another one.", PAYLOAD)
        .inputs([
            ("parent", "ID!", "The draft or version to start from."),
            ("name", "String!", "The name of the new integration."),
            ("description", "String", "What the new integration does."),
        ])
        .run(registry, |input, ask| async move {
            let fork = domain::integration::Fork {
                name: input.require_text("name")?,
                description: input.text("description")?,
            };
            let parent = input.require_id("parent")?;
            Ok(Arc::new(domain::integration::fork(ask.env(), ask.viewer(), parent, fork).await?))
        });
    Mutation::new(
        "deleteIntegration",
        "Deletes an integration with its versions and instances.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The draft or any version.")])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(domain::integration::delete(ask.env(), ask.viewer(), id).await?))
    });
}

fn import(registry: &mut Registry) {
    let about = "Makes a draft what a document says. What would keep it from being published is \
                 listed under `problems` in the extensions of the answer.";
    Mutation::new("importIntegration", about, PAYLOAD)
        .inputs([
            ("definition", "String!", "The document, YAML or JSON."),
            ("integrationId", "ID", "Whose draft to replace; a new integration if not given."),
            ("customer", "ID", "The customer who owns a new integration."),
            ("replace", "Boolean", "Allows a change between low-code and code-native."),
        ])
        .run(registry, |input, ask| async move {
            let import = domain::integration::Import {
                definition: input.require_text("definition")?,
                integration: input.id("integrationId")?,
                customer: input.id("customer")?,
                replace: input.flag("replace")?.unwrap_or_default(),
            };
            Ok(Arc::new(take(&ask, import).await?))
        });
}

/// Imports, and remarks what will have to be put right before the draft is published.
async fn take(
    ask: &Ask,
    import: domain::integration::Import,
) -> Result<integration::Model, ApiError> {
    let imported = domain::integration::import(ask.env(), ask.viewer(), import).await?;
    remark_problems(ask, &imported.problems);
    Ok(imported.integration)
}

/// Remarks what would keep a draft from being published.
pub fn remark_problems(ask: &Ask, problems: &[flow::Problem]) {
    ask.remark(problems.iter().map(remark));
}

fn remark(problem: &flow::Problem) -> Value {
    let position = problem.position;
    value!({
        "message": problem.message,
        "path": problem.path,
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
        "suggestion": problem.suggestion,
    })
}

fn update(registry: &mut Registry) {
    Mutation::new("updateIntegration", "Changes what is given of a draft.", PAYLOAD)
        .inputs([
            ("id", "ID", "The draft or any version."),
            ("name", "String", "The name."),
            ("description", "String", "What it does."),
            ("category", "String", "Under which heading it is listed."),
            ("labels", "[String]", "Free text tags; replaces all of them."),
            ("definition", "String", "The whole definition, YAML or JSON."),
            ("templateConfiguration", "String", "Who may start a new integration from it."),
            (
                "allowMultipleMarketplaceInstances",
                "Boolean",
                "Whether a customer may activate it more than once.",
            ),
            (
                "testConfigVariables",
                "[InputInstanceConfigVariable]",
                "Values for the test instance; replaces all of them.",
            ),
            testing::FLOW_INPUTS,
        ])
        .inputs(testing::ENDPOINT_INPUTS)
        .inputs(attachment::INPUTS)
        .refuses(UNSUPPORTED)
        .refuses([
            ("avatarUrl", "String"),
            ("customer", "ID"),
            ("starred", "Boolean"),
            ("useAsTemplate", "Boolean"),
        ])
        .run(registry, |input, ask| async move { change(&input, &ask).await.map(Arc::new) });
}

async fn change(input: &Arguments, ask: &Ask) -> Result<integration::Model, ApiError> {
    let id = input.require_id("id")?;
    let template = input.text("templateConfiguration")?.map(|name| {
        let unknown = || ApiError::problem("templateConfiguration", "There is no such value.");
        template_by_name(&name.to_uppercase()).ok_or_else(unknown)
    });
    let update = domain::integration::Update {
        name: input.text("name")?,
        description: input.text("description")?,
        category: input.text("category")?,
        documentation: None,
        labels: input.texts("labels")?,
        template_configuration: template.transpose()?,
        allow_multiple_marketplace_instances: input.flag("allowMultipleMarketplaceInstances")?,
        attachments: attachment::read(input)?,
    };
    let testing = testing::read(input)?;
    let values = input.objects("testConfigVariables")?.map(|values| read_inputs(&values));
    let (env, viewer) = (ask.env(), ask.viewer());
    if let Some(definition) = input.text("definition")? {
        let import = domain::integration::Import {
            definition,
            integration: Some(id),
            customer: None,
            replace: false,
        };
        take(ask, import).await?;
    }
    let updated = domain::integration::update(env, viewer, id, update).await?;
    if let Some(config_variables) = values.transpose()? {
        let test = domain::instance::test_instance_of(env.db.read(), &updated).await?;
        let update = domain::instance::Update {
            config_variables: Some(config_variables),
            ..domain::instance::Update::default()
        };
        domain::instance::update(env, viewer, test.id, update).await?;
    }
    test_with(ask, updated, testing).await
}

/// Changes how an integration is tested, where something is to be changed.
async fn test_with(
    ask: &Ask,
    integration: integration::Model,
    testing: Testing,
) -> Result<integration::Model, ApiError> {
    if testing == Testing::default() {
        return Ok(integration);
    }
    let (env, viewer) = (ask.env(), ask.viewer());
    Ok(domain::integration::set_testing(env, viewer, integration.id, testing).await?)
}

fn marketplace(registry: &mut Registry) {
    Mutation::new(
        "updateIntegrationMarketplaceConfiguration",
        "Changes how the marketplace shows an integration.",
        PAYLOAD,
    )
    .inputs([
        ("id", "ID", "A version, or the draft for the whole integration."),
        ("marketplaceConfiguration", "String", "A member of `MarketplaceConfiguration`."),
        ("overview", "String", "What customers read about it, Markdown."),
        (
            "allowMultipleMarketplaceInstances",
            "Boolean",
            "Whether a customer may activate it more than once.",
        ),
        (
            "marketplaceTabConfiguration",
            "String",
            "The tabs of an instance that customers see: a JSON list; empty for all.",
        ),
    ])
    .run(registry, |input, ask| async move {
        let configuration = input.text("marketplaceConfiguration")?.map(|name| {
            MarketplaceConfiguration::try_from_value(&name.to_uppercase()).map_err(|_| {
                ApiError::problem("marketplaceConfiguration", "There is no such value.")
            })
        });
        let tabs = input.text("marketplaceTabConfiguration")?.map(|text| {
            let tabs = if text.trim().is_empty() { Ok(Vec::new()) } else { from_str(&text) };
            let message = "This is not the JSON text of a list of texts.";
            tabs.map_err(|_| ApiError::problem("marketplaceTabConfiguration", message))
        });
        let change = domain::integration::Marketplace {
            tabs: tabs.transpose()?,
            configuration: configuration.transpose()?,
            allow_multiple_instances: input.flag("allowMultipleMarketplaceInstances")?,
            overview: input.text("overview")?,
        };
        let id = input.require_id("id")?;
        let (env, viewer) = (ask.env(), ask.viewer());
        Ok(Arc::new(domain::integration::set_marketplace(env, viewer, id, change).await?))
    });
}

fn release(registry: &mut Registry) {
    Mutation::new("publishIntegration", "Freezes the draft as the next version.", PAYLOAD)
        .inputs([
            ("id", "ID", "The draft or any version."),
            ("comment", "String", "A note on what is new."),
            ("attributes", "String", "JSON text of an object, for example the commit."),
        ])
        .run(registry, |input, ask| async move {
            let publish = domain::integration::Publish {
                comment: input.text("comment")?,
                attributes: input.text("attributes")?,
            };
            let id = input.require_id("id")?;
            let (env, viewer) = (ask.env(), ask.viewer());
            Ok(Arc::new(domain::integration::publish(env, viewer, id, publish).await?))
        });
    Mutation::new(
        "updateIntegrationVersionAvailability",
        "Offers a version for new instances, or stops offering it.",
        PAYLOAD,
    )
    .inputs([
        ("id", "ID", "The version."),
        ("available", "Boolean!", "Whether new instances can have it."),
    ])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        let available = input.flag("available")?.unwrap_or_default();
        let (env, viewer) = (ask.env(), ask.viewer());
        Ok(Arc::new(domain::integration::set_availability(env, viewer, id, available).await?))
    });
}

/// The verdict on a definition.
struct Verdict {
    is_valid: bool,
}

fn validate(registry: &mut Registry) {
    registry.add(
        Type::<Verdict>::new("ValidateIntegrationSchemaFormResult", "The verdict on a definition.")
            .field("isValid", "Boolean", "Whether it can be imported and published.", |verdict| {
                verdict.is_valid
            }),
    );
    let result = ("result", "ValidateIntegrationSchemaFormResult", "The verdict; null on errors.");
    Mutation::new("validateIntegrationSchema", "Checks a definition without storing it.", result)
        .inputs([("definition", "String!", "The document, YAML or JSON.")])
        .run(registry, |input, ask| async move {
            let text = input.require_text("definition")?;
            let problems = domain::integration::validate(ask.env(), ask.viewer(), &text).await?;
            if problems.is_empty() {
                return Ok(Arc::new(Verdict { is_valid: true }));
            }
            let problems = problems.iter().map(|problem| domain::Problem {
                field: "definition".to_owned(),
                message: problem.to_string(),
            });
            Err(ApiError::Problems(Arc::new(problems.collect())))
        });
}
