//! Pages of the configuration wizard, and the data sources that fill them.

use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use domain::instance::ConnectionInput;
use domain::instance::wizard;
use entity::instance;
use flow::Value;

use super::Arguments;
use super::builder::{Parameter, Registry, Type, parameter};
use super::component::Operation;
use super::mutation::Mutation;
use super::reuse::lists;
use crate::ApiError;

/// What a page shows.
struct PageContent {
    name: String,
    instance: Arc<instance::Model>,
    content: String,
}

/// What a data source found.
struct DataSourceContent {
    source: Arc<Operation>,
    instance: Arc<instance::Model>,
    content: String,
}

const INPUT: [Parameter; 4] = [
    ("name", "String!", "The key of the input."),
    ("type", "String", "How the value is found; `value` if not given."),
    ("value", "String", "The value."),
    ("meta", "String", "Settings of whoever enters it, as JSON; kept with shared connections."),
];

pub fn register(registry: &mut Registry) {
    let input = InputObject::new("InputExpression").description("A value for one input.");
    registry.add(INPUT.into_iter().map(parameter).fold(input, InputObject::field));
    page(registry);
    data_source(registry);
}

fn page(registry: &mut Registry) {
    let content =
        Type::<PageContent>::new("FetchConfigWizardPageContentResult", "What a page shows.")
            .field("pageName", "String", "The name of the page.", |page| page.name.clone())
            .field("instance", "Instance", "The instance.", |page| page.instance.clone())
            .field(
                "content",
                "JSONString",
                "An object: what data sources found, by the keys of their config variables.",
                |page| page.content.clone(),
            );
    registry.add(lists::scoped_of(content, |page| page.instance.id));
    let result = "FetchConfigWizardPageContentResult";
    Mutation::new(
        "fetchConfigWizardPageContent",
        "Asks the data sources of a page, with what is saved of the instance. What one of them \
         refuses is an error under the key of its config variable.",
        ("fetchConfigWizardPageContentResult", result, "The page; null on errors."),
    )
    .inputs([("id", "ID", "The instance."), ("pageName", "String", "The name of the page.")])
    .run(registry, |input, ask| async move {
        let name = input.require_text("pageName")?;
        let (env, id) = (&ask.context.env, input.require_id("id")?);
        let (instance, content) = wizard::page_content(env, ask.viewer(), id, &name).await?;
        let content = Value::from(content).to_json();
        Ok(Arc::new(PageContent { name, instance: Arc::new(instance), content }))
    });
}

fn data_source(registry: &mut Registry) {
    registry.add(
        Type::<DataSourceContent>::new("FetchDataSourceContentResult", "What a data source found.")
            .field("dataSource", "Action", "The data source.", |found| found.source.clone())
            .field("instance", "Instance", "The instance.", |found| found.instance.clone())
            .field("content", "JSONString", "What it found.", |found| found.content.clone()),
    );
    Mutation::new(
        "fetchDataSourceContent",
        "Asks a data source of a config variable, with other inputs than the integration sets.",
        (
            "fetchDataSourceContentResult",
            "FetchDataSourceContentResult",
            "What it found; null on errors.",
        ),
    )
    .inputs([
        ("id", "ID", "The instance."),
        ("dataSource", "ID", "The data source."),
        ("inputs", "[InputExpression]", "Values for its inputs."),
    ])
    .run(registry, |input, ask| async move {
        let source = Operation::by_id(&ask, &input.require_text("dataSource")?).await?;
        let inputs = input.objects("inputs")?.unwrap_or_default();
        let inputs: Vec<_> = inputs.iter().map(read).collect::<Result<_, _>>()?;
        let (env, id) = (&ask.context.env, input.require_id("id")?);
        let keys = source.keys();
        let found = wizard::data_source_content(env, ask.viewer(), id, keys, &inputs).await?;
        let (instance, content) = (Arc::new(found.0), found.1.to_json());
        Ok(Arc::new(DataSourceContent { source: Arc::new(source), instance, content }))
    });
}

fn read(input: &Arguments) -> Result<ConnectionInput, ApiError> {
    let value = input.text("value")?;
    Ok(ConnectionInput {
        name: input.require_text("name")?,
        kind: input.text("type")?.unwrap_or_else(|| "value".to_owned()),
        value: value.map_or(serde_json::Value::Null, serde_json::Value::from),
        meta: None,
    })
}
