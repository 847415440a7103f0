//! Where pages may be embedded, and what embedded pages need to know.

use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use domain::embedded::{Settings, update_settings};
use entity::{RequiredComponent, organization};

use crate::ApiError;
use crate::graphql::builder::{Parameter, Registry, Type, parameter};
use crate::graphql::component::{Component, parameters_of_lists, with_keys};
use crate::graphql::mutation::Mutation;
use crate::graphql::page::RowKey;

const ORIGINS: &str = "Origins of pages that may embed, such as `https://app.example.com`. Empty \
    lets every page embed.";
const ELEMENTS: &str = "What clients that brand pages need to know: JSON text of an object.";

/// What the organization sets for embedding.
struct Embedded(Arc<organization::Model>);

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<Embedded>::new("Embedded", "What the organization sets for embedding.")
            .field("brandedElements", "JSONString!", ELEMENTS, |it| {
                it.0.branded_elements.clone().unwrap_or_else(|| "{}".to_owned())
            })
            .field("embeddedOrigins", "[String!]", ORIGINS, |it| it.0.embedded_origins.0.clone())
            .short_list::<Component, _>(
                ("requiredComponents", "Component", "What an embedded designer offers at least."),
                &parameters_of_lists(),
                |it, ask| async move {
                    let required = it.0.required_components.0.iter();
                    with_keys(required.map(|component| component.key.clone()), &ask.args)
                },
            ),
    );
    registry.query(|query| {
        query.resolve(
            "embedded",
            "Embedded",
            "What your organization sets for embedding.",
            |_, ask| async move {
                let Some(id) = ask.viewer().organization_id() else { return Ok(None) };
                let row = ask.load(RowKey::<organization::Entity>(id)).await?;
                Ok(row.map(|row| Arc::new(Embedded(row))))
            },
        )
    });
    mutation(registry);
}

/// Fields of the organization that speak of the same.
pub fn fields(of: Type<organization::Model>) -> Type<organization::Model> {
    of.field("embeddedOrigins", "[String!]", ORIGINS, |it| it.embedded_origins.0.clone()).field(
        "brandedElements",
        "JSONString",
        ELEMENTS,
        |it| it.branded_elements.clone(),
    )
}

const PAYLOAD: Parameter = ("embedded", "Embedded", "What is set now; null on errors.");

fn mutation(registry: &mut Registry) {
    let fields = [
        ("key", "String!", "The key of the component."),
        ("public", "Boolean!", "Whether it is one that everybody has."),
    ];
    let input = InputObject::new("RequiredComponentInput").description("A component to offer.");
    registry.add(fields.into_iter().map(parameter).fold(input, InputObject::field));
    Mutation::new("updateEmbedded", "Changes what is given of the settings.", PAYLOAD)
        .inputs([
            ("brandedElements", "String", ELEMENTS),
            ("requiredComponents", "[RequiredComponentInput]", "What a designer must offer."),
            ("embeddedOrigins", "[String!]", ORIGINS),
        ])
        .run(registry, |input, ask| async move {
            let component = |given: &crate::graphql::Arguments| {
                Ok::<_, ApiError>(RequiredComponent {
                    key: given.require_text("key")?,
                    public: given.flag("public")?.unwrap_or_default(),
                })
            };
            let components = input.objects("requiredComponents")?;
            let settings = Settings {
                branded_elements: input.text("brandedElements")?,
                required_components: components
                    .map(|given| given.iter().map(component).collect())
                    .transpose()?,
                origins: input.texts("embeddedOrigins")?,
            };
            let updated = update_settings(ask.env(), ask.viewer(), settings).await?;
            Ok(Arc::new(Embedded(Arc::new(updated))))
        });
}
