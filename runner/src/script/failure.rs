//! Puts what code throws into words.

use std::time::Instant;

use flow::{Map, Value};
use rquickjs::function::IntoArgs;
use rquickjs::{Error, Exception, FromJs, Function, Object, Value as Js};

use super::convert::Reader;
use super::engine::{FILE, Scope};
use super::wire::{self, Failure, OUTPUT_BYTES_MAX};

/// A member of thrown objects that holds secrets; only the name of its config variable is kept.
const CONNECTION: &str = "connection";
const VARIABLE: &str = "configVarKey";
/// Characters of a message or stack; the rest is cut.
const TEXT_CHARACTERS_MAX: usize = 4096;
/// Bytes of the further members of a thrown object; those beyond are left out.
const DETAILS_BYTES_MAX: usize = 1 << 20;

impl<'js> Scope<'js> {
    /// The result, or the pending exception as a failure.
    pub fn caught<T>(&self, result: rquickjs::Result<T>) -> Result<T, Failure> {
        result.map_err(|error| match error {
            Error::Exception => self.describe(&self.ctx.catch()),
            error => Failure::new(error.to_string()),
        })
    }

    /// Calls a function of `core.js`.
    pub fn tool<T: FromJs<'js>>(
        &self,
        name: &str,
        arguments: impl IntoArgs<'js>,
    ) -> Result<T, Failure> {
        let tool: Function = self.caught(self.tools.get(name))?;
        self.caught(tool.call(arguments))
    }

    pub fn in_time(&self) -> Result<(), Failure> {
        if Instant::now() < self.deadline {
            return Ok(());
        }
        Err(Failure::new(wire::overtime(wire::CODE, self.time_limit)))
    }

    fn describe(&self, thrown: &Js<'js>) -> Failure {
        if let Err(overtime) = self.in_time() {
            return overtime;
        }
        if self.describing.replace(true) {
            return Failure::new("An error could not be put into words");
        }
        let failure = match thrown.as_object() {
            Some(object) if thrown.is_error() => self.error(object),
            Some(object) => self.object(object),
            None => self.primitive(thrown),
        };
        self.describing.set(false);
        // Reading it runs code of its author, which may not come back by itself.
        self.in_time().err().unwrap_or(failure)
    }

    fn error(&self, error: &Object<'js>) -> Failure {
        let name = self.member(error, "name").unwrap_or_else(|| "Error".to_owned());
        let message = self.member(error, "message").unwrap_or_default();
        if name == "InternalError" && message == "out of memory" {
            let mebibytes = self.heap_bytes >> 20;
            return Failure::new(format!("The code needed more than {mebibytes} MiB of memory"));
        }
        let trace = Exception::from_object(error.clone()).and_then(|error| error.stack());
        let lines = trace.iter().flat_map(|trace| trace.lines());
        let own: Vec<&str> = lines.filter(|line| line.contains(FILE)).collect();
        let headline = if message.is_empty() { name.clone() } else { format!("{name}: {message}") };
        let stack = [&[headline.as_str()], &own[..]].concat().join("\n");
        let mut details = Map::new();
        details.insert("name".into(), name.as_str().into());
        details.insert("stack".into(), cut(&stack).into());
        self.add_members(error, &mut details);
        let message = match self.cause(error) {
            Some(cause) => cut(&format!("{message}: {cause}")),
            None => message,
        };
        let message = match own.first().filter(|_| name == "SyntaxError") {
            Some(place) => format!("{message} ({})", place.trim().trim_start_matches("at ")),
            None if message.is_empty() => name,
            None => message,
        };
        Failure { message, details: Some(details.into()) }
    }

    fn object(&self, object: &Object<'js>) -> Failure {
        let mut details = Map::new();
        self.add_members(object, &mut details);
        let details = Value::from(details);
        let message = self.member(object, "message").unwrap_or_else(|| match details.to_json() {
            members if members == "{}" => "The code threw an object that says nothing".to_owned(),
            members => cut(&members),
        });
        Failure { message, details: Some(details) }
    }

    fn primitive(&self, thrown: &Js<'js>) -> Failure {
        match Reader::new(self, OUTPUT_BYTES_MAX).read("the thrown value", thrown) {
            Ok(Some(value)) if !value.is_null() => Failure::new(cut(&value.to_text())),
            // Also what the engine throws when there is no room for an error.
            Ok(Some(_)) => Failure::new(format!(
                "The code threw null, or needed more than {} MiB of memory",
                self.heap_bytes >> 20
            )),
            Ok(None) => Failure::new(format!("The code threw {}", thrown.type_name())),
            Err(failure) => failure,
        }
    }

    /// Own members that can be kept; what cannot is left out, the failure itself matters more.
    fn add_members(&self, object: &Object<'js>, details: &mut Map) {
        let mut reader = Reader::new(self, DETAILS_BYTES_MAX);
        for key in object.keys::<rquickjs::String>() {
            let Ok(key) = self.caught(key).and_then(|key| self.text(&key)) else {
                continue;
            };
            if details.contains_key(key.as_str()) {
                continue;
            }
            if key == CONNECTION {
                if let Some(variable) = self.variable_of(object) {
                    details.insert(key.into(), variable.into());
                }
                continue;
            }
            let Ok(member) = self.caught(object.get::<_, Js>(key.as_str())) else {
                continue;
            };
            if let Ok(Some(value)) = reader.read(&key, &member) {
                details.insert(key.into(), value);
            }
        }
    }

    /// The config variable of the connection that a thrown object names.
    fn variable_of(&self, object: &Object<'js>) -> Option<String> {
        let connection: Js = self.caught(object.get(CONNECTION)).ok()?;
        self.member(connection.as_object()?, VARIABLE)
    }

    /// The message of the error that led to this one.
    fn cause(&self, error: &Object<'js>) -> Option<String> {
        let cause: Js = self.caught(error.get("cause")).ok()?;
        self.member(cause.as_object()?, "message")
    }

    /// A member that is text.
    fn member(&self, object: &Object<'js>, key: &str) -> Option<String> {
        let member: Js = self.caught(object.get(key)).ok()?;
        self.text(member.as_string()?).ok().map(|text| cut(&text))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARACTERS_MAX).collect()
}
