//! Signing keys: who may say who an embedded user is.

use std::sync::Arc;

use domain::embedded::Created;
use entity::{SigningKeyId, organization_signing_key};

use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::{id, page};

impl page::Noun for organization_signing_key::Entity {
    type Id = SigningKeyId;
    const ID: organization_signing_key::Column = organization_signing_key::Column::Id;

    fn id(row: &organization_signing_key::Model) -> SigningKeyId {
        row.id
    }
}

const PREVIEW: &str = "The last eight characters of the private key, to tell which one it is; \
    empty where the private key has never been here.";

const PUBLIC_KEY: &str = "An RSA key of at least 2048 bit as PEM, beginning with \
    `-----BEGIN PUBLIC KEY-----`.";

pub fn listing() -> Listing<organization_signing_key::Entity> {
    use organization_signing_key::Column as C;
    Listing::new("OrganizationSigningKey")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
        ])
        .orders([
            Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.add(
        Type::<Created>::new("CreateOrganizationSigningKeyResult", "A new key pair.")
            .field("privateKey", "String", "The private key as PEM: shown now and never again.", {
                |created| {
                    Some(secrecy::ExposeSecret::expose_secret(&created.private_key).to_owned())
                }
            })
            .field("signingKey", "OrganizationSigningKey", "The public half.", |created| {
                Arc::new(created.key.clone())
            }),
    );
    mutations(registry);
}

fn object() -> Type<organization_signing_key::Model> {
    Type::<organization_signing_key::Model>::new(
        "OrganizationSigningKey",
        "A public key that verifies tokens of embedded users.",
    )
    .id(|key| id::encode(key.id))
    .editable::<organization_signing_key::Entity>()
    .field("publicKey", "String!", "The public key as PEM.", |key| key.public_key.clone())
    .field("privateKeyPreview", "String!", PREVIEW, |key| key.private_key_preview.clone())
    .field("imported", "Boolean!", "Whether the private key was made elsewhere.", |key| {
        key.is_imported
    })
    .field("issuedAt", "DateTime!", "When it was made or imported.", |key| key.created_at)
    .field("createdAt", "DateTime!", "When it was made or imported.", |key| key.created_at)
    .field("updatedAt", "DateTime!", "When it was changed last.", |key| key.updated_at)
}

const PAYLOAD: Parameter =
    ("organizationSigningKey", "OrganizationSigningKey", "The key; null on errors.");

fn mutations(registry: &mut Registry) {
    Mutation::new(
        "createOrganizationSigningKey",
        "Makes a key pair that signs tokens of embedded users. This takes some seconds.",
        ("result", "CreateOrganizationSigningKeyResult", "The key pair; null on errors."),
    )
    .run(registry, |_, ask| async move {
        Ok(Arc::new(domain::embedded::create_key(ask.env(), ask.viewer()).await?))
    });
    Mutation::new(
        "importOrganizationSigningKey",
        "Adds the public half of a key pair that was made elsewhere.",
        PAYLOAD,
    )
    .inputs([("publicKey", "String!", PUBLIC_KEY)])
    .run(registry, |input, ask| async move {
        let key = input.require_text("publicKey")?;
        Ok(Arc::new(domain::embedded::import_key(ask.env(), ask.viewer(), &key).await?))
    });
    Mutation::new(
        "deleteOrganizationSigningKey",
        "Deletes a key. Tokens that it has signed are refused from now on.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The key.")])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(domain::embedded::delete_key(ask.env(), ask.viewer(), id).await?))
    });
}
