//! Changes to an integration that need no new document.

use entity::integration::{MarketplaceConfiguration, TemplateConfiguration};
use entity::{Attachments, IntegrationId, integration};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, QueryFilter, Set};
use serde_json::json;

use super::import::replace_draft;
use super::{definition_as_written, draft_of, with_texts};
use crate::attachment;
use crate::env::Env;
use crate::error::Error;
use crate::event;
use crate::input::Problems;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub description: Option<String>,
    pub category: Option<String>,
    pub documentation: Option<String>,
    pub labels: Option<Vec<String>>,
    pub template_configuration: Option<TemplateConfiguration>,
    pub allow_multiple_marketplace_instances: Option<bool>,
    pub attachments: attachment::Change,
}

/// How the marketplace shows an integration. What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Marketplace {
    pub configuration: Option<MarketplaceConfiguration>,
    pub allow_multiple_instances: Option<bool>,
    pub overview: Option<String>,
    /// Empty shows customers every tab.
    pub tabs: Option<Vec<String>>,
}

/// Changes the draft; texts that are part of the definition change there too.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    input: Update,
) -> Result<integration::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = super::permit(&tx, viewer, Action::Modify, id).await?;
    let draft = draft_of(&tx, permit.row()).await?;
    let mut permit = super::permit(&tx, viewer, Action::Modify, draft.id).await?;
    let mut problems = Problems::default();
    let mut texts = Vec::new();
    texts.extend(input.name.map(|text| ("name", json!(problems.name("name", &text)))));
    for (field, text) in [
        ("description", input.description),
        ("category", input.category),
        ("documentation", input.documentation),
    ] {
        texts.extend(text.map(|text| (field, json!(problems.text(field, &text)))));
    }
    texts.extend(input.labels.map(|labels| ("labels", json!(problems.labels(&labels).0))));
    let attachments = (!input.attachments.is_empty())
        .then(|| input.attachments.apply(&draft.attachments, &mut problems));
    problems.finish()?;
    let mut changed = None;
    if !texts.is_empty() {
        let definition = with_texts(&definition_as_written(permit.row())?, &texts)?;
        changed = Some(replace_draft(env, &tx, &permit, &definition).await?.1);
        permit = viewer.permit(&tx, Action::Modify, draft.id).await?;
    }
    let mut edit = permit.edit();
    if let Some(template) = input.template_configuration {
        edit.template_configuration = Set(template);
    }
    if let Some(allow) = input.allow_multiple_marketplace_instances {
        edit.allow_multiple_marketplace_instances = Set(allow);
    }
    edit.updated_at = Set(env.now());
    let mut updated = edit.update(&tx).await?;
    if let Some(attachments) = attachments {
        updated.attachments = attachments.clone();
        attach(&tx, &updated, attachments).await?;
    }
    event::record_integration_update(env, &tx, viewer, &draft, &updated).await?;
    tx.commit().await?;
    env.instances_changed(changed.as_slice());
    env.deliveries_arrived();
    Ok(updated)
}

/// Attachments are those of the integration: the draft and all versions show the same.
async fn attach(
    tx: &DatabaseTransaction,
    draft: &integration::Model,
    attachments: Attachments,
) -> Result<(), Error> {
    let change = integration::ActiveModel { attachments: Set(attachments), ..Default::default() };
    rows::update::<integration::Entity>(draft.organization_id)
        .set(change)
        .filter(integration::Column::SequenceId.eq(draft.sequence_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Changes what customers are offered: one version, or through the draft the whole integration.
pub async fn set_marketplace(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    input: Marketplace,
) -> Result<integration::Model, Error> {
    let mut problems = Problems::default();
    let overview = input.overview.map(|text| problems.text("overview", &text));
    let tabs = input.tabs.map(|tabs| problems.labels_of("marketplaceTabConfiguration", &tabs));
    problems.finish()?;
    let tx = env.db.begin().await?;
    let permit = super::permit(&tx, viewer, Action::Modify, id).await?;
    let row = permit.into_row();
    let concerned = if row.is_draft {
        integration::Column::SequenceId.eq(row.sequence_id)
    } else {
        integration::Column::Id.eq(row.id)
    };
    let mut change = integration::ActiveModel { updated_at: Set(env.now()), ..Default::default() };
    if let Some(configuration) = input.configuration {
        change.marketplace_configuration = Set(configuration);
    }
    if let Some(allow) = input.allow_multiple_instances {
        change.allow_multiple_marketplace_instances = Set(allow);
    }
    if let Some(overview) = overview {
        change.overview = Set(overview);
    }
    if let Some(tabs) = tabs {
        change.marketplace_tabs = Set(Some(tabs).filter(|tabs| !tabs.0.is_empty()));
    }
    rows::update::<integration::Entity>(row.organization_id)
        .set(change)
        .filter(concerned)
        .exec(&tx)
        .await?;
    let updated = viewer.find::<integration::Entity>(&tx, id).await?;
    event::record_integration_update(env, &tx, viewer, &row, &updated).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(updated)
}
