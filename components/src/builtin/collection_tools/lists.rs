//! Plain work on lists.

use std::sync::Arc;

use flow::Value;

use crate::builtin::equality::{distinct, matches};
use crate::{Inputs, Output, StepError};

type Result<T = Output> = std::result::Result<T, StepError>;

pub fn create(inputs: &Inputs) -> Result {
    Ok(Value::List(inputs.list("items")?).into())
}

pub fn length(inputs: &Inputs) -> Result {
    Ok(Value::from(list(inputs)?.len()).into())
}

pub fn first(inputs: &Inputs) -> Result {
    Ok(maybe(list(inputs)?.first()))
}

pub fn last(inputs: &Inputs) -> Result {
    Ok(maybe(list(inputs)?.last()))
}

/// One level only.
pub fn flatten(inputs: &Inputs) -> Result {
    let list = list(inputs)?;
    let items = list.iter().flat_map(|item| item.as_list().unwrap_or(std::slice::from_ref(item)));
    Ok(Value::from(items.cloned().collect::<Vec<_>>()).into())
}

pub fn deduplicate(inputs: &Inputs) -> Result {
    Ok(Value::from(distinct(list(inputs)?.iter())).into())
}

pub fn chunks(inputs: &Inputs) -> Result {
    let size = number(inputs)?;
    if size == 0 {
        return Err(StepError::new("Input \"numberInput\" must be at least 1."));
    }
    let list = list(inputs)?;
    Ok(Value::from(list.chunks(size).map(<[Value]>::to_vec).collect::<Vec<_>>()).into())
}

pub fn take_first(inputs: &Inputs) -> Result {
    let (list, number) = (list(inputs)?, number(inputs)?);
    Ok(Value::from(list[..number.min(list.len())].to_vec()).into())
}

pub fn take_last(inputs: &Inputs) -> Result {
    let (list, number) = (list(inputs)?, number(inputs)?);
    Ok(Value::from(list[list.len().saturating_sub(number)..].to_vec()).into())
}

pub fn append(inputs: &Inputs) -> Result {
    let mut list = list(inputs)?;
    Arc::make_mut(&mut list).push(item(inputs));
    Ok(Value::List(list).into())
}

pub fn remove(inputs: &Inputs) -> Result {
    let (mut list, unwanted) = (list(inputs)?, item(inputs));
    Arc::make_mut(&mut list).retain(|item| !matches(item, &unwanted));
    Ok(Value::List(list).into())
}

pub fn count(inputs: &Inputs) -> Result {
    let wanted = item(inputs);
    Ok(Value::from(list(inputs)?.iter().filter(|item| matches(item, &wanted)).count()).into())
}

pub fn concatenate(inputs: &Inputs) -> Result {
    let mut list = list(inputs)?;
    inputs.require("secondListInput")?;
    Arc::make_mut(&mut list).extend(inputs.list("secondListInput")?.iter().cloned());
    Ok(Value::List(list).into())
}

pub fn select(inputs: &Inputs) -> Result {
    let mut found = Value::List(list(inputs)?);
    for position in inputs.require_text("indexInput")?.split('.') {
        let position: usize = position.trim().parse().map_err(|_| {
            StepError::new("Input \"indexInput\" must be whole numbers with dots between them.")
        })?;
        let Some(item) = found.as_list().and_then(|items| items.get(position)) else {
            return Ok(Output::default());
        };
        found = item.clone();
    }
    Ok(found.into())
}

/// The input list; a missing one is an error rather than an empty list.
pub fn list(inputs: &Inputs) -> Result<Arc<Vec<Value>>> {
    inputs.require("listInput")?;
    inputs.list("listInput")
}

/// The element as given: empty text is one, too.
fn item(inputs: &Inputs) -> Value {
    inputs.0.get("itemInput").cloned().unwrap_or_default()
}

fn number(inputs: &Inputs) -> Result<usize> {
    Ok(usize::try_from(inputs.count("numberInput", 1)?).unwrap_or(usize::MAX))
}

fn maybe(item: Option<&Value>) -> Output {
    Output { data: item.cloned(), ..Output::default() }
}
