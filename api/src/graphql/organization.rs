//! The organization the viewer belongs to.

use std::sync::Arc;

use domain::retention::HistoryLimits;
use domain::{Action, Noun};
use entity::{OrganizationId, customer, integration, organization, organization_signing_key, user};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::builder::{Parameter, Registry, Type};
use super::embedding::theme::Theme;
use super::embedding::{key, settings};
use super::mutation::Mutation;
use super::page::{self, RowKey};
use super::{customer as customers, id, integration as integrations, user as users};
use entity::Id;

impl page::Noun for organization::Entity {
    type Id = OrganizationId;
    const ID: organization::Column = organization::Column::Id;

    fn id(row: &organization::Model) -> OrganizationId {
        row.id
    }
}

const PAYLOAD: Parameter = ("organization", "Organization", "The organization; null on errors.");

const CONTENTS_DAYS: &str = "Days that payloads, step results, logs and files of executions are \
    kept; what the installation does where there is none.";
const RECORDS_DAYS: &str = "Days that executions are kept; what the installation does where there \
    is none.";
const BYTES: &str = "Bytes of history, beyond which the oldest executions go; what the \
    installation does where there is none.";
const LIMITS: [Parameter; 3] = [
    (
        "contentsDays",
        "Int",
        "Days that payloads, step results, logs and files of executions are kept; 0 for what the \
         installation does.",
    ),
    ("recordsDays", "Int", "Days that executions are kept; 0 for what the installation does."),
    ("bytesMax", "BigInt", "Bytes of history; 0 for what the installation does."),
];

pub fn register(registry: &mut Registry) {
    registry.add(lists(limits(rights(embedded(object())))));
    update(registry);
    Mutation::new(
        "updateHistoryLimits",
        "Changes what is given of how long history is kept.",
        PAYLOAD,
    )
    .inputs(LIMITS)
    .run(registry, |input, ask| async move {
        let limits = HistoryLimits {
            contents_days: input.int("contentsDays")?,
            records_days: input.int("recordsDays")?,
            bytes_max: input.int("bytesMax")?,
        };
        Ok(Arc::new(domain::retention::set_limits(ask.env(), ask.viewer(), limits).await?))
    });
    registry.query(|query| {
        query.resolve(
            "organization",
            "Organization",
            "The organization you belong to.",
            |_, ask| async move {
                match ask.viewer().organization_id() {
                    Some(id) => ask.load(RowKey::<organization::Entity>(id)).await,
                    None => Ok(None),
                }
            },
        )
    });
}

fn object() -> Type<organization::Model> {
    Type::<organization::Model>::new(
        "Organization",
        "The company that builds integrations for its customers.",
    )
    .id(|organization| id::encode(organization.id))
    .field("name", "String!", "The name of the organization.", |organization| {
        organization.name.clone()
    })
    .field("systemSuspended", "Boolean!", "Whether all work is halted.", |_| false)
    .editable::<organization::Entity>()
    .allows_noun(
        "allowAddAlertGroup",
        Noun::AlertGroup,
        Action::Create,
        "Whether you may add alert groups.",
    )
    .allows_noun(
        "allowAddAlertWebhook",
        Noun::AlertWebhook,
        Action::Create,
        "Whether you may add alert webhooks.",
    )
    .allows_noun(
        "allowAddCustomer",
        Noun::Customer,
        Action::Create,
        "Whether you may add customers.",
    )
    .allows_noun(
        "allowAddUser",
        Noun::OrganizationUser,
        Action::Create,
        "Whether you may add users.",
    )
    .allows_noun(
        "allowAddIntegration",
        Noun::Integration,
        Action::Create,
        "Whether you may add integrations.",
    )
    .allows_noun(
        "allowAddWebhookEndpoint",
        Noun::WebhookEndpoint,
        Action::Create,
        "Whether you may add webhook endpoints.",
    )
    .allows_noun(
        "allowAddExternalLogStream",
        Noun::LogStream,
        Action::Create,
        "Whether you may add log streams.",
    )
    .allows_noun(
        "allowConfigureExternalLogStreams",
        Noun::LogStream,
        Action::Modify,
        "Whether you may change log streams.",
    )
    .allows_noun(
        "allowEnableInstance",
        Noun::Instance,
        Action::Modify,
        "Whether you may pause and resume instances.",
    )
    .allows_noun(
        "allowExecuteInstance",
        Noun::Instance,
        Action::Run,
        "Whether you may start test runs.",
    )
}

/// What is not built is not claimed, and whether it is allowed depends on nobody.
const NOT_BUILT: [(&str, &str); 11] = [
    ("allowAddCredential", "Whether you may add credentials; connections are what there is."),
    ("allowConfigureCredentials", "Whether you may change credentials."),
    ("allowConfiguringInstanceMemory", "Whether the memory of instances can be set."),
    ("allowCustomTheme", "Whether customers can have a theme of their own."),
    ("allowEmbeddedDesigner", "Whether there is an embedded designer for customers."),
    ("allowEmbeddedWorkflowBuilder", "Whether there is an embedded workflow builder."),
    ("allowLongRunningExecutions", "Whether executions may take hours."),
    ("allowOnPremAgent", "Whether there are agents on the premises of customers."),
    ("allowPublishComponent", "Whether you may publish components."),
    ("allowUserLevelConfig", "Whether users of customers can have configuration of their own."),
    ("allowViewBilling", "Whether there is a bill to be seen."),
];

fn rights(of: Type<organization::Model>) -> Type<organization::Model> {
    let of = of
        .allows_noun(
            "allowAddConnectionTemplate",
            Noun::ConnectionTemplate,
            Action::Create,
            "Whether you may add templates of connections.",
        )
        .allows_noun(
            "allowAddScopedConfigVariable",
            Noun::ScopedVariable,
            Action::Create,
            "Whether you may add connections to share.",
        )
        .allows_noun(
            "allowAddSigningKey",
            Noun::Embedding,
            Action::Create,
            "Whether you may add signing keys.",
        )
        .allows_noun(
            "allowConfigureEmbedded",
            Noun::Embedding,
            Action::Modify,
            "Whether you may change what is set for embedding.",
        )
        .allows_noun(
            "allowConfigureThemes",
            Noun::Embedding,
            Action::Modify,
            "Whether you may change the theme.",
        )
        .allows_noun(
            "allowDisablingInstanceOutputs",
            Noun::InstanceProfile,
            Action::Modify,
            "Whether you may have executions leave no logs and results.",
        )
        .allows_noun(
            "allowExecutionRetryConfig",
            Noun::Integration,
            Action::Modify,
            "Whether you may have failed executions tried again.",
        );
    NOT_BUILT.into_iter().fold(of, |of, (name, about)| of.field(name, "Boolean!", about, |_| false))
}

fn embedded(of: Type<organization::Model>) -> Type<organization::Model> {
    settings::fields(of)
        .field("theme", "Theme", "How its pages look.", Theme::of)
        .field("marketplaceName", "String", "What stands over its marketplace.", |it| {
            it.marketplace_name.clone()
        })
        .field("avatarUrl", "String", "Where its picture is.", |it| it.avatar_url.clone())
        .field("labels", "[String!]", "Tags.", |it| it.labels.clone())
        .field("featureFlags", "JSONString", "What is tried out with it: nothing.", |_| "{}")
}

fn update(registry: &mut Registry) {
    Mutation::new("updateOrganization", "Changes what is given of the organization.", PAYLOAD)
        .inputs([
            ("id", "ID", "The organization; yours if not given."),
            ("name", "String", "The name."),
            ("marketplaceName", "String", "What stands over the marketplace; empty for the name."),
            ("avatarUrl", "String", "Where its picture is; empty for none."),
            ("labels", "[String]", "Tags."),
            ("brandedElements", "String", "JSON text of an object; empty for none."),
        ])
        .refuses([("featureFlags", "String")])
        .run(registry, |input, ask| async move {
            let update = domain::organization::Update {
                name: input.text("name")?,
                marketplace_name: input.text("marketplaceName")?,
                avatar_url: input.text("avatarUrl")?,
                labels: input.texts("labels")?,
                branded_elements: input.text("brandedElements")?,
            };
            let id = match input.id("id")? {
                Some(id) => id,
                None => ask.viewer().signed_in()?,
            };
            let updated = domain::organization::update(ask.env(), ask.viewer(), id, update);
            Ok(Arc::new(updated.await?))
        });
}

fn limits(of: Type<organization::Model>) -> Type<organization::Model> {
    of.field("historyContentsDays", "Int", CONTENTS_DAYS, |it| it.contents_days)
        .field("historyRecordsDays", "Int", RECORDS_DAYS, |it| it.records_days)
        .field("historyBytesMax", "BigInt", BYTES, |it| it.history_bytes_max)
}

fn lists(of: Type<organization::Model>) -> Type<organization::Model> {
    of.connection::<customer::Entity>(
        "customers",
        "The customers of the organization.",
        customers::listing(),
        |organization| organization.id.uuid(),
        |id| customer::Column::OrganizationId.eq(id).into_condition(),
    )
    .connection::<integration::Entity>(
        "integrations",
        "The integrations of the organization and its customers.",
        integrations::latest(),
        |organization| organization.id.uuid(),
        |id| {
            let own = integration::Column::OrganizationId.eq(OrganizationId(id));
            integrations::is_integration().add(own)
        },
    )
    .connection::<organization_signing_key::Entity>(
        "signingKeys",
        "The keys that verify tokens of embedded users; empty for those who may not see them.",
        key::listing(),
        |organization| organization.id.uuid(),
        |id| organization_signing_key::Column::OrganizationId.eq(id).into_condition(),
    )
    .connection::<user::Entity>(
        "users",
        "The users of the organization itself.",
        users::listing(),
        |organization| organization.id.uuid(),
        |id| {
            let own = user::Column::OrganizationId.eq(id).into_condition();
            own.add(user::Column::CustomerId.is_null())
        },
    )
}
