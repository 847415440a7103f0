//! The type of drafts and versions.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Action;
use entity::integration::TemplateConfiguration;
use entity::{
    Id, IntegrationId, SequenceId, config_variable, instance, integration, integration_flow,
};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, QueryFilter};

use super::definition::{config_pages, definition};
use super::testing::owns;
use super::{facts, marketplace, of_sequence, versions};
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::graphql::builder::{Registry, Type};
use crate::graphql::config_value::{ConfigVariable, STATUS_FILTERS};
use crate::graphql::flow_config::SharedUrl;
use crate::graphql::{
    attachment, config_value, config_variable as required, flow as flows, id,
    instance as instances, reuse,
};
use crate::loader::Key;

pub fn object() -> Type<integration::Model> {
    let integration = Type::<integration::Model>::new(
        "Integration",
        "A draft or version of an integration.",
    )
    .id(|integration| id::encode(integration.id))
    .editable::<integration::Entity>()
    .may_allow::<integration::Entity>(
        "allowManageAttachments",
        Action::Modify,
        "Whether you may change the documents beside it.",
    )
    .resolve(
        "attachments",
        "[Attachment]",
        "Documents that its authors keep beside it.",
        |it, ask| async move { Ok(owns(&ask, &it).then(|| attachment::shown(&it.attachments))) },
    );
    marketplace::fields(lists(relations(version(texts(facts::of(integration))))))
}

fn texts(of: Type<integration::Model>) -> Type<integration::Model> {
    of.field("overview", "String", "What customers read about it, Markdown.", |integration| {
        integration.overview.clone()
    })
    .field("avatarUrl", "String", "Where its picture is.", |_| None::<String>)
    .field(
        "templateConfiguration",
        "IntegrationTemplateConfiguration!",
        "Who may start a new integration from it.",
        |integration| template_name(integration.template_configuration),
    )
    .field(
        "useAsTemplate",
        "Boolean!",
        "Whether a new integration can be started from it.",
        |integration| integration.template_configuration != TemplateConfiguration::NotAvailable,
    )
    .resolve_with(
        ("definition", "String", "The definition as YAML, which imports again."),
        &[
            ("useLatestComponentVersions", "Boolean", "Do not pin versions of components."),
            ("version", "Int", "Version of the definition language; there is one."),
        ],
        |integration, ask| async move {
            // It holds what only the organization sets. A customer reads its own definitions.
            if !owns(&ask, &integration) {
                return Ok(None);
            }
            let latest = ask.args.flag("useLatestComponentVersions")?.unwrap_or_default();
            Ok(Some(domain::integration::export(&integration, latest)?))
        },
    )
}

fn version(of: Type<integration::Model>) -> Type<integration::Model> {
    facts::version_at(facts::version(of), "Integration")
        .field("hasOutdatedComponents", "Boolean!", "Whether components could be updated.", |_| {
            false
        })
        .allows::<integration::Entity>("allowFork", Action::Create, "Whether you may fork it.")
        .allows::<integration::Entity>(
            "allowPublish",
            Action::Release,
            "Whether you may publish it.",
        )
}

fn relations(of: Type<integration::Model>) -> Type<integration::Model> {
    of.row::<integration::Entity>("parent", "Integration", "What it was forked from.", |it| {
        it.parent_id
    })
    .resolve("isCodeNative", "Boolean!", "Whether it is written in code.", |it, ask| async move {
        Ok(definition(&ask, it.id).await?.is_code_native)
    })
    .resolve(
        "endpointType",
        "IntegrationEndpointType",
        "Which requests share a URL.",
        |it, ask| async move {
            use flow::definition::Choice;
            Ok(definition(&ask, it.id).await?.endpoint_type.name().to_uppercase())
        },
    )
    .resolve(
        "endpointConfigTestUrl",
        "String!",
        "Where the test instance answers as callers of a shared URL would find it.",
        |it, ask| async move {
            let instance = test_instance(&ask, it.sequence_id).await?;
            Ok(ask.load(SharedUrl(instance.id.0)).await?.unwrap_or_default())
        },
    )
    .resolve(
        "configPages",
        "JSONString!",
        "The pages of the configuration wizard, with their elements.",
        |it, ask| async move {
            let definition = definition(&ask, it.id).await?;
            let sees_all = ask.viewer().customer_id().is_none();
            Ok(config_pages(&definition, sees_all).to_string())
        },
    )
    .resolve(
        "preprocessFlowName",
        "String",
        "The flow that sees requests first and names the flow to run.",
        |it, ask| async move { Ok(definition(&ask, it.id).await?.preprocess_flow_name.clone()) },
    )
    .resolve(
        "userLevelConfigured",
        "Boolean!",
        "Whether each user of a customer fills pages of their own.",
        |it, ask| async move {
            let definition = definition(&ask, it.id).await?;
            Ok(definition.config_pages.iter().any(|page| page.user_level_configured))
        },
    )
}

fn lists(of: Type<integration::Model>) -> Type<integration::Model> {
    reuse::lists::of_integration(of)
        .connection::<integration_flow::Entity>(
            "flows",
            "The flows, in the order of the definition.",
            flows::listing(),
            |integration| integration.id.uuid(),
            |id| integration_flow::Column::IntegrationId.eq(IntegrationId(id)).into_condition(),
        )
        .connection::<instance::Entity>(
            "instances",
            "The instances of all versions.",
            instances::listing(),
            |integration| integration.sequence_id.uuid(),
            |id| instance::Column::IntegrationId.in_subquery(of_sequence(id)).into_condition(),
        )
        .connection::<config_variable::Entity>(
            "requiredConfigVariables",
            "The config variables that an instance has to have.",
            required::listing(),
            |integration| integration.id.uuid(),
            |id| config_variable::Column::IntegrationId.eq(IntegrationId(id)).into_condition(),
        )
        .connection::<integration::Entity>(
            "versionSequence",
            "The published versions.",
            versions(),
            |integration| integration.sequence_id.uuid(),
            |id| integration::Column::SequenceId.eq(SequenceId(id)).into_condition(),
        )
        .short_list::<ConfigVariable, _>(
            (
                "testConfigVariables",
                "InstanceConfigVariable",
                "The config variables of the test instance.",
            ),
            &STATUS_FILTERS,
            |integration, ask| async move {
                let instance = test_instance(&ask, integration.sequence_id).await?;
                config_value::variables_of(&ask, &instance).await
            },
        )
}

/// The instance that test runs of an integration use.
pub async fn test_instance(
    ask: &Ask,
    sequence: SequenceId,
) -> Result<Arc<instance::Model>, ApiError> {
    ask.load(TestInstance(sequence)).await?.ok_or(ApiError::NotFound)
}

#[derive(Clone, Eq, Hash, PartialEq)]
struct TestInstance(SequenceId);

impl Key for TestInstance {
    type Value = Arc<instance::Model>;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            use integration::Column as C;
            let db = context.env.db.read();
            let sequences = keys.iter().map(|key| key.0);
            let drafts = context.viewer.rows::<integration::Entity>();
            let drafts = drafts.filter(C::SequenceId.is_in(sequences)).filter(C::IsDraft.eq(true));
            let drafts: HashMap<IntegrationId, SequenceId> =
                drafts.all(db).await?.into_iter().map(|row| (row.id, row.sequence_id)).collect();
            let rows = context.viewer.rows::<instance::Entity>();
            let rows = rows
                .filter(instance::Column::IsSystem.eq(true))
                .filter(instance::Column::IntegrationId.is_in(drafts.keys().copied()));
            let found =
                rows.all(db).await?.into_iter().filter_map(|row| {
                    Some((Self(*drafts.get(&row.integration_id)?), Arc::new(row)))
                });
            Ok(found.collect())
        }
        .boxed()
    }
}

const TEMPLATES: [(TemplateConfiguration, &str, &str); 4] = [
    (TemplateConfiguration::Available, "AVAILABLE", "Everybody."),
    (TemplateConfiguration::CustomerAvailable, "CUSTOMER_AVAILABLE", "Users of customers."),
    (TemplateConfiguration::NotAvailable, "NOT_AVAILABLE", "Nobody."),
    (TemplateConfiguration::OrganizationAvailable, "ORG_AVAILABLE", "The organization."),
];

fn template_name(template: TemplateConfiguration) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, ..)| *known == template).map(|(_, name, _)| *name)
}

pub fn template_by_name(name: &str) -> Option<TemplateConfiguration> {
    TEMPLATES.iter().find(|(_, known, _)| *known == name).map(|(template, ..)| *template)
}

pub fn enumerations(registry: &mut Registry) {
    let templates = TEMPLATES.map(|(_, name, about)| (name, about));
    registry.enumeration(
        "IntegrationTemplateConfiguration",
        "Who may start a new integration from this one.",
        &templates,
    );
    registry.enumeration(
        "MarketplaceConfiguration",
        "How the marketplace shows an integration.",
        &[
            ("AVAILABLE_AND_DEPLOYABLE", "Customers activate it themselves."),
            ("AVAILABLE_NOT_DEPLOYABLE", "Customers see it and ask for it."),
            ("NOT_AVAILABLE_IN_MARKETPLACE", "Customers do not see it."),
        ],
    );
    registry.enumeration(
        "IntegrationEndpointType",
        "Which requests share a URL.",
        &[
            ("FLOW_SPECIFIC", "Each flow of each instance has its own."),
            ("INSTANCE_SPECIFIC", "The flows of an instance share one."),
            ("SHARED_INSTANCE", "All instances share one."),
        ],
    );
}
