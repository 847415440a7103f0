//! From a request to an answer in the form that clients expect.

use std::sync::Arc;

use async_graphql::dynamic::{DynamicRequestExt, FieldValue};
use async_graphql::parser::types::{BaseType, Type as VariableType};
use async_graphql::{Name, PathSegment, Request, Response, ServerError, Value};
use domain::Viewer;
use tracing::Instrument;

use super::Schema;
use crate::ApiError;
use crate::context::Context;
use crate::error::INTERNAL;
use crate::loader::Loaders;

/// Answers a request for a viewer. Nobody who is not signed in gets anything, not even the schema.
pub async fn execute(schema: &Schema, viewer: Viewer, request: Request) -> Response {
    if let Viewer::Anonymous = viewer {
        let error = async_graphql::Error::from(ApiError::Unauthenticated);
        return Response::from_errors(vec![error.into_server_error(async_graphql::Pos::default())]);
    }
    let env = schema.env.clone();
    let number = env.ids.secret();
    let span = tracing::info_span!("graphql", request = number);
    let loaders = Arc::new(Loaders::new(Context::new(env, viewer)));
    let context = loaders.context.clone();
    let request = complete_variables(request).data(loaders);
    let answer = schema.schema.execute(request.root_value(FieldValue::owned_any(Arc::new(()))));
    let mut answer = finish(answer.instrument(span).await, &number);
    let remarks = context.take_remarks();
    if !remarks.is_empty() {
        answer.extensions.insert("problems".to_owned(), Value::List(remarks));
    }
    answer
}

/// Gives declared variables that were not sent the value null, so that the input they stand in can
/// be checked as a whole; and accepts `"true"` and `"false"`, which command lines send for flags.
fn complete_variables(mut request: Request) -> Request {
    let Ok(document) = request.parsed_query() else {
        return request;
    };
    let declared: Vec<(Name, VariableType, bool)> = document
        .operations
        .iter()
        .flat_map(|(_, operation)| &operation.node.variable_definitions)
        .map(|definition| {
            let definition = &definition.node;
            let has_default = definition.default_value.is_some();
            (definition.name.node.clone(), definition.var_type.node.clone(), has_default)
        })
        .collect();
    for (name, of, has_default) in declared {
        let is_flag = matches!(&of.base, BaseType::Named(base) if base == "Boolean");
        match request.variables.get(&name) {
            None if of.nullable && !has_default => {
                request.variables.insert(name, Value::Null);
            }
            Some(Value::String(text)) if is_flag && (text == "true" || text == "false") => {
                let flag = Value::Boolean(text == "true");
                request.variables.insert(name, flag);
            }
            _ => {}
        }
    }
    request
}

/// A field that failed is null, and data of which nothing is left is null as a whole: clients that
/// do not look at errors must not take a failure for an empty answer.
fn finish(mut answer: Response, number: &str) -> Response {
    for error in &mut answer.errors {
        if is_internal(error) {
            error.message = format!("internal error, request {number}");
        }
        put_null(&mut answer.data, &error.path);
    }
    let is_empty = match &answer.data {
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        _ => false,
    };
    if is_empty && !answer.errors.is_empty() {
        answer.data = Value::Null;
    }
    answer
}

fn is_internal(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    code == Some(&Value::from(INTERNAL))
}

fn put_null(data: &mut Value, path: &[PathSegment]) {
    match (data, path) {
        (Value::Object(fields), [PathSegment::Field(name), rest @ ..]) => {
            match fields.get_mut(name.as_str()) {
                Some(value) => put_null(value, rest),
                None if rest.is_empty() => {
                    fields.insert(Name::new(name), Value::Null);
                }
                None => {}
            }
        }
        (Value::List(items), [PathSegment::Index(index), rest @ ..]) => {
            if let Some(item) = items.get_mut(*index) {
                put_null(item, rest);
            }
        }
        _ => {}
    }
}
