//! Creating integrations and replacing their drafts.

use entity::integration::{MarketplaceConfiguration, TemplateConfiguration, Variant};
use entity::{
    Attachments, CustomerId, IntegrationId, Labels, OrganizationId, customer, integration,
};
use flow::{Definition, problem};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, Set};
use serde_json::json;

use super::{as_input_problems, check, draft_of, parse_stored, parts, with_texts};
use crate::component::Own;
use crate::env::Env;
use crate::error::{Error, OnUnique, Unique};
use crate::event::{self, EventType};
use crate::input::Problems;
use crate::instance;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::{Permit, Viewer};

#[derive(Clone, Debug, Default)]
pub struct Create {
    pub name: String,
    pub description: Option<String>,
    /// Who owns it; none means the organization.
    pub customer: Option<CustomerId>,
    pub labels: Vec<String>,
    /// YAML or JSON to start from.
    pub definition: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Import {
    /// YAML or JSON, in any version of the language.
    pub definition: String,
    /// Whose draft is replaced; none makes a new integration.
    pub integration: Option<IntegrationId>,
    /// Who owns a new integration; none means the organization.
    pub customer: Option<CustomerId>,
    /// Allows a change between low-code and code-native.
    pub replace: bool,
}

/// A draft, and what would keep it from being published.
#[derive(Clone, Debug)]
pub struct Imported {
    pub integration: integration::Model,
    pub problems: Vec<flow::Problem>,
}

/// Makes an integration, empty or from a definition.
pub async fn create(
    env: &Env,
    viewer: &Viewer,
    input: Create,
) -> Result<integration::Model, Error> {
    let mut problems = Problems::default();
    let name = problems.name("name", &input.name);
    let description = input.description.map(|text| problems.text("description", &text));
    let labels = problems.labels(&input.labels);
    problems.finish()?;
    let definition = match &input.definition {
        Some(text) => read(text)?,
        None => {
            parse_stored(&json!({"definitionVersion": 7, "name": name, "flows": []}).to_string())?
        }
    };
    let mut texts = vec![("name", json!(name))];
    texts.extend(description.map(|text| ("description", json!(text))));
    if !labels.0.is_empty() {
        texts.push(("labels", json!(labels.0)));
    }
    let definition = with_texts(&definition, &texts)?;
    let tx = env.db.begin().await?;
    let created = insert_draft(env, viewer, &tx, &definition, input.customer, None).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(created)
}

/// Makes the draft of an integration what a document says.
///
/// A document that cannot be read is refused with everything that is wrong with it. One that can be
/// read but would not run is taken, so that work in progress can be kept.
pub async fn import(env: &Env, viewer: &Viewer, input: Import) -> Result<Imported, Error> {
    viewer.signed_in()?;
    let definition = read(&input.definition)?;
    let tx = env.db.begin().await?;
    let (integration, changed) = match input.integration {
        None => {
            let draft = insert_draft(env, viewer, &tx, &definition, input.customer, None).await?;
            (draft, None)
        }
        Some(id) => {
            let permit = super::permit(&tx, viewer, Action::Modify, id).await?;
            let draft = draft_of(&tx, permit.row()).await?;
            let permit = super::permit(&tx, viewer, Action::Modify, draft.id).await?;
            check_kind(permit.row(), &definition, input.replace)?;
            check_flows(permit.row().variant, &definition)?;
            let (draft, test_instance) = replace_draft(env, &tx, &permit, &definition).await?;
            event::record_integration_update(env, &tx, viewer, permit.row(), &draft).await?;
            (draft, Some(test_instance))
        }
    };
    tx.commit().await?;
    env.instances_changed(changed.as_slice());
    env.deliveries_arrived();
    let owner = (integration.organization_id, integration.customer_id);
    let own = Own::of(env.db.read(), owner, &definition).await?;
    let problems = check(env, &own, &definition);
    Ok(Imported { integration, problems })
}

/// Everything that is wrong with a document: nothing means that it can be imported and published.
pub async fn validate(env: &Env, viewer: &Viewer, text: &str) -> Result<Vec<flow::Problem>, Error> {
    let organization = viewer.signed_in()?;
    if !viewer.can(Noun::Integration, Action::View) {
        return Err(Error::Forbidden);
    }
    Ok(match Definition::parse(text) {
        Ok(definition) => {
            let owner = (organization, viewer.customer_id());
            let own = Own::of(env.db.read(), owner, &definition).await?;
            check(env, &own, &definition)
        }
        Err(problems) => problems,
    })
}

/// Parses a document, refusing what could not be stored.
pub(crate) fn read(text: &str) -> Result<Definition, Error> {
    let definition = Definition::parse(text)
        .map_err(|problems| Error::Invalid(as_input_problems("definition", &problems)))?;
    let problems = names(&definition);
    if problems.is_empty() {
        Ok(definition)
    } else {
        Err(Error::Invalid(as_input_problems("definition", &problems)))
    }
}

/// Flows and config variables become rows that their names tell apart.
fn names(definition: &Definition) -> Vec<flow::Problem> {
    let mut problems = Vec::new();
    let mut texts = Problems::default();
    texts.name("definition", &definition.name);
    if texts.finish().is_err() {
        let message = "the name must be one line of at most 255 characters";
        problems.push(flow::Problem::new(problem::Kind::Name, "name", message));
    }
    let flows: Vec<_> = definition.flows.iter().map(|flow| flow.name.as_str()).collect();
    let variables: Vec<_> = definition.config_vars.iter().map(|it| it.key.as_str()).collect();
    for (list, field, names) in [("flows", "name", flows), ("requiredConfigVars", "key", variables)]
    {
        for (index, name) in names.iter().enumerate() {
            let message = match () {
                () if name.trim().is_empty() => "this must not be empty".to_owned(),
                () if names[..index].contains(name) => format!("`{name}` is taken already"),
                () => continue,
            };
            let path = format!("{list}[{index}].{field}");
            problems.push(flow::Problem::new(problem::Kind::Name, path, message));
        }
    }
    for problem in &mut problems {
        problem.position = definition.position_of(&problem.path);
    }
    problems
}

fn check_kind(
    draft: &integration::Model,
    definition: &Definition,
    replace: bool,
) -> Result<(), Error> {
    let old = super::definition(draft)?;
    if old.is_code_native == definition.is_code_native || replace || old.flows.is_empty() {
        return Ok(());
    }
    let message = "This changes the integration between low-code and code-native. \
                   Import with `replace` if that is meant.";
    Err(Error::invalid("replace", message))
}

/// What runs of a workflow is one flow.
pub(crate) fn check_flows(variant: Variant, definition: &Definition) -> Result<(), Error> {
    if variant == Variant::Integration || definition.flows.len() == 1 {
        return Ok(());
    }
    Err(Error::invalid("definition", "A workflow has exactly one flow."))
}

/// Writes a new draft with its test instance.
pub(super) async fn insert_draft(
    env: &Env,
    viewer: &Viewer,
    tx: &DatabaseTransaction,
    definition: &Definition,
    customer: Option<CustomerId>,
    parent: Option<IntegrationId>,
) -> Result<integration::Model, Error> {
    // Whatever a customer's user makes belongs to that customer.
    let customer = customer.or(viewer.customer_id());
    match customer {
        None => drop(viewer.permit_in_organization(tx, Noun::Integration).await?),
        Some(id) => {
            let owner = viewer.permit_within::<customer::Entity>(tx, Noun::Integration, id).await?;
            if viewer.customer_id().is_some() && !owner.row().allow_embedded_designer {
                return Err(Error::Forbidden);
            }
        }
    }
    let row = integration::Model {
        customer_id: customer,
        parent_id: parent,
        ..draft_row(env, viewer.signed_in()?, definition)
    };
    write_draft(env, viewer, tx, row, definition).await
}

/// A draft that says what a definition says.
pub(crate) fn draft_row(
    env: &Env,
    organization_id: OrganizationId,
    definition: &Definition,
) -> integration::Model {
    let now = env.now();
    integration::Model {
        id: env.ids.next(),
        organization_id,
        customer_id: None,
        sequence_id: env.ids.next(),
        variant: Variant::Integration,
        is_draft: true,
        version_number: 0,
        name: definition.name.clone(),
        description: definition.description.clone(),
        category: definition.category.clone(),
        labels: Labels(definition.labels.clone()),
        attachments: Attachments::default(),
        documentation: definition.documentation.clone(),
        overview: String::new(),
        definition: definition.to_json(),
        source: definition.source().map(ToOwned::to_owned),
        has_unpublished_changes: true,
        version_comment: String::new(),
        version_attributes: None,
        version_created_at: None,
        version_created_by: None,
        version_is_available: false,
        marketplace_configuration: MarketplaceConfiguration::NotAvailableInMarketplace,
        allow_multiple_marketplace_instances: false,
        template_configuration: TemplateConfiguration::NotAvailable,
        marketplace_tabs: None,
        external_id: None,
        context_key: None,
        context_data: None,
        parent_id: None,
        test_payload: None,
        test_headers: None,
        test_content_type: None,
        created_at: now,
        updated_at: now,
        removed_at: None,
    }
}

/// Writes a new draft, which somebody may make, with its test instance.
pub(crate) async fn write_draft(
    env: &Env,
    viewer: &Viewer,
    tx: &DatabaseTransaction,
    row: integration::Model,
    definition: &Definition,
) -> Result<integration::Model, Error> {
    let row = rows::insert::<integration::Entity>(tx, row).await.on_unique(&CONFLICTS)?;
    let flows = parts::write(env, tx, &row, definition).await?;
    instance::keep_test_instance(env, tx, &row, &flows).await?;
    event::record_of_integration(env, tx, viewer, EventType::IntegrationCreated, &row).await?;
    Ok(row)
}

/// What may be there once.
pub(crate) const CONFLICTS: [Unique; 1] = [Unique {
    index: "integration_customer_id_external_id",
    field: "externalId",
    message: "Another workflow of this customer has this external id.",
}];

/// Writes another definition into a draft, and says which test instance it concerns.
pub(crate) async fn replace_draft(
    env: &Env,
    tx: &DatabaseTransaction,
    permit: &Permit<integration::Entity>,
    definition: &Definition,
) -> Result<(integration::Model, entity::InstanceId), Error> {
    let definition = with_silent_texts(permit.row(), definition)?;
    let mut edit = permit.edit();
    edit.name = Set(definition.name.clone());
    edit.description = Set(definition.description.clone());
    edit.category = Set(definition.category.clone());
    edit.documentation = Set(definition.documentation.clone());
    edit.labels = Set(Labels(definition.labels.clone()));
    edit.definition = Set(definition.to_json());
    edit.source = Set(definition.source().map(ToOwned::to_owned));
    edit.has_unpublished_changes = Set(true);
    edit.updated_at = Set(env.now());
    let row = edit.update(tx).await?;
    let flows = parts::write(env, tx, &row, &definition).await?;
    let test_instance = instance::keep_test_instance(env, tx, &row, &flows).await?;
    Ok((row, test_instance))
}

/// A document that does not mention a text leaves it as it is.
fn with_silent_texts(
    row: &integration::Model,
    definition: &Definition,
) -> Result<Definition, Error> {
    let kept = [
        ("description", json!(row.description), row.description.is_empty()),
        ("category", json!(row.category), row.category.is_empty()),
        ("documentation", json!(row.documentation), row.documentation.is_empty()),
        ("labels", json!(row.labels.0), row.labels.0.is_empty()),
    ];
    let kept: Vec<_> = kept
        .into_iter()
        .filter(|(key, _, is_empty)| !is_empty && definition.document().get(key).is_none())
        .map(|(key, value, _)| (key, value))
        .collect();
    if kept.is_empty() { Ok(definition.clone()) } else { with_texts(definition, &kept) }
}
