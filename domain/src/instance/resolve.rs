//! What steps see as the values of config variables.

use entity::{OrganizationId, instance};
use flow::definition::{Choice, ConfigVar, DataType};
use flow::{Definition, EvaluationError, Expression, Map, Scope, StepView, Value};
use indexmap::IndexMap;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

use super::config::{ConnectionInput, Values, merge, open_inputs, values_of};
use super::configured::{effective, schedule_type};
use super::shared;
use crate::connection_template;
use crate::env::Env;
use crate::error::Error;
use crate::reuse;

/// The run-time values of all variables of an instance, as they are stored now.
pub(super) async fn all(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &instance::Model,
    definition: &Definition,
) -> Result<Map, Error> {
    let values = values_of(db, row).await?;
    let connections = opened(env, db, row.organization_id, definition, &values).await?;
    let links = shared::links(db, row, definition, &values).await?;
    let shared = reuse::freeze(env, db, &links).await?;
    resolve(definition, &values, &connections, &shared)
        .map_err(|error| Error::invalid("configVariables", error.to_string()))
}

/// The inputs of connections by the keys of their variables: what was entered, with what templates
/// preset in its place.
pub(super) async fn opened(
    env: &Env,
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    definition: &Definition,
    values: &Values,
) -> Result<Vec<(String, Vec<ConnectionInput>)>, Error> {
    let mut opened = IndexMap::new();
    for value in values.values().filter(|value| value.sealed_inputs.is_some()) {
        opened.insert(value.key.clone(), open_inputs(env, db, value).await?);
    }
    for (key, template) in connection_template::templates_of(db, organization, definition).await? {
        let presets = connection_template::presets_of(env, db, &template).await?;
        merge(opened.entry(key).or_default(), presets);
    }
    Ok(opened.into_iter().collect())
}

/// The run-time values of all variables. Connections come last, since they may use the others;
/// those that are `shared` are known already.
pub(super) fn resolve(
    definition: &Definition,
    values: &Values,
    connections: &[(String, Vec<ConnectionInput>)],
    shared: &Map,
) -> Result<Map, EvaluationError> {
    let variables: Vec<_> = definition.config_vars.iter().collect();
    onto(shared.clone(), &variables, values, connections)
}

/// As above for what each user sets, in the place of what is there.
pub(super) fn overlay(
    base: Map,
    definition: &Definition,
    values: &Values,
    connections: &[(String, Vec<ConnectionInput>)],
) -> Result<Map, EvaluationError> {
    let variables = definition.config_vars.iter();
    let variables: Vec<_> = variables.filter(|it| definition.is_user_level(&it.key)).collect();
    onto(base, &variables, values, connections)
}

fn onto(
    mut map: Map,
    variables: &[&ConfigVar],
    values: &Values,
    connections: &[(String, Vec<ConnectionInput>)],
) -> Result<Map, EvaluationError> {
    for variable in variables {
        if variable.scoped_config_var.is_some() && map.contains_key(variable.key.as_str()) {
            continue;
        }
        let value = match variable.data_type {
            DataType::Connection => Value::Null,
            DataType::Schedule => schedule(variable, values),
            _ => plain(variable, effective(variable, values.get(&variable.key))),
        };
        map.insert(variable.key.as_str().into(), value);
    }
    let is_connection =
        |it: &&&ConfigVar| it.data_type == DataType::Connection && it.scoped_config_var.is_none();
    for variable in variables.iter().filter(is_connection) {
        let inputs = connections.iter().find(|(key, _)| *key == variable.key);
        let inputs = inputs.map(|(_, inputs)| inputs.as_slice()).unwrap_or_default();
        let value = connection(variable, inputs, &map)?;
        map.insert(variable.key.as_str().into(), value);
    }
    Ok(map)
}

/// Text stays text, whatever it says; lists and structures are parsed.
fn plain(variable: &ConfigVar, text: Option<&str>) -> Value {
    let Some(text) = text else {
        return Value::Null;
    };
    let is_structure = matches!(
        variable.data_type,
        DataType::ObjectSelection | DataType::ObjectFieldMap | DataType::JsonForm
    );
    if variable.collection.is_some() || is_structure {
        return Value::from_json(text).unwrap_or_default();
    }
    text.into()
}

fn schedule(variable: &ConfigVar, values: &Values) -> Value {
    let stored = values.get(&variable.key);
    let zone = stored.and_then(|value| value.time_zone.as_ref()).or(variable.time_zone.as_ref());
    Value::object([
        ("value", Value::from(effective(variable, stored).unwrap_or_default())),
        (
            "schedule_type",
            schedule_type(variable, stored).map(|kind| kind.name().to_owned()).into(),
        ),
        ("time_zone", Value::from(zone.map_or("", String::as_str))),
    ])
}

/// What inputs of a connection can refer to: their siblings, then the other variables.
struct Surroundings<'a> {
    fields: &'a Map,
    variables: &'a Map,
}

impl Scope for Surroundings<'_> {
    fn step(&self, _: &str) -> Option<StepView<'_>> {
        None
    }

    fn config_var(&self, key: &str) -> Option<&Value> {
        self.fields.get(key).or_else(|| self.variables.get(key))
    }
}

fn connection(
    variable: &ConfigVar,
    stored: &[ConnectionInput],
    variables: &Map,
) -> Result<Value, EvaluationError> {
    let mut inputs: Vec<(&str, Expression)> = Vec::new();
    for (key, input) in &variable.inputs {
        inputs.push((key, input.expression.clone()));
    }
    for input in stored {
        let expression = expression(input);
        match inputs.iter_mut().find(|(key, _)| *key == input.name) {
            Some((_, old)) => *old = expression,
            None => inputs.push((&input.name, expression)),
        }
    }
    let fields = fields(&inputs, variables)?;
    let key = variable.connection.as_ref().map(|connection| connection.key.as_str());
    Ok(value_of(key.unwrap_or_default(), &variable.key, fields))
}

/// A connection as steps see it.
pub(crate) fn value_of(connection: &str, variable: &str, fields: Map) -> Value {
    Value::object([
        ("key", Value::from(connection)),
        ("configVarKey", variable.into()),
        ("fields", fields.into()),
    ])
}

/// What inputs come to. Templates come last, since they may use the others.
pub(crate) fn fields(
    inputs: &[(&str, Expression)],
    variables: &Map,
) -> Result<Map, EvaluationError> {
    let mut fields = Map::new();
    let is_template = |expression: &Expression| matches!(expression, Expression::Template(_));
    for wanted in [false, true] {
        for (key, expression) in inputs.iter().filter(|(_, it)| is_template(it) == wanted) {
            let scope = Surroundings { fields: &fields, variables };
            let value = expression.evaluate(&scope)?;
            fields.insert((*key).into(), value.unwrap_or_default());
        }
    }
    Ok(fields)
}

/// A stored input as an expression; what makes no sense as one is taken as it is.
pub(crate) fn expression(input: &ConnectionInput) -> Expression {
    let json: Json = json!({"type": input.kind.to_ascii_lowercase(), "value": input.value});
    let fallback = || Expression::Literal(Some(input.value.clone().into()));
    let is_plain = input.kind.eq_ignore_ascii_case("value") || input.kind.is_empty();
    if is_plain { fallback() } else { Expression::parse(&json).unwrap_or_else(|_| fallback()) }
}

/// Config variables, before any step has run.
pub(super) struct Configured<'a>(pub &'a Map);

impl Scope for Configured<'_> {
    fn step(&self, _: &str) -> Option<StepView<'_>> {
        None
    }

    fn config_var(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}
