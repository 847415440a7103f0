//! Whether variables have what a deployment needs.

use entity::{config_value, connection_template};
use flow::Expression;
use flow::definition::{Choice, ConfigVar, DataType, ScheduleType};

use super::config_check;
use crate::env::Env;

/// Whether a variable has what a deployment needs: a value, a default, or a filled connection.
pub fn is_configured(
    env: &Env,
    (variable, template): (&ConfigVar, Option<&connection_template::Model>),
    value: Option<&config_value::Model>,
) -> bool {
    if variable.scoped_config_var.is_some() {
        return true;
    }
    if variable.connection_template.is_some() {
        match template {
            None => return false,
            Some(template) if is_complete(env, variable, template) => return true,
            Some(_) => {}
        }
    }
    // The version may have changed since, and the variable with it.
    if value.is_some_and(|value| config_check::check_stored(variable, value).is_err()) {
        return false;
    }
    match variable.data_type {
        DataType::Connection => {
            let inputs = &variable.inputs;
            let is_preset =
                !inputs.is_empty() && inputs.values().all(|input| is_filled(&input.expression));
            is_preset || value.is_some_and(|value| value.sealed_inputs.is_some())
        }
        DataType::Schedule if needs_no_cron(variable, value) => true,
        _ => effective(variable, value).is_some_and(|text| !text.is_empty()),
    }
}

/// Whether the definition and a template leave nothing to be entered.
fn is_complete(env: &Env, variable: &ConfigVar, template: &connection_template::Model) -> bool {
    let (component, connection) = (&template.component_key, &template.connection_key);
    let is_given = |key: &String| {
        let written = variable.inputs.get(key);
        template.input_keys.0.contains(key)
            || written.is_some_and(|input| is_filled(&input.expression))
    };
    let shapes = env.vocabulary.connection_inputs(component, connection);
    let mut needed = shapes.iter().filter(|shape| shape.required);
    needed.all(|shape| is_given(&shape.key) || shape.aliases.iter().any(is_given))
}

/// Whether a schedule says everything without a cron expression.
fn needs_no_cron(variable: &ConfigVar, value: Option<&config_value::Model>) -> bool {
    let kind = schedule_type(variable, value);
    matches!(kind, Some(ScheduleType::None | ScheduleType::Once))
}

/// The stored kind of a schedule, or that of the definition where none is stored.
pub(super) fn schedule_type(
    variable: &ConfigVar,
    value: Option<&config_value::Model>,
) -> Option<ScheduleType> {
    let stored = value.and_then(|value| value.schedule_type.as_deref());
    stored.filter(|kind| !kind.is_empty()).map_or(variable.schedule_type, ScheduleType::named)
}

fn is_filled(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(value) => value.as_ref().is_some_and(|it| !it.to_text().is_empty()),
        expression => !expression.is_unset(),
    }
}

/// The stored text, or the default where none is stored.
pub(super) fn effective<'a>(
    variable: &'a ConfigVar,
    value: Option<&'a config_value::Model>,
) -> Option<&'a str> {
    let stored = value.and_then(|value| value.value.as_deref());
    stored.or(variable.default_value.as_deref())
}
