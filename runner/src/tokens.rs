//! Tokens of OAuth2 connections, as they are when a step begins, and what else is secret.
//!
//! A deployment freezes what a connection is configured with; its token changes all the time. So a
//! step that uses one gets it when its inputs are resolved, and what must not be shown of it is
//! taken out of everything the run leaves behind.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use components::{InputKind, Perform, StepError};
use domain::component::Own;
use domain::oauth::{self, Fresh, Owner};
use domain::reuse::Deployed;
use domain::user_level::Overlay;
use flow::definition::ComponentRef;
use flow::expression::Mention;
use flow::{Definition, Expression, Map, Value};

use crate::CATALOG;
use crate::deployment::Deployment;
use crate::executor::Executor;
use crate::machine::Machine;
use crate::plan::PlannedStep;

/// Longer bytes are not looked through: no answer that repeats a token is as long.
const BYTES_LOOKED_AT_MAX: usize = 1 << 20;

const HIDDEN: &str = "***";

/// The OAuth2 connections of a deployment, by their config variables.
pub type Owners = HashMap<String, Owner>;

/// What the connections of a deployment hold that is not to be shown: what their forms hide.
pub fn secrets(
    definition: &Definition,
    published: &Own,
    shared: &[Deployed],
    config_vars: &Map,
) -> Arc<[String]> {
    let own = definition.config_vars.iter().filter_map(|variable| {
        let connection = variable.connection.as_ref()?;
        let inputs = hidden_inputs(published, &connection.component, &connection.key);
        Some((&variable.key, inputs))
    });
    let shared = shared.iter().map(|it| {
        let component = ComponentRef::named(&it.component);
        (&it.key, hidden_inputs(published, &component, &it.connection))
    });
    let hidden = own.chain(shared).flat_map(|(variable, inputs)| {
        let fields = config_vars.get(variable.as_str()).and_then(|it| it.get("fields"));
        let fields = fields.map(|fields| (fields, inputs)).into_iter();
        fields.flat_map(|(fields, inputs)| {
            inputs.into_iter().filter_map(|input| fields.get(&input)?.as_str())
        })
    });
    let hidden = hidden.filter(|secret| secret.len() >= oauth::SECRET_BYTES_MIN);
    hidden.map(ToOwned::to_owned).collect()
}

/// The inputs of a kind of connection that its form hides.
fn hidden_inputs(published: &Own, component: &ComponentRef, connection: &str) -> Vec<String> {
    if let Some(version) = published.get(component) {
        let known = version.component.connection(connection);
        let inputs = known.map(|known| known.inputs.as_slice()).unwrap_or_default();
        let hidden = inputs.iter().filter(|input| input.kind == "password");
        return hidden.map(|input| input.key.clone()).collect();
    }
    let connections = CATALOG.component(&component.key).map(|it| it.connections.as_slice());
    let known = connections.unwrap_or_default().iter().find(|known| known.key == connection);
    let inputs = known.map(|known| known.inputs.as_slice()).unwrap_or_default();
    let hidden = inputs.iter().filter(|input| input.kind == InputKind::Password);
    hidden.map(|input| input.key.to_owned()).collect()
}

/// What a run knows of its connections.
#[derive(Default)]
pub struct Tokens {
    pub owners: Arc<Owners>,
    /// The token that the config variables hold, to tell it from the next one.
    held: HashMap<String, Arc<Fresh>>,
    /// The connections that the present step names.
    pub named: Vec<String>,
    /// The connections that a step of this run found not to work.
    pub blamed: Vec<String>,
    /// Never shown to anybody.
    secrets: Vec<String>,
    /// The published components of the flow.
    published: Arc<Own>,
}

impl Tokens {
    pub fn of(deployment: &Deployment) -> Self {
        let owners = deployment.connections.clone();
        let (secrets, published) = (deployment.secrets.to_vec(), deployment.published.clone());
        Self { owners, secrets, published, ..Self::default() }
    }

    /// Holds no tokens, only what is to be hidden.
    pub fn hiding(secrets: impl Iterator<Item = String>) -> Self {
        let mut tokens = Self::default();
        secrets.for_each(|secret| tokens.keep_secret(&secret));
        tokens
    }

    /// Some connections have the tokens of a user.
    pub fn belong_to_user(&mut self, overlay: &Overlay) {
        let owners = Arc::make_mut(&mut self.owners);
        owners.extend(overlay.connections.iter().cloned());
        let Overlay { definition, shared, config_vars, .. } = overlay;
        let published = self.published.clone();
        let found = secrets(definition, &published, shared, config_vars);
        for secret in found.iter() {
            self.keep_secret(secret);
        }
    }

    /// Whose token the run has for a config variable, and which one.
    pub fn held(&self, key: &str) -> Option<(&Owner, &Fresh)> {
        Some((self.owners.get(key)?, self.held.get(key)?))
    }

    /// A text without secrets.
    pub fn hide_in(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) {
                text.replace(secret.as_str(), HIDDEN)
            } else {
                text
            }
        })
    }

    /// A value without secrets; borrowed where there are none.
    pub fn hide<'a>(&self, value: &'a Value) -> Cow<'a, Value> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(value);
        }
        self.without(value).map_or(Cow::Borrowed(value), Cow::Owned)
    }

    /// The value with what is hidden in it; `None` where nothing is.
    fn without(&self, value: &Value) -> Option<Value> {
        let is_secret = |text: &str| self.secrets.iter().any(|secret| text.contains(secret));
        match value {
            Value::String(text) if is_secret(text) => Some(self.hide_in(text.to_string()).into()),
            Value::Bytes(bytes) if bytes.len() <= BYTES_LOOKED_AT_MAX => {
                let text = std::str::from_utf8(bytes).ok().filter(|text| is_secret(text))?;
                Some(Value::Bytes(self.hide_in(text.to_owned()).into()))
            }
            Value::List(items) => {
                let hidden: Vec<_> = items.iter().map(|item| self.without(item)).collect();
                if hidden.iter().all(Option::is_none) {
                    return None;
                }
                let items = hidden.into_iter().zip(items.iter());
                let items = items.map(|(new, old)| new.unwrap_or_else(|| old.clone()));
                Some(Value::List(Arc::new(items.collect())))
            }
            Value::Object(map) => {
                let mut hidden = None;
                for (key, value) in map.iter() {
                    if let Some(value) = self.without(value) {
                        hidden.get_or_insert_with(|| Map::clone(map)).insert(key.clone(), value);
                    }
                }
                hidden.map(Value::from)
            }
            _ => None,
        }
    }

    fn keep_secret(&mut self, text: &str) {
        if text.len() >= oauth::SECRET_BYTES_MIN && !self.secrets.iter().any(|it| it == text) {
            self.secrets.push(text.to_owned());
        }
    }
}

impl Executor {
    /// Gets the tokens that a step is about to use.
    pub async fn connect(
        &mut self,
        step: &PlannedStep,
        machine: &mut Machine<'_>,
    ) -> Result<(), StepError> {
        if self.tokens.owners.is_empty() {
            return Ok(());
        }
        let is_code = matches!(step.action.perform, Perform::Waiting(_))
            && step.action.inputs.iter().any(|input| input.kind == InputKind::Code)
            || matches!(step.action.perform, Perform::Hosted(_));
        self.connect_inputs(&step.inputs, is_code, machine).await
    }

    /// Gets the tokens of connections that these inputs name. Code sees all config variables, but
    /// need not use them: what cannot be had is left out.
    pub async fn connect_inputs(
        &mut self,
        inputs: &[(Arc<str>, Expression)],
        sees_all: bool,
        machine: &mut Machine<'_>,
    ) -> Result<(), StepError> {
        let owners = self.tokens.owners.clone();
        self.tokens.named.clear();
        if owners.is_empty() {
            return Ok(());
        }
        let mut named = Vec::new();
        for (_, input) in inputs {
            input.mentions("", &mut |_, mention| {
                if let Mention::ConfigVar(key) = mention {
                    named.push(key.to_owned());
                }
            });
        }
        for (key, owner) in owners.iter() {
            let is_named = named.contains(key);
            if !is_named && !sees_all {
                continue;
            }
            let organization = self.execution.organization_id;
            let got = oauth::fresh(&self.inner.env, organization, owner).await;
            match got {
                Ok(fresh) => {
                    self.hold(key, fresh, machine);
                    if is_named {
                        self.tokens.named.push(key.clone());
                    }
                }
                Err(error) if is_named => {
                    if let oauth::NoToken::Internal(error) = &error {
                        tracing::error!(error = ?error, "a token could not be read");
                    }
                    return Err(StepError::new(format!("The connection \"{key}\": {error}")));
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn hold(&mut self, key: &str, fresh: Arc<Fresh>, machine: &mut Machine<'_>) {
        if self.tokens.held.get(key).is_some_and(|held| Arc::ptr_eq(held, &fresh)) {
            return;
        }
        for secret in &fresh.secrets {
            self.tokens.keep_secret(secret);
        }
        let mut variables = Map::clone(&self.run.config_vars);
        let connection = variables.get(key).and_then(Value::as_object).cloned();
        let mut connection = connection.unwrap_or_default();
        let secret = connection.get("fields").and_then(|fields| fields.get("clientSecret"));
        if let Some(secret) = secret.and_then(Value::as_str) {
            let secret = secret.to_owned();
            self.tokens.keep_secret(&secret);
        }
        connection.insert("token".into(), fresh.token.clone());
        connection.insert("context".into(), fresh.context.clone());
        variables.insert(key.into(), connection.into());
        self.run.config_vars = Arc::new(variables);
        machine.configure(self.run.config_vars.clone());
        self.tokens.held.insert(key.to_owned(), fresh);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let mut tokens = Tokens::default();
        tokens.keep_secret("canary-token");
        tokens.keep_secret("short");
        let value =
            Value::from_json(r#"{"a":["x",{"header":"Bearer canary-token"}],"b":1,"c":"short"}"#);
        let hidden = tokens.hide(&value.unwrap()).to_json();
        assert_eq!(hidden, r#"{"a":["x",{"header":"Bearer ***"}],"b":1,"c":"short"}"#);
        let bytes = Value::Bytes("t=canary-token".into());
        assert_eq!(*tokens.hide(&bytes), Value::Bytes("t=***".into()));
        let clean = Value::from("nothing");
        assert!(matches!(tokens.hide(&clean), Cow::Borrowed(_)));
    }
}
