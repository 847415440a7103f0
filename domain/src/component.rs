//! Components that organizations publish: their code runs in processes apart, see the runner.
//!
//! Publishing writes down what the component says of itself. The version can be used when its
//! package has arrived behind a signed link ([`upload`]); until then nobody gets it.

mod own;
mod package;
mod remove;
mod star;
mod upload;

use entity::{CustomerId, OrganizationId, SequenceId, component};
use sea_orm::{ColumnTrait, DatabaseTransaction, PaginatorTrait, QueryFilter, QuerySelect};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::env::Env;
use crate::error::{Error, OnUnique, Unique, WHOLE_INPUT};
use crate::event::{Slot, Slots, Subject};
use crate::input::Problems;
use crate::policy::Noun;
use crate::rows;
use crate::viewer::Viewer;

pub use own::{Own, Version};
pub use package::{Package, UNPACKED_BYTES_MAX, inspect, unpack};
pub use remove::delete;
pub use star::{set_starred, starred};
pub use upload::{FileKind, Upload, accept_file, accept_package, expects};

/// Bytes of what a component says of itself, as JSON.
pub const DEFINITION_BYTES_MAX: usize = 4 << 20;

/// Versions that an organization keeps of all its components together.
const VERSIONS_MAX: u64 = 10_000;

/// What somebody publishes.
#[derive(Clone, Debug, Default)]
pub struct Publish {
    /// `definition`, `actions`, `triggers`, `dataSources` and `connections`, as clients send them.
    pub document: Json,
    /// For this customer alone.
    pub customer: Option<CustomerId>,
    pub comment: Option<String>,
    /// A JSON object as text, for example the commit it was built from.
    pub attributes: Option<String>,
}

/// What a version says of itself.
pub fn definition(row: &component::Model) -> Result<flow::component::Component, Error> {
    let read = serde_json::from_str(&row.definition);
    Ok(read.map_err(|error| anyhow::anyhow!("a stored component is not readable: {error}"))?)
}

/// Takes down the next version of a component, which waits for its package.
pub async fn publish(
    env: &Env,
    viewer: &Viewer,
    input: Publish,
) -> Result<component::Model, Error> {
    viewer.signed_in()?;
    let mut problems = Problems::default();
    let comment = problems.text("comment", &input.comment.unwrap_or_default());
    if let Some(attributes) = &input.attributes
        && !matches!(serde_json::from_str(attributes), Ok(Json::Object(_)))
    {
        problems.add("attributes", "This is not the JSON text of an object.");
    }
    let read = flow::component::Component::read(input.document).unwrap_or_else(|found| {
        for problem in found {
            problems.add("definition", problem);
        }
        flow::component::Component::default()
    });
    if read.about.public {
        problems.add("definition", "Public components cannot be published here: leave it out.");
    }
    let label = problems.line("definition", &read.about.display.label);
    let description = problems.text("definition", &read.about.display.description);
    let definition = serde_json::to_string(&read).map_err(|error| anyhow::anyhow!(error))?;
    if definition.len() > DEFINITION_BYTES_MAX {
        problems.add("definition", format!("This is longer than {DEFINITION_BYTES_MAX} bytes."));
    }
    problems.finish()?;
    let tx = env.db.begin().await?;
    let organization = permit(&tx, viewer, input.customer).await?;
    let sequence = sequence_of(organization, input.customer, &read.about.key);
    let version_number = next_number(&tx, organization, sequence).await?;
    let now = env.now();
    let row = component::Model {
        id: env.ids.next(),
        organization_id: organization,
        customer_id: input.customer,
        sequence_id: sequence,
        key: read.about.key.clone(),
        version_number,
        label,
        description,
        definition,
        is_code_native: read.about.for_code_native_integration,
        comment,
        attributes: input.attributes,
        signature: String::new(),
        package: None,
        available_at: None,
        created_by: viewer.user().map(|user| user.id),
        created_at: now,
        updated_at: now,
    };
    let row = rows::insert::<component::Entity>(&tx, row).await.on_unique(&UNIQUE)?;
    tx.commit().await?;
    Ok(row)
}

const UNIQUE: [Unique; 1] = [Unique {
    index: "component_sequence_id_version_number",
    field: WHOLE_INPUT,
    message: "Another version was published at the same moment; publish again.",
}];

async fn permit(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    customer: Option<CustomerId>,
) -> Result<OrganizationId, Error> {
    let noun = Noun::Component;
    if let Some(customer) = customer {
        let permit = viewer.permit_within::<entity::customer::Entity>(tx, noun, customer).await?;
        return Ok(permit.row().organization_id);
    }
    Ok(viewer.permit_in_organization(tx, noun).await?.into_row().id)
}

/// Follows from owner and key, so that two first versions cannot begin two components.
fn sequence_of(
    organization: OrganizationId,
    customer: Option<CustomerId>,
    key: &str,
) -> SequenceId {
    let owner = customer.map_or(organization.0, |customer| customer.0);
    let digest = Sha256::new().chain_update(owner.as_bytes()).chain_update(key).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    SequenceId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

async fn next_number(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    sequence: SequenceId,
) -> Result<i32, Error> {
    let all = Viewer::System(organization).rows::<component::Entity>();
    if all.clone().count(tx).await? >= VERSIONS_MAX {
        let limit = format!("an organization has at most {VERSIONS_MAX} versions of components");
        return Err(Error::LimitReached(limit));
    }
    let newest: Option<Option<i32>> = all
        .filter(component::Column::SequenceId.eq(sequence))
        .select_only()
        .column_as(component::Column::VersionNumber.max(), "newest")
        .into_tuple()
        .one(tx)
        .await?;
    Ok(newest.flatten().unwrap_or(0) + 1)
}

/// What events tell of a component.
async fn slots(db: &impl sea_orm::ConnectionTrait, row: &component::Model) -> Result<Slots, Error> {
    let subject = Subject::new(row.id, &row.label, row.created_at, row.updated_at)
        .field("key", row.key.clone())
        .field("description", row.description.clone())
        .field("version_number", row.version_number)
        .field("signature", row.signature.clone());
    let slots = Slots::of(Slot::Component, subject);
    let Some(customer) = row.customer_id else { return Ok(slots) };
    let system = Viewer::System(row.organization_id);
    Ok(slots.with_customer(&system.find::<entity::customer::Entity>(db, customer).await?))
}
