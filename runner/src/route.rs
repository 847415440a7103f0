//! Shared trigger URLs: what in a request tells which flow of whose instance it is for.

use std::collections::HashMap;
use std::sync::Arc;

use domain::endpoint::{self as endpoints, Shared};
use domain::{Env, token};
use entity::{ExecutionId, InstanceId, IntegrationId, OrganizationId, SequenceId, integration};
use entity::{endpoint, instance, step_result};
use flow::definition::EndpointType;
use flow::expression::Mention;
use flow::{Definition, Expression, Map, Value};
use jobs::PayloadStore;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::endpoint::{Endpoint, Endpoints, Ready};
use crate::{Deployment, stored};

/// The name by which the fields of an endpoint read the request itself.
const REQUEST: &str = "payload";

/// Where the fields of a definition look.
#[derive(Debug)]
pub struct Rules {
    kind: EndpointType,
    preprocess: Option<String>,
    flow: Option<Expression>,
    customer: Option<Expression>,
    user: Option<Expression>,
}

impl Rules {
    pub fn of(definition: &Definition) -> Self {
        Self {
            kind: definition.endpoint_type,
            preprocess: definition.preprocess_flow_name.clone(),
            flow: definition.flow_name_field.clone(),
            customer: definition.external_customer_id_field.clone(),
            user: definition.external_customer_user_id_field.clone(),
        }
    }

    /// The steps of the preprocess flow that the fields read.
    fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        for field in [&self.flow, &self.customer, &self.user].into_iter().flatten() {
            field.mentions("", &mut |_, mention| {
                if let Mention::Reference(path) = mention {
                    steps.push(path.step().to_owned());
                }
            });
        }
        steps.retain(|step| step != REQUEST);
        steps
    }
}

/// A URL whose requests tell what they are for.
#[derive(Clone, Debug)]
pub struct Route {
    rules: Arc<Rules>,
    scope: Scope,
    /// The flow that sees each request first.
    pub preprocess: Option<Ready>,
}

#[derive(Clone, Debug)]
enum Scope {
    Instance(Arc<Deployment>),
    Integration(Shared),
}

/// What a request is for.
#[derive(Clone, Debug)]
pub struct Destination {
    pub ready: Ready,
    /// The customer's user it comes from, as payloads show users.
    pub user: Option<Value>,
}

/// Why a request is for nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unrouted {
    /// The text tells the caller which field leads nowhere.
    #[error("{0}")]
    Nowhere(String),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<domain::Error> for Unrouted {
    fn from(error: domain::Error) -> Self {
        Self::Other(error.into())
    }
}

impl Route {
    /// For the log.
    pub fn organization(&self) -> OrganizationId {
        match &self.scope {
            Scope::Instance(deployment) => deployment.organization_id,
            Scope::Integration(shared) => shared.organization,
        }
    }
}

impl Endpoints {
    /// What the shared URL with this id leads to.
    pub(crate) async fn find_shared(
        &self,
        env: &Env,
        webhook_id: &str,
    ) -> anyhow::Result<Option<Endpoint>> {
        let Some(row) = token::endpoint_of_url(env, webhook_id).await? else { return Ok(None) };
        if row.is_shared {
            let sequence = SequenceId(row.owner_id);
            return self.of_integration(env, row.organization_id, sequence).await;
        }
        self.of_instance(env, &row).await
    }

    async fn of_instance(
        &self,
        env: &Env,
        row: &endpoint::Model,
    ) -> anyhow::Result<Option<Endpoint>> {
        let (organization, id) = (row.organization_id, InstanceId(row.owner_id));
        let found = endpoints::instance_by_id(env, organization, id).await?;
        let (instance, deployment) = match self.running(env, found).await? {
            Ok(running) => running,
            Err(reason) => return Ok(Some(Endpoint::Closed(reason))),
        };
        match deployment.rules.kind {
            EndpointType::InstanceSpecific => {}
            EndpointType::SharedInstance if instance.is_system => {}
            EndpointType::SharedInstance | EndpointType::FlowSpecific => return Ok(None),
        }
        let scope = Scope::Instance(deployment.clone());
        Ok(Some(self.route(env, scope, deployment.rules.clone(), Some(&deployment)).await?))
    }

    async fn of_integration(
        &self,
        env: &Env,
        organization: OrganizationId,
        sequence: SequenceId,
    ) -> anyhow::Result<Option<Endpoint>> {
        let shared = Shared { organization, sequence };
        let Some(version) = shared.newest_version(env).await? else {
            let reason = "The integration behind this URL has not been published yet.";
            return Ok(Some(Endpoint::Closed(reason.to_owned())));
        };
        let rules = self.rules_of(env, organization, version).await?;
        if rules.kind != EndpointType::SharedInstance {
            return Ok(None);
        }
        let scope = Scope::Integration(shared);
        if rules.preprocess.is_none() {
            return Ok(Some(self.route(env, scope, rules, None).await?));
        }
        // Before the customer is known there is only one instance to run a flow in. Its rules go
        // with its steps.
        let test = self.running(env, shared.test_instance(env).await?).await?;
        Ok(Some(match test {
            Ok((_, test)) => self.route(env, scope, test.rules.clone(), Some(&test)).await?,
            Err(reason) => Endpoint::Closed(reason),
        }))
    }

    async fn route(
        &self,
        env: &Env,
        scope: Scope,
        rules: Arc<Rules>,
        home: Option<&Deployment>,
    ) -> anyhow::Result<Endpoint> {
        let (Some(name), Some(home)) = (&rules.preprocess, home) else {
            return Ok(Endpoint::Routed(Route { rules, scope, preprocess: None }));
        };
        let flow = home.flows.iter().find(|flow| flow.name == *name);
        let found = match flow {
            Some(flow) => self.find_flow(env, &flow.webhook_id).await?,
            None => None,
        };
        Ok(match found {
            Some(Endpoint::Ready(ready)) => {
                Endpoint::Routed(Route { rules, scope, preprocess: Some(ready) })
            }
            Some(closed @ Endpoint::Closed(_)) => closed,
            Some(Endpoint::Routed(_)) | None => {
                Endpoint::Closed(format!("There is no preprocess flow \"{name}\"."))
            }
        })
    }

    async fn rules_of(
        &self,
        env: &Env,
        organization: OrganizationId,
        version: IntegrationId,
    ) -> anyhow::Result<Arc<Rules>> {
        if let Some(known) = self.rules.get(&version).await {
            return Ok(known);
        }
        let system = domain::Viewer::System(organization);
        let row = system.find::<integration::Entity>(env.db.read(), version).await?;
        let rules = Arc::new(Rules::of(&domain::integration::definition(&row)?));
        self.rules.insert(version, rules.clone()).await;
        Ok(rules)
    }

    /// What this request is for. `preprocessed` is the run of the preprocess flow, if there is one.
    pub async fn destination(
        &self,
        env: &Env,
        store: &PayloadStore,
        route: &Route,
        payload: &Map,
        preprocessed: Option<ExecutionId>,
    ) -> Result<Destination, Unrouted> {
        let rules = &route.rules;
        let organization = route.organization();
        let facts = Facts::gather(env, store, organization, rules, payload, preprocessed).await?;
        let deployment = match &route.scope {
            Scope::Instance(deployment) => deployment.clone(),
            Scope::Integration(shared) => {
                let id = facts.text("externalCustomerIdField", rules.customer.as_ref())?;
                let found = shared.instance_of(env, &id).await?;
                let deployment = found.and_then(|instance| instance.deployment_id);
                let deployment = deployment.ok_or_else(|| {
                    Unrouted::Nowhere(format!(
                        "externalCustomerIdField: no customer with the external id \"{id}\" has a \
                         running instance of this integration."
                    ))
                })?;
                self.deployment(env, organization, deployment).await?
            }
        };
        let user = match &rules.user {
            Some(field) => Some(facts.user(env, &deployment, field).await?),
            None => None,
        };
        let name = facts.text("flowNameField", rules.flow.as_ref())?;
        let mut flows = deployment.flows.iter();
        let flow = flows.find(|flow| flow.name == name && rules.preprocess.as_ref() != Some(&name));
        let ready = match flow {
            Some(flow) => self.find_flow(env, &flow.webhook_id).await?,
            None => None,
        };
        match ready {
            Some(Endpoint::Ready(ready)) => Ok(Destination { ready, user }),
            Some(Endpoint::Closed(reason)) => Err(Unrouted::Nowhere(reason)),
            Some(Endpoint::Routed(_)) | None => Err(Unrouted::Nowhere(format!(
                "flowNameField: there is no flow \"{name}\" to be called."
            ))),
        }
    }

    /// The deployment of an instance that takes calls; the inner error says why it takes none.
    pub(crate) async fn running(
        &self,
        env: &Env,
        found: Option<instance::Model>,
    ) -> anyhow::Result<Result<(instance::Model, Arc<Deployment>), String>> {
        let closed = |reason: &str| Ok(Err(format!("The instance behind this URL {reason}.")));
        let Some(instance) = found.filter(|instance| instance.removed_at.is_none()) else {
            return closed("is gone");
        };
        let instance = match crate::endpoint::ready_to_test(env, instance).await? {
            Ok(instance) => instance,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(deployment) = instance.deployment_id else {
            return closed("has not been deployed yet");
        };
        if !instance.enabled {
            return closed("is paused");
        }
        let deployment = self.deployment(env, instance.organization_id, deployment).await?;
        Ok(Ok((instance, deployment)))
    }
}

/// What the fields can see: the request, and what the preprocess flow made of it.
struct Facts {
    steps: HashMap<String, Value>,
}

impl Facts {
    async fn gather(
        env: &Env,
        store: &PayloadStore,
        organization: OrganizationId,
        rules: &Rules,
        payload: &Map,
        preprocessed: Option<ExecutionId>,
    ) -> Result<Self, Unrouted> {
        use step_result::Column as C;
        let mut steps = HashMap::from([(REQUEST.to_owned(), Value::from(payload.clone()))]);
        for key in rules.steps() {
            let Some(execution) = preprocessed else { break };
            let row = domain::Viewer::System(organization)
                .rows::<step_result::Entity>()
                .filter(C::ExecutionId.eq(execution))
                .filter(C::StepName.eq(&key))
                .order_by_desc(C::Position)
                .one(env.db.read())
                .await
                .map_err(anyhow::Error::from)?;
            let Some(row) = row else { continue };
            if let Some((result, _)) = stored::get(store, &row.result).await? {
                steps.insert(key, result);
            }
        }
        Ok(Self { steps })
    }

    /// What a field leads to, as text.
    fn text(&self, name: &str, field: Option<&Expression>) -> Result<String, Unrouted> {
        let Some(field) = field else {
            let reason = format!("{name}: the integration does not say where to look.");
            return Err(Unrouted::Nowhere(reason));
        };
        let value =
            field.evaluate(self).map_err(|error| Unrouted::Nowhere(format!("{name}: {error}.")))?;
        let text = value.map(|value| value.to_text()).unwrap_or_default();
        if text.trim().is_empty() {
            return Err(Unrouted::Nowhere(format!("{name}: the request has nothing there.")));
        }
        Ok(text.trim().to_owned())
    }

    async fn user(
        &self,
        env: &Env,
        deployment: &Deployment,
        field: &Expression,
    ) -> Result<Value, Unrouted> {
        let id = self.text("externalCustomerUserIdField", Some(field))?;
        let (organization, customer) = (deployment.organization_id, deployment.customer_id);
        let user = endpoints::user_of(env, organization, customer, &id).await?;
        let user = user.ok_or_else(|| {
            Unrouted::Nowhere(format!(
                "externalCustomerUserIdField: the customer has no user with the external id \
                 \"{id}\"."
            ))
        })?;
        Ok(Value::object([
            ("id", domain::global_id(user.id)),
            ("email", user.email),
            ("name", user.name),
            ("externalId", id),
        ]))
    }
}

impl flow::Scope for Facts {
    fn step(&self, key: &str) -> Option<flow::StepView<'_>> {
        let results = Some(self.steps.get(key)?);
        Some(flow::StepView { results, ..flow::StepView::default() })
    }

    fn config_var(&self, _: &str) -> Option<&Value> {
        None
    }
}
