//! Plain work on objects.

use std::sync::Arc;

use flow::{Map, Value};

use crate::{Inputs, Output, StepError};

/// Dots in keys are ordinary characters.
pub fn create(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::object(inputs.pairs("keyValueInput")?).into())
}

pub fn to_pairs(inputs: &Inputs) -> Result<Output, StepError> {
    let object = inputs.object("object")?;
    let pair = |(key, value): (&Arc<str>, &Value)| {
        Value::object([("key", key.clone().into()), ("value", value.clone())])
    };
    Ok(Value::from(object.iter().map(pair).collect::<Vec<_>>()).into())
}

pub fn add_key(inputs: &Inputs) -> Result<Output, StepError> {
    let key = inputs.require_text("key")?;
    let value = inputs.0.get("value").cloned().unwrap_or_default();
    set_all(inputs, vec![(key.into(), value)])
}

pub fn add_keys(inputs: &Inputs) -> Result<Output, StepError> {
    let dynamic = inputs.pairs("dynamicFields")?;
    let pairs = if dynamic.is_empty() { inputs.pairs("keyValueListInput")? } else { dynamic };
    set_all(inputs, pairs)
}

/// Joins keys and values that were mapped for the same fields.
pub fn map_fields(inputs: &Inputs) -> Result<Output, StepError> {
    let values = inputs.pairs("valueMappings")?;
    let pair = |(field, key): (Arc<str>, Value)| {
        let value = values.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone());
        Value::object([("key", key), ("value", value.unwrap_or_default())])
    };
    let pairs = inputs.pairs("keyMappings")?.into_iter().map(pair);
    Ok(Value::from(pairs.collect::<Vec<_>>()).into())
}

fn set_all(inputs: &Inputs, pairs: Vec<(Arc<str>, Value)>) -> Result<Output, StepError> {
    let mut object = Value::Object(inputs.object("object")?);
    let path = inputs.text("objectPath");
    at(&mut object, path.trim())?.extend(pairs);
    Ok(object.into())
}

/// The object at a dotted path; missing objects on the way are created.
fn at<'a>(root: &'a mut Value, path: &str) -> Result<&'a mut Map, StepError> {
    let mut place = root;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        place = match place {
            Value::List(items) => step
                .parse()
                .ok()
                .and_then(|index: usize| Arc::make_mut(items).get_mut(index))
                .ok_or_else(|| no_object(path))?,
            other => object(other, path)?.entry(step.into()).or_default(),
        };
    }
    object(place, path)
}

fn object<'a>(place: &'a mut Value, path: &str) -> Result<&'a mut Map, StepError> {
    if place.is_null() {
        *place = Map::new().into();
    }
    match place {
        Value::Object(map) => Ok(Arc::make_mut(map)),
        _ => Err(no_object(path)),
    }
}

fn no_object(path: &str) -> StepError {
    StepError::new(format!("There is no object at \"{path}\"."))
}
