//! Mutations: one input object in, one payload with the object or what is wrong out.

use std::sync::Arc;

use async_graphql::dynamic::{Field, FieldFuture, FieldValue, InputObject};
use domain::Problem;
use tracing::Instrument;

use super::Arguments;
use super::builder::{Parameter, Registry, Type, ask, parameter, type_ref};
use crate::ApiError;
use crate::context::Ask;

/// A mutation before it is told what to do.
pub struct Mutation {
    name: &'static str,
    about: &'static str,
    inputs: Vec<Parameter>,
    refused: Vec<Parameter>,
    object: Parameter,
}

/// What a mutation answers.
pub struct Payload<T> {
    object: Option<Arc<T>>,
    errors: Vec<Arc<FieldErrors>>,
    client_mutation_id: Option<String>,
}

/// What is wrong with one input.
pub struct FieldErrors {
    field: String,
    messages: Vec<String>,
}

impl FieldErrors {
    pub fn object() -> Type<Self> {
        Type::new("ErrorType", "What is wrong with one input.")
            .field("field", "String!", "The input, or `__all__`.", |error: &Self| {
                error.field.clone()
            })
            .field("messages", "[String!]!", "What is wrong with it.", |error| {
                error.messages.clone()
            })
    }
}

impl Mutation {
    /// `object` is the payload field with what was changed: name, type and description.
    pub fn new(name: &'static str, about: &'static str, object: Parameter) -> Self {
        Self { name, about, inputs: Vec::new(), refused: Vec::new(), object }
    }

    pub fn inputs(mut self, inputs: impl IntoIterator<Item = Parameter>) -> Self {
        self.inputs.extend(inputs);
        self
    }

    /// Inputs that clients name but that have no effect here: giving one is an error, not a
    /// silent loss.
    pub fn refuses(
        mut self,
        inputs: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        let about = "Not supported by this installation; must not be given.";
        self.refused.extend(inputs.into_iter().map(|(name, sdl)| (name, sdl, about)));
        self
    }

    /// Registers the mutation with what it does.
    pub fn run<T, F>(
        self,
        registry: &mut Registry,
        run: impl Fn(Arguments, Ask) -> F + Send + Sync + 'static,
    ) where
        T: Send + Sync + 'static,
        F: Future<Output = Result<Arc<T>, ApiError>> + Send + 'static,
    {
        let type_name = capitalized(self.name);
        self.register_types::<T>(registry, &type_name);
        let refused: Vec<_> = self.refused.iter().map(|(name, ..)| *name).collect();
        let field =
            Field::new(self.name, type_ref(&format!("{type_name}Payload")), move |context| {
                let started = ask(&context).and_then(|ask| {
                    let input = ask.args.object("input")?;
                    let id = input.text("clientMutationId")?;
                    let refusal = refuse(&refused, &input);
                    // Nobody may drop an operation half way, so it runs in a task of its own.
                    let running = refusal.map_or_else(
                        || Ok(tokio::spawn(run(input, ask.clone()).in_current_span())),
                        Err,
                    );
                    Ok((running, ask, id))
                });
                FieldFuture::new(async move {
                    let (running, ask, id) = started?;
                    let result = match running {
                        Ok(task) => {
                            task.await.map_err(|error| ApiError::internal(&error.into()))?
                        }
                        Err(refusal) => Err(refusal),
                    };
                    ask.forget();
                    Ok(Some(FieldValue::owned_any(Arc::new(payload(result, id)?))))
                })
            });
        let input = ("input", format!("{type_name}Input!"), "What to do, and to which row.");
        let input = async_graphql::dynamic::InputValue::new(input.0, type_ref(&input.1))
            .description(input.2);
        registry.mutation(field.description(self.about).argument(input));
    }

    fn register_types<T: Send + Sync + 'static>(&self, registry: &mut Registry, type_name: &str) {
        let input = InputObject::new(format!("{type_name}Input"))
            .description(format!("Input of `{}`.", self.name));
        let echo = ("clientMutationId", "String", "Comes back in the payload.");
        let fields = self.inputs.iter().chain(&self.refused).copied().chain([echo]);
        registry.add(fields.map(parameter).fold(input, InputObject::field));
        let (object, sdl, about) = self.object;
        registry.add(
            Type::<Payload<T>>::new(
                &format!("{type_name}Payload"),
                &format!("What `{}` answers.", self.name),
            )
            .field(object, sdl, about, |payload| payload.object.clone())
            .field(
                "errors",
                "[ErrorType!]!",
                "What is wrong with the input; empty on success.",
                |payload| payload.errors.clone(),
            )
            .field("clientMutationId", "String", "As given in the input.", |payload| {
                payload.client_mutation_id.clone()
            }),
        );
    }
}

fn refuse(refused: &[&str], input: &Arguments) -> Option<ApiError> {
    let given = refused.iter().filter(|name| input.value(name).is_some());
    let problems: Vec<_> = given
        .map(|name| Problem {
            field: (*name).to_owned(),
            message: "This is not supported by this installation.".to_owned(),
        })
        .collect();
    (!problems.is_empty()).then(|| ApiError::Problems(Arc::new(problems)))
}

/// Faults of the input are data; everything else is an error of the request.
fn payload<T>(
    result: Result<Arc<T>, ApiError>,
    client_mutation_id: Option<String>,
) -> Result<Payload<T>, ApiError> {
    match result {
        Ok(object) => Ok(Payload { object: Some(object), errors: Vec::new(), client_mutation_id }),
        Err(ApiError::Problems(problems)) => {
            Ok(Payload { object: None, errors: by_field(&problems), client_mutation_id })
        }
        Err(error) => Err(error),
    }
}

fn by_field(problems: &[Problem]) -> Vec<Arc<FieldErrors>> {
    let mut errors: Vec<FieldErrors> = Vec::new();
    for problem in problems {
        match errors.iter_mut().find(|known| known.field == problem.field) {
            Some(known) => known.messages.push(problem.message.clone()),
            None => errors.push(FieldErrors {
                field: problem.field.clone(),
                messages: vec![problem.message.clone()],
            }),
        }
    }
    errors.into_iter().map(Arc::new).collect()
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
