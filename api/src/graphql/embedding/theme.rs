//! The theme: colours and other properties of pages.

use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use domain::theme::{COLORS, Change, PROPERTIES, VARIANTS, update};
use domain::{Action, Noun};
use entity::{OrganizationId, ThemeValue, organization};

use crate::ApiError;
use crate::graphql::Arguments;
use crate::graphql::builder::{Parameter, Registry, Type, parameter};
use crate::graphql::connection::register_pages;
use crate::graphql::id;
use crate::graphql::mutation::Mutation;
use crate::graphql::page::RowKey;

/// The theme of an organization.
pub struct Theme {
    organization: OrganizationId,
    values: entity::Theme,
}

/// A colour, with where it belongs.
struct Color(OrganizationId, ThemeValue);

/// As above.
struct Property(OrganizationId, ThemeValue);

impl Theme {
    pub fn of(organization: &organization::Model) -> Arc<Self> {
        let (organization, values) = (organization.id, organization.theme.clone());
        Arc::new(Self { organization, values })
    }

    fn id(&self) -> String {
        id::encode_as("Theme", self.organization.0)
    }
}

fn id_of_value(of: &str, organization: OrganizationId, value: &ThemeValue) -> String {
    let variant = value.variant.as_deref().unwrap_or_default();
    id::encode_key(of, &format!("{}:{variant}:{}", organization.0, value.kind))
}

pub fn register(registry: &mut Registry) {
    registry.enumeration("ThemeColorType", "What can have a colour.", COLORS);
    registry.enumeration("ThemeColorVariant", "Where a colour holds.", VARIANTS);
    registry.enumeration("ThemePropertyType", "What can be set besides colours.", PROPERTIES);
    registry.enumeration("ThemePropertyVariant", "Where a property holds.", VARIANTS);
    register_pages::<Color>(registry, "ThemeColor");
    register_pages::<Property>(registry, "ThemeProperty");
    registry.add(color());
    registry.add(property());
    registry.add(theme());
    registry.query(|query| {
        query.resolve(
            "theme",
            "Theme",
            "How pages of your organization look.",
            |_, ask| async move {
                let Some(id) = ask.viewer().organization_id() else { return Ok(None) };
                let row = ask.load(RowKey::<organization::Entity>(id)).await?;
                Ok(row.map(|row| Theme::of(&row)))
            },
        )
    });
    mutation(registry);
}

/// Whoever may change the theme may change every part of it; nobody deletes it.
fn changeable<T: Send + Sync + 'static>(of: Type<T>) -> Type<T> {
    of.allows_noun("allowUpdate", Noun::Embedding, Action::Modify, "Whether you may change this.")
        .field("allowRemove", "Boolean!", "Whether you may delete this.", |_| false)
}

fn color() -> Type<Color> {
    let of = Type::<Color>::new("ThemeColor", "A colour of a theme.");
    changeable(of.id(|it| id_of_value("ThemeColor", it.0, &it.1)))
        .field("type", "ThemeColorType!", "What has it.", |it| it.1.kind.clone())
        .field("variant", "ThemeColorVariant!", "Where it holds.", |it| it.1.variant.clone())
        .field("value", "String!", "In hexadecimal, such as `#1a2b3c`.", |it| it.1.value.clone())
}

fn property() -> Type<Property> {
    let of = Type::<Property>::new("ThemeProperty", "A property of a theme.");
    changeable(of.id(|it| id_of_value("ThemeProperty", it.0, &it.1)))
        .field("type", "ThemePropertyType!", "What is set.", |it| it.1.kind.clone())
        .field("variant", "ThemePropertyVariant", "Where it holds; null for everywhere.", |it| {
            it.1.variant.clone()
        })
        .field("value", "String!", "What it is set to.", |it| it.1.value.clone())
}

fn theme() -> Type<Theme> {
    let of = Type::<Theme>::new("Theme", "How pages look; what is not in it looks as usual.");
    changeable(of.id(Theme::id))
        .short_list::<Color, _>(
            ("colors", "ThemeColor", "The colours that are set."),
            &[],
            |theme, _| async move {
                let of = theme.organization;
                let all = theme.values.colors.iter();
                Ok(all.map(|it| Arc::new(Color(of, it.clone()))).collect())
            },
        )
        .short_list::<Property, _>(
            ("properties", "ThemeProperty", "The properties that are set."),
            &[],
            |theme, _| async move {
                let of = theme.organization;
                let all = theme.values.properties.iter();
                Ok(all.map(|it| Arc::new(Property(of, it.clone()))).collect())
            },
        )
}

const PAYLOAD: Parameter = ("theme", "Theme", "The theme; null on errors.");

fn mutation(registry: &mut Registry) {
    for (name, about, variant) in [
        ("ThemeColorInput", "A colour to set.", "String!"),
        ("ThemePropertyInput", "A property to set.", "String"),
    ] {
        let fields = [
            ("type", "String!", "What to set."),
            ("variant", variant, "Where it holds."),
            ("value", "String!", "What to set it to; empty to take it away."),
        ];
        let input = InputObject::new(name).description(about);
        registry.add(fields.into_iter().map(parameter).fold(input, InputObject::field));
    }
    Mutation::new("updateTheme", "Changes what is given of the theme.", PAYLOAD)
        .inputs([
            ("id", "ID", "The theme; that of your organization if not given."),
            ("colors", "[ThemeColorInput]", "The colours to set."),
            ("properties", "[ThemePropertyInput]", "The properties to set."),
        ])
        .run(registry, |input, ask| async move {
            if let Some(id) = input.text("id")? {
                let own = ask.viewer().organization_id().map(|own| own.0.to_string());
                if id::decode_key("Theme", &id).ok() != own {
                    return Err(ApiError::NotFound);
                }
            }
            let change =
                Change { colors: read(&input, "colors")?, properties: read(&input, "properties")? };
            let updated = update(ask.env(), ask.viewer(), change).await?;
            Ok(Theme::of(&updated))
        });
}

fn read(input: &Arguments, name: &str) -> Result<Vec<ThemeValue>, ApiError> {
    let values = input.objects(name)?.unwrap_or_default();
    let read = |value: &Arguments| {
        Ok(ThemeValue {
            kind: value.require_text("type")?,
            variant: value.text("variant")?,
            value: value.require_text("value")?,
        })
    };
    values.iter().map(read).collect()
}
