//! Connection templates.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use domain::connection_template::{self as templates, Create, Update};
use domain::{Noun, Viewer};
use entity::{ConnectionTemplateId, Id, connection_template, instance};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder};

use super::input::connection;
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::graphql::argument::text;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::component::{self, Connection, InputField};
use crate::graphql::connection::{Listing, register_pages};
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::{Arguments, id, instance as instances, page};
use crate::loader::Key;

type Found<K, V> = BoxFuture<'static, Result<HashMap<K, V>, ApiError>>;

impl page::Noun for connection_template::Entity {
    type Id = ConnectionTemplateId;
    const ID: connection_template::Column = connection_template::Column::Id;

    fn id(row: &connection_template::Model) -> ConnectionTemplateId {
        row.id
    }
}

/// The template that a config variable names, whether the viewer sees templates or not.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Named(pub String);

impl Key for Named {
    type Value = Arc<connection_template::Model>;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, Self::Value> {
        async move {
            let rows = Viewer::System(context.viewer.signed_in()?);
            let rows = rows.rows::<connection_template::Entity>();
            let references = keys.iter().map(|key| key.0.as_str());
            let rows = rows.filter(connection_template::Column::Reference.is_in(references));
            let rows = rows.all(context.env.db.read()).await?.into_iter();
            Ok(rows.map(|row| (Self(row.reference.clone()), Arc::new(row))).collect())
        }
        .boxed()
    }
}

/// Whether instances run with a template.
#[derive(Clone, Eq, Hash, PartialEq)]
struct IsDeployed(ConnectionTemplateId);

impl Key for IsDeployed {
    type Value = bool;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, bool> {
        async move {
            let whose = (context.viewer.signed_in()?, context.viewer.customer_id());
            let of: Vec<_> = keys.iter().map(|key| key.0).collect();
            let deployed = templates::deployed(context.env.db.read(), whose, &of).await?;
            Ok(deployed.into_iter().map(|id| (Self(id), true)).collect())
        }
        .boxed()
    }
}

/// The templates for one kind of connection, by its keys.
#[derive(Clone, Eq, Hash, PartialEq)]
struct OfConnection(String, String);

impl Key for OfConnection {
    type Value = Vec<Arc<connection_template::Model>>;

    fn load(keys: Vec<Self>, context: Arc<Context>) -> Found<Self, Self::Value> {
        async move {
            use connection_template::Column as C;
            let rows = context.viewer.rows::<connection_template::Entity>();
            let of = keys.iter().fold(Condition::any(), |any, key| any.add(is_for(key)));
            let rows = rows.filter(of).order_by_asc(C::Name).order_by_asc(C::Id);
            let mut found: HashMap<Self, Self::Value> = HashMap::new();
            for row in rows.all(context.env.db.read()).await? {
                let key = Self(row.component_key.clone(), row.connection_key.clone());
                found.entry(key).or_default().push(Arc::new(row));
            }
            Ok(found)
        }
        .boxed()
    }
}

fn is_for(OfConnection(component, connection): &OfConnection) -> Condition {
    use connection_template::Column as C;
    Condition::all()
        .add(C::ComponentKey.eq(component.as_str()))
        .add(C::ConnectionKey.eq(connection.as_str()))
}

const OF_CONNECTION: Parameter = ("connectionId", "ID", "Only those for this kind of connection.");
const NAME_PART: Parameter =
    ("name_Icontains", "String", "Only those whose name contains the text, in any case.");
/// How templates of one connection can be narrowed and sorted.
const ARGUMENTS: [Parameter; 4] = [
    OF_CONNECTION,
    NAME_PART,
    ("orderBy", "ConnectionTemplateOrder", "How to sort the list."),
    ("sortBy", "[ConnectionTemplateOrder]", "How to sort the list, by several things in turn."),
];

fn listing() -> Listing<connection_template::Entity> {
    Listing::new("ConnectionTemplate")
        .filters([
            Filter::new(OF_CONNECTION, |value| {
                let keys = keys_of(&text(OF_CONNECTION.0, value)?)?;
                Ok(is_for(&keys).into_condition())
            }),
            Filter::contains(NAME_PART.0, connection_template::Column::Name),
        ])
        .orders([Order::text("NAME", "The name.", connection_template::Column::Name)])
}

fn keys_of(connection: &str) -> Result<OfConnection, ApiError> {
    let id = id::decode_key("Connection", connection)?;
    let (component, connection) = id.split_once(':').ok_or(ApiError::NotFound)?;
    Ok(OfConnection(component.to_owned(), connection.to_owned()))
}

/// The list of templates that a kind of connection has.
pub fn of_connection(of: Type<Connection>) -> Type<Connection> {
    of.short_list::<connection_template::Model, _>(
        ("templates", "ConnectionTemplate", "The templates for this kind of connection."),
        &ARGUMENTS,
        |connection, ask| async move {
            let (component, connection) = connection.keys();
            let key = OfConnection(component.to_owned(), connection.to_owned());
            let rows = ask.load(key.clone()).await?.unwrap_or_default();
            narrow(rows, &key, &ask.args)
        },
    )
}

fn narrow(
    mut rows: Vec<Arc<connection_template::Model>>,
    of: &OfConnection,
    args: &Arguments,
) -> Result<Vec<Arc<connection_template::Model>>, ApiError> {
    if let Some(id) = args.text(OF_CONNECTION.0)?
        && keys_of(&id)? != *of
    {
        return Ok(Vec::new());
    }
    if let Some(part) = args.text(NAME_PART.0)? {
        let part = part.to_lowercase();
        rows.retain(|row| row.name.to_lowercase().contains(&part));
    }
    let order = ["orderBy", "sortBy"].into_iter().find(|name| args.value(name).is_some());
    let orders = order.map(|name| args.objects(name)).transpose()?.flatten().unwrap_or_default();
    // There is nothing but the name to sort by.
    if let Some(order) = orders.first()
        && order.require_text("direction")? == "DESC"
    {
        rows.sort_by_key(|row| Reverse((row.name.clone(), row.id)));
    }
    Ok(rows)
}

/// Whether a kind of connection has templates.
pub async fn any_of(ask: &Ask, (component, connection): (&str, &str)) -> Result<bool, ApiError> {
    let key = OfConnection(component.to_owned(), connection.to_owned());
    Ok(ask.load(key).await?.is_some_and(|rows| !rows.is_empty()))
}

/// The keys of components that have templates.
pub async fn components_with_templates(ask: &Ask) -> Result<Vec<String>, ApiError> {
    let rows = ask.viewer().rows::<connection_template::Entity>();
    let rows = rows.all(ask.env().db.read()).await?;
    Ok(rows.into_iter().map(|row| row.component_key).collect())
}

/// A preset of a template.
struct Preset {
    template: Arc<connection_template::Model>,
    preset: templates::ShownPreset,
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    register_pages::<Preset>(registry, "InputFieldTemplate");
    registry.add(object());
    registry.add(preset());
    registry.query(|query| {
        query
            .by_id::<connection_template::Entity>(
                "connectionTemplate",
                "ConnectionTemplate",
                "One template of connections.",
            )
            .list("connectionTemplates", "The templates that definitions can name.", listing())
    });
    mutations(registry);
}

fn object() -> Type<connection_template::Model> {
    Type::<connection_template::Model>::new(
        "ConnectionTemplate",
        "Presets for connections of one kind. A definition names it as `template` beside the kind \
         of connection. What it presets goes before what is written or entered elsewhere, and \
         nobody who configures an instance sees or changes it. Instances get changes of it by \
         being deployed again in the background; those with other changes that wait to be deployed \
         show `needsDeploy` and get it with them.",
    )
    .id(|it| id::encode(it.id))
    .editable::<connection_template::Entity>()
    .field("name", "String!", "What definitions call it.", |it| it.name.clone())
    .field("connection", "Connection!", "The kind of credentials it is for.", |it| {
        component::connection(&it.component_key, &it.connection_key)
    })
    .field("templatedInputKeys", "[String]", "The inputs that it sets.", |it| {
        it.input_keys.0.clone()
    })
    .resolve(
        "hasDeployedInstances",
        "Boolean!",
        "Whether an instance runs with it.",
        |it, ask| async move { Ok(ask.load(IsDeployed(it.id)).await?.unwrap_or_default()) },
    )
    .short_list::<Preset, _>(
        (
            "inputFieldTemplates",
            "InputFieldTemplate",
            "What it sets; empty for users of customers.",
        ),
        &[],
        |it, ask| async move {
            let presets = templates::shown(ask.env(), ask.viewer(), &it).await?.into_iter();
            Ok(presets.map(|preset| Arc::new(Preset { template: it.clone(), preset })).collect())
        },
    )
    .connection::<instance::Entity>(
        "instances",
        "The instances that run with it, or whose version names it.",
        instances::listing(),
        |it| it.id.uuid(),
        |id| templates::instances_of(ConnectionTemplateId(id)),
    )
}

fn preset() -> Type<Preset> {
    Type::<Preset>::new("InputFieldTemplate", "What a template sets for one input.")
        .id(|it| {
            let key = format!("{}:{}", it.template.id.uuid(), it.preset.key);
            id::encode_key("InputFieldTemplate", &key)
        })
        .fixed()
        .field("connectionTemplate", "ConnectionTemplate!", "The template.", |it| {
            it.template.clone()
        })
        .field("inputField", "InputField!", "The input.", |it| {
            InputField::of_connection(
                &it.template.component_key,
                &it.template.connection_key,
                &it.preset.key,
            )
        })
        .field("value", "String", "The value; null for secrets, which are never shown.", |it| {
            it.preset.value.clone()
        })
}

const PAYLOAD: Parameter =
    ("connectionTemplate", "ConnectionTemplate", "The template; null on errors.");
const ID: Parameter = ("id", "ID", "The template.");

fn mutations(registry: &mut Registry) {
    Mutation::new("createConnectionTemplate", "Adds a template of connections.", PAYLOAD)
        .inputs([
            ("name", "String!", "What definitions call it; unique for its kind of connection."),
            ("connection", "ID!", "The kind of credentials it is for."),
            ("presets", "[ConnectionTemplateField]!", "What it sets."),
        ])
        .run(registry, |input, ask| async move {
            let create = Create {
                name: input.require_text("name")?,
                connection: connection(&input)?,
                presets: presets(&input)?,
            };
            Ok(Arc::new(templates::create(ask.env(), ask.viewer(), create).await?))
        });
    Mutation::new(
        "updateConnectionTemplate",
        "Changes what is given of a template. Instances that use it are deployed again in the \
         background, unless other changes of theirs wait to be deployed.",
        PAYLOAD,
    )
    .inputs([
        ID,
        ("name", "String", "What definitions call it; changes only while nothing uses it."),
        ("connection", "ID", "The kind of credentials; changes only while nothing uses it."),
        ("presets", "[ConnectionTemplateField]", "What it sets; empty ones go, others stay."),
    ])
    .run(registry, |input, ask| async move {
        let connection = match input.value("connection") {
            Some(_) => Some(connection(&input)?),
            None => None,
        };
        let (name, presets) = (input.text("name")?, presets(&input)?);
        let (id, update) = (input.require_id("id")?, Update { name, connection, presets });
        Ok(Arc::new(templates::update(ask.env(), ask.viewer(), id, update).await?))
    });
    Mutation::new(
        "deleteConnectionTemplate",
        "Deletes a template that no draft, newest version or instance uses.",
        PAYLOAD,
    )
    .inputs([ID])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(templates::delete(ask.env(), ask.viewer(), id).await?))
    });
}

fn presets(input: &Arguments) -> Result<Vec<templates::Preset>, ApiError> {
    let presets = input.objects("presets")?.unwrap_or_default();
    presets.iter().map(|it| Ok((it.require_text("key")?, it.require_text("value")?))).collect()
}

/// The template of a config variable, if the viewer sees templates.
pub async fn seen(
    ask: &Ask,
    reference: Option<&String>,
) -> Result<Option<Arc<connection_template::Model>>, ApiError> {
    let may = ask.viewer().can(Noun::ConnectionTemplate, domain::Action::View);
    if may { named(ask, reference).await } else { Ok(None) }
}

/// The template of a config variable.
pub async fn named(
    ask: &Ask,
    reference: Option<&String>,
) -> Result<Option<Arc<connection_template::Model>>, ApiError> {
    match reference {
        Some(reference) => ask.load(Named(reference.clone())).await,
        None => Ok(None),
    }
}
