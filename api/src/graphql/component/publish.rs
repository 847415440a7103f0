//! Publishing, marking and deleting components.

use std::sync::Arc;

use domain::component::{self as components, FileKind, Upload};
use entity::{ComponentId, component};
use serde_json::{Map, Value as Json};

use super::{Component, describe, load};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::Arguments;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::id;
use crate::graphql::mutation::Mutation;

/// A version that waits for its files, and where they go.
struct Published {
    component: Arc<Component>,
    icon: String,
    package: String,
    source: String,
    connection_icons: Vec<Arc<ConnectionIcon>>,
    connection_avatars: Vec<Arc<ConnectionIcon>>,
}

struct ConnectionIcon {
    connection: String,
    url: String,
}

/// What describes a component, among the inputs of publishing.
const DOCUMENT: [Parameter; 5] = [
    ("definition", "ComponentDefinitionInput!", "The component as a whole."),
    ("actions", "[ActionDefinitionInput]", "What its steps do."),
    ("triggers", "[TriggerDefinitionInput]", "What starts flows."),
    ("dataSources", "[DataSourceDefinitionInput]", "What fills config variables."),
    ("connections", "[ConnectionDefinitionInput]", "The kinds of credentials it can use."),
];

const COMPONENT: Parameter = ("component", "Component", "The component; null on errors.");

pub fn register(registry: &mut Registry) {
    describe::register(registry);
    registry.add(
        Type::<ConnectionIcon>::new(
            "ConnectionIconUploadUrl",
            "Where the icon of a connection goes.",
        )
        .field("connectionKey", "String", "The key of the connection.", |icon| {
            icon.connection.clone()
        })
        .field("iconUploadUrl", "String", "Takes a PNG image with `PUT`.", |it| it.url.clone()),
    );
    registry.add(result());
    Mutation::new(
        "publishComponent",
        "Publishes the next version of a component. It can be used as soon as its package was put \
         where the answer says; the links are good for an hour.",
        ("publishResult", "PublishComponentResult", "Where its files go; null on errors."),
    )
    .inputs(DOCUMENT)
    .inputs([
        ("customer", "ID", "The customer who gets it alone."),
        ("comment", "String", "What is new in this version."),
        ("attributes", "String", "What it was built from: JSON text of an object."),
    ])
    .run(registry, |input, ask| async move {
        let publish = components::Publish {
            document: document(&input)?,
            customer: input.id("customer")?,
            comment: input.text("comment")?,
            attributes: input.text("attributes")?,
        };
        let row = components::publish(ask.env(), ask.viewer(), publish).await?;
        published(&ask, row).await.map(Arc::new)
    });
    Mutation::new("updateComponent", "Marks a component as a favourite of yours.", COMPONENT)
        .inputs([
            ("id", "ID", "The component."),
            ("starred", "Boolean", "Whether it is a favourite of yours."),
        ])
        .run(registry, |input, ask| async move {
            let component = load::by_id(&ask, &input.require_text("id")?).await?;
            if let Some(starred) = input.flag("starred")? {
                let name = component.star_name();
                components::set_starred(ask.env(), ask.viewer(), &name, starred).await?;
            }
            Ok(component)
        });
    Mutation::new(
        "deleteComponent",
        "Deletes a component with all its versions, unless something published uses it.",
        COMPONENT,
    )
    .inputs([("id", "ID", "Any version of the component.")])
    .run(registry, |input, ask| async move {
        let text = input.require_text("id")?;
        let Ok(id) = id::decode::<ComponentId>(&text) else {
            load::by_id(&ask, &text).await?;
            return Err(ApiError::Forbidden);
        };
        let component = load::by_id(&ask, &text).await?;
        components::delete(ask.env(), ask.viewer(), id).await?;
        Ok(component)
    });
}

fn result() -> Type<Published> {
    Type::<Published>::new(
        "PublishComponentResult",
        "A version that waits for its files. Each is put with `PUT` behind its own link.",
    )
    .field("component", "Component", "The version.", |it| it.component.clone())
    .field("packageUploadUrl", "String", "Takes a zip archive with `index.js` at its top.", |it| {
        it.package.clone()
    })
    .field("sourceUploadUrl", "String", "Takes a zip archive of the source.", |it| {
        it.source.clone()
    })
    .field("iconUploadUrl", "String", "Takes a PNG image.", |it| it.icon.clone())
    .field(
        "connectionIconUploadUrls",
        "[ConnectionIconUploadUrl]",
        "Where the icons of connections go.",
        |it| it.connection_icons.clone(),
    )
    .field(
        "connectionAvatarIconUploadUrls",
        "[ConnectionIconUploadUrl]",
        "Where the small icons of connections go.",
        |it| it.connection_avatars.clone(),
    )
}

/// The description as clients wrote it.
fn document(input: &Arguments) -> Result<Json, ApiError> {
    let mut document = Map::new();
    for (name, ..) in DOCUMENT {
        if let Some(value) = input.value(name) {
            let json = value.clone().into_json();
            let json = json.map_err(|error| ApiError::problem(name, error.to_string()))?;
            document.insert(name.to_owned(), json);
        }
    }
    Ok(Json::Object(document))
}

async fn published(ask: &Ask, row: component::Model) -> Result<Published, ApiError> {
    let (env, id) = (ask.env(), row.id);
    let url = |kind| Upload::new(id, kind).url(env);
    let connections = components::definition(&row)?.connections;
    let icons = |kind| {
        let icon = |connection: &str| {
            let url = Upload::of_connection(id, kind, connection).url(env);
            Arc::new(ConnectionIcon { connection: connection.to_owned(), url })
        };
        connections.iter().map(|connection| icon(&connection.key)).collect()
    };
    Ok(Published {
        icon: url(FileKind::Icon),
        package: url(FileKind::Package),
        source: url(FileKind::Source),
        connection_icons: icons(FileKind::ConnectionIcon),
        connection_avatars: icons(FileKind::ConnectionAvatar),
        component: load::of_row(ask, row).await?,
    })
}
