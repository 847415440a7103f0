//! The wizard: what its pages show before they are filled, by asking data sources.
//!
//! Data sources are performed by whoever runs flows ([`Env::data_sources`]), with what is stored of
//! the instance at this moment: a page sees what the pages before it have saved.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use entity::log::Severity;
use entity::{
    CustomerId, InstanceId, UserLevelConfigId, customer, instance, integration, user_level_config,
};
use flow::definition::{ActionRef, ConfigPage, ConfigVar, ElementKind};
use flow::expression::Mention;
use flow::{Definition, Expression, Map, Value};

use super::config::ConnectionInput;
use super::users::overlay_of_user;
use super::{connections, resolve, shared};
use crate::component::{Own, Version};
use crate::env::Env;
use crate::error::{Error, WHOLE_INPUT};
use crate::input::Problems;
use crate::integration as integrations;
use crate::log_line;
use crate::oauth;
use crate::policy::Action;
use crate::reuse::Deployed;
use crate::user_level;
use crate::viewer::Viewer;
use crate::whom::Whom;

/// Performs data sources; the error is for people.
pub type DataSources = Box<dyn Fn(Call) -> Performing + Send + Sync>;

/// A data source on its way to its result.
pub type Performing = Pin<Box<dyn Future<Output = Result<Value, String>> + Send>>;

/// One call of a data source.
pub struct Call {
    pub component: String,
    pub key: String,
    /// The version of a published component.
    pub version: Option<Arc<Version>>,
    /// The published components of the definition.
    pub published: Own,
    pub inputs: Map,
    /// All config variables, their connections with tokens.
    pub config_vars: Map,
    pub definition: Arc<Definition>,
    /// Those of the connections that are shared.
    pub shared: Vec<Deployed>,
    /// Besides what the definition hides, this is not for people.
    pub secrets: Vec<String>,
    pub customer: Whom,
    pub instance: Whom,
    pub integration: Whom,
    pub user: Whom,
}

impl fmt::Debug for Call {
    /// Values may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Call");
        debug.field("component", &self.component).field("key", &self.key).finish_non_exhaustive()
    }
}

/// What a page shows, by the keys of its variables.
pub async fn page_content(
    env: &Arc<Env>,
    viewer: &Viewer,
    id: InstanceId,
    page: &str,
) -> Result<(instance::Model, Map), Error> {
    let wizard = Wizard::open(env, viewer, id, Some(page)).await?;
    let page = wizard.page(page)?;
    let mut content = Map::new();
    let mut problems = Problems::default();
    for variable in wizard.variables_of(viewer, page) {
        let Some(source) = &variable.data_source else { continue };
        let inputs = declared(variable);
        match wizard.perform(env, (&variable.key, source), inputs).await? {
            Ok(found) => {
                content.insert(variable.key.as_str().into(), found);
            }
            Err(message) => problems.add(&variable.key, message),
        }
    }
    problems.finish()?;
    Ok((wizard.instance, content))
}

/// What a data source says to other inputs than those of the definition. Users of customers give
/// values, and neither code nor connections.
pub async fn data_source_content(
    env: &Arc<Env>,
    viewer: &Viewer,
    id: InstanceId,
    (component, key): (&str, &str),
    given: &[ConnectionInput],
) -> Result<(instance::Model, Value), Error> {
    let wizard = Wizard::open(env, viewer, id, None).await?;
    let is_customer = viewer.customer_id().is_some();
    let mut variables = wizard.definition.config_vars.iter().filter(|variable| {
        let source = variable.data_source.as_ref();
        source.is_some_and(|it| it.component.key == component && it.key == key)
            && !(is_customer && variable.org_only)
    });
    let Some(variable) = variables.next() else {
        return Err(Error::invalid("dataSource", "No config variable is filled by this."));
    };
    let mut inputs = declared(variable);
    let mut problems = Problems::default();
    for input in given {
        if is_customer && !may_be_given(env, variable, input) {
            problems.add("inputs", format!("`{}` is set by the integration.", input.name));
            continue;
        }
        let expression = resolve::expression(input);
        match inputs.iter_mut().find(|(name, _)| **name == *input.name) {
            Some((_, old)) => *old = expression,
            None => inputs.push((input.name.as_str().into(), expression)),
        }
    }
    problems.finish()?;
    let source = variable.data_source.as_ref();
    let source = source.ok_or_else(|| Error::invalid("dataSource", "There is no such one."))?;
    let found = wizard.perform(env, (&variable.key, source), inputs).await?;
    let found = found.map_err(|message| Error::invalid(WHOLE_INPUT, message))?;
    Ok((wizard.instance, found))
}

type Inputs = Vec<(Arc<str>, Expression)>;

fn declared(variable: &ConfigVar) -> Inputs {
    let inputs = variable.inputs.iter();
    inputs.map(|(name, input)| (name.as_str().into(), input.expression.clone())).collect()
}

/// Whether an input is a plain value of one that is not the author's own business.
fn may_be_given(env: &Env, variable: &ConfigVar, input: &ConnectionInput) -> bool {
    let source = variable.data_source.as_ref();
    let is_plain = input.kind.is_empty() || input.kind.eq_ignore_ascii_case("value");
    let is_open = source.is_some_and(|source| {
        let open = env.vocabulary.open_inputs(&source.component.key, &source.key);
        open.contains(&input.name)
    });
    let is_ours =
        variable.inputs.get(&input.name).is_some_and(flow::definition::ConfigInput::org_only);
    is_plain && is_open && !is_ours
}

/// An instance with everything that its data sources may see.
struct Wizard {
    instance: instance::Model,
    /// What the viewer has configured for themselves.
    own: Option<UserLevelConfigId>,
    definition: Arc<Definition>,
    config_vars: Map,
    shared: Vec<Deployed>,
    secrets: Vec<String>,
    /// Connections that cannot be used now, and why.
    broken: Vec<(String, String)>,
    customer: Whom,
    integration: Whom,
    customer_of_integration: Option<CustomerId>,
    user: Whom,
}

impl Wizard {
    /// The wizard of the instance, or with a page that users fill, that of the viewer.
    async fn open(
        env: &Arc<Env>,
        viewer: &Viewer,
        id: InstanceId,
        page: Option<&str>,
    ) -> Result<Self, Error> {
        let db = env.db.read();
        let instance = viewer.find::<instance::Entity>(db, id).await?;
        let system = Viewer::System(instance.organization_id);
        let version = system.find::<integration::Entity>(db, instance.integration_id).await?;
        let definition = Arc::new(integrations::definition(&version)?);
        let own = match viewer.user() {
            Some(user) => user_level::of_user(db, &instance, user.id).await?,
            None => None,
        };
        let is_of_user = page.is_some_and(|name| {
            let mut pages = definition.config_pages.iter();
            pages.any(|page| page.name == name && page.user_level_configured)
        });
        if !(is_of_user && own.is_some()) {
            viewer.permit::<instance::Entity>(db, Action::Modify, id).await?;
        }
        let customer = system.find::<customer::Entity>(db, instance.customer_id).await?;
        let mut config_vars = resolve::all(env, db, &instance, &definition).await?;
        let mut shared = shared::connected(db, &instance, &definition).await?;
        if let Some(own) = &own {
            let of = (&instance, own);
            let (map, chosen) = overlay_of_user(env, db, of, &definition, config_vars).await?;
            config_vars = map;
            shared.retain(|it| chosen.iter().all(|own| own.key != it.key));
            shared.extend(chosen);
        }
        let mut wizard = Self {
            customer: Whom {
                id: crate::global_id(customer.id),
                name: customer.name,
                external_id: customer.external_id.unwrap_or_default(),
            },
            integration: Whom {
                id: crate::global_id(version.id),
                name: version.name,
                external_id: String::new(),
            },
            customer_of_integration: version.customer_id,
            user: viewer.user().map(Whom::of).unwrap_or_default(),
            instance,
            own: own.as_ref().map(|own| own.id),
            definition,
            config_vars,
            shared,
            secrets: Vec::new(),
            broken: Vec::new(),
        };
        wizard.connect(env, own.as_ref()).await?;
        Ok(wizard)
    }

    /// Gives the connections their tokens.
    async fn connect(
        &mut self,
        env: &Arc<Env>,
        own: Option<&user_level_config::Model>,
    ) -> Result<(), Error> {
        let organization = self.instance.organization_id;
        let mut owners = Vec::new();
        for variable in &self.definition.config_vars {
            if connections::oauth2(env, variable).is_none() {
                continue;
            }
            let is_own = self.definition.is_user_level(&variable.key);
            let owner = match own.filter(|_| is_own) {
                Some(own) => oauth::Owner::user_level_value(own.id, &variable.key),
                None => oauth::Owner::instance_value(self.instance.id, &variable.key),
            };
            owners.push((variable.key.clone(), owner));
        }
        let shared = self.shared.iter().filter(|it| it.has_token(env));
        owners.extend(shared.map(|it| (it.key.clone(), it.owner.clone())));
        for (key, owner) in owners {
            match oauth::fresh(env, organization, &owner).await {
                Ok(fresh) => {
                    self.secrets.extend(fresh.secrets.iter().cloned());
                    let key = key.as_str();
                    let connection = self.config_vars.get(key).and_then(Value::as_object).cloned();
                    let mut connection = connection.unwrap_or_default();
                    connection.insert("token".into(), fresh.token.clone());
                    connection.insert("context".into(), fresh.context.clone());
                    self.config_vars.insert(key.into(), connection.into());
                }
                Err(oauth::NoToken::Internal(error)) => return Err(error),
                Err(reason) => self.broken.push((key, reason.to_string())),
            }
        }
        Ok(())
    }

    fn page(&self, name: &str) -> Result<&ConfigPage, Error> {
        let mut pages = self.definition.config_pages.iter();
        let found = pages.find(|page| page.name == name);
        found.ok_or_else(|| Error::invalid("pageName", "The wizard has no page of this name."))
    }

    /// The variables of a page that the viewer sees.
    fn variables_of<'a>(
        &'a self,
        viewer: &Viewer,
        page: &'a ConfigPage,
    ) -> impl Iterator<Item = &'a ConfigVar> {
        let sees_all = viewer.customer_id().is_none();
        let elements = page.elements.iter().filter(|it| it.kind != ElementKind::Html);
        let variables = elements.filter_map(|it| self.definition.config_var(&it.value));
        variables.filter(move |variable| sees_all || !variable.org_only)
    }

    /// Asks a data source for a config variable, and notes in the log what came of it.
    async fn perform(
        &self,
        env: &Env,
        (key, source): (&str, &ActionRef),
        inputs: Inputs,
    ) -> Result<Result<Value, String>, Error> {
        let found = self.ask(env, source, inputs).await?;
        let name = format!("The data source `{}` of `{}`", source.key, source.component.key);
        let (severity, mut message) = match &found {
            Ok(_) => (Severity::Info, format!("{name} has answered.")),
            Err(message) => (Severity::Error, format!("{name} has failed: {message}")),
        };
        for secret in self.secrets.iter().filter(|it| it.len() >= oauth::SECRET_BYTES_MIN) {
            message = message.replace(secret.as_str(), "***");
        }
        let line = (severity, message.as_str());
        let own = self.own.filter(|_| self.definition.is_user_level(key));
        log_line::of_data_source(env, (&self.instance, own), key, line).await?;
        Ok(found)
    }

    async fn ask(
        &self,
        env: &Env,
        source: &ActionRef,
        inputs: Inputs,
    ) -> Result<Result<Value, String>, Error> {
        for (name, input) in &inputs {
            let mut problem = None;
            input.mentions("", &mut |_, mention| {
                let Mention::ConfigVar(key) = mention else { return };
                let broken = self.broken.iter().find(|(broken, _)| broken == key);
                problem = broken.map(|(key, why)| format!("The connection \"{key}\": {why}"));
            });
            if let Some(problem) = problem {
                return Ok(Err(problem));
            }
            if let Err(error) = input.evaluate(&resolve::Configured(&self.config_vars)) {
                return Ok(Err(format!("Input \"{name}\": {error}")));
            }
        }
        let evaluated = inputs.iter().filter_map(|(name, input)| {
            let value = input.evaluate(&resolve::Configured(&self.config_vars)).ok().flatten()?;
            Some((name.clone(), value))
        });
        let Some(data_sources) = env.data_sources.get() else {
            return Ok(Err("Nothing is performed here.".to_owned()));
        };
        let owner = (self.instance.organization_id, self.customer_of_integration);
        let own = Own::of(env.db.read(), owner, &self.definition).await?;
        let call = Call {
            component: source.component.key.clone(),
            key: source.key.clone(),
            version: own.get(&source.component).cloned(),
            published: own,
            inputs: evaluated.collect(),
            config_vars: self.config_vars.clone(),
            shared: self.shared.clone(),
            definition: self.definition.clone(),
            secrets: self.secrets.clone(),
            customer: self.customer.clone(),
            instance: Whom {
                id: crate::global_id(self.instance.id),
                name: self.instance.name.clone(),
                external_id: String::new(),
            },
            integration: self.integration.clone(),
            user: self.user.clone(),
        };
        Ok(data_sources(call).await)
    }
}
