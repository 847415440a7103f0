//! Making, configuring, deploying and deleting instances.

use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use domain::instance::{FlowInput, Outputs};
use domain::user_level;

use crate::ApiError;
use crate::graphql::Arguments;
use crate::graphql::builder::{Parameter, Registry, parameter};
use crate::graphql::config_value::read_inputs;
use crate::graphql::integration::testing::read_sample;
use crate::graphql::mutation::Mutation;

const PAYLOAD: (&str, &str, &str) = ("instance", "Instance", "The instance; null on errors.");

const OUTPUTS: [Parameter; 3] = [
    ("profile", "ID", "What it is given; empty to have the default of the organization."),
    ("logsDisabled", "Boolean", "Whether it writes no logs, whatever its profile says."),
    ("stepResultsDisabled", "Boolean", "Whether it keeps no results, whatever its profile says."),
];

const CONFIG_MODE: Parameter =
    ("configMode", "String", "Accepted for compatibility; `INSTANCE` is the only mode.");

const FLOW_INPUT: [Parameter; 6] = [
    ("flowId", "ID!", "The flow in the version that the instance is configured for."),
    ("apiKeys", "[String]", "Keys of which callers need one; replaces all of them."),
    ("testContentType", "String", "What the body of test calls is."),
    ("testHeaders", "JSONString", "Headers of test calls: an object."),
    ("testPayload", "String", "The body of test calls; empty for none."),
    ("usesLre", "Boolean", "Not supported by this installation; must not be true."),
];

pub fn register(registry: &mut Registry) {
    let input = InputObject::new("InputInstanceFlowConfig");
    let input = input.description("Settings of one flow of an instance.");
    registry.add(FLOW_INPUT.into_iter().map(parameter).fold(input, InputObject::field));
    create(registry);
    update(registry);
    configure(registry);
    deploy(registry);
}

fn read_flows(inputs: &[Arguments]) -> Result<Vec<FlowInput>, ApiError> {
    let read = inputs.iter().map(|input| {
        if input.flag("usesLre")? == Some(true) {
            let message = "usesLre is not supported by this installation.";
            return Err(ApiError::problem("flowConfigs", message));
        }
        let flow = input.require_id("flowId")?;
        let sample = read_sample(input)?;
        Ok(FlowInput { flow, api_keys: input.texts("apiKeys")?, sample })
    });
    read.collect()
}

fn read_outputs(input: &Arguments) -> Result<Outputs, ApiError> {
    let is_none = input.text("profile")?.is_some_and(|text| text.is_empty());
    Ok(Outputs {
        profile: if is_none { Some(None) } else { input.id("profile")?.map(Some) },
        logs_disabled: input.flag("logsDisabled")?,
        step_results_disabled: input.flag("stepResultsDisabled")?,
    })
}

fn create(registry: &mut Registry) {
    Mutation::new(
        "createInstance",
        "Makes an instance; nothing runs before it is deployed.",
        PAYLOAD,
    )
    .inputs([
        ("name", "String!", "The name, unique for the customer."),
        ("description", "String", "What it is for."),
        ("integration", "ID!", "The version it is configured for."),
        ("customer", "ID!", "The customer it works for."),
        ("configVariables", "[InputInstanceConfigVariable]", "Values of config variables."),
        ("flowConfigs", "[InputInstanceFlowConfig]", "Settings of its flows."),
        ("labels", "[String]", "Free text tags; those of the integration if not given."),
        CONFIG_MODE,
    ])
    .inputs(OUTPUTS)
    .run(registry, |input, ask| async move {
        let variables = input.objects("configVariables")?.unwrap_or_default();
        let flows = input.objects("flowConfigs")?.unwrap_or_default();
        let create = domain::instance::Create {
            name: input.require_text("name")?,
            description: input.text("description")?,
            customer: input.require_id("customer")?,
            integration: input.require_id("integration")?,
            labels: input.texts("labels")?,
            config_variables: read_inputs(&variables)?,
            flow_configs: read_flows(&flows)?,
            outputs: read_outputs(&input)?,
        };
        Ok(Arc::new(domain::instance::create(ask.env(), ask.viewer(), create).await?))
    });
}

fn update(registry: &mut Registry) {
    Mutation::new("updateInstance", "Changes what is given of an instance.", PAYLOAD)
        .inputs([
            ("id", "ID", "The instance."),
            ("name", "String", "The name, unique for the customer."),
            ("description", "String", "What it is for."),
            ("labels", "[String]", "Free text tags; replaces all of them."),
            ("enabled", "Boolean", "False pauses it."),
            ("globalDebug", "Boolean", "True logs every run in detail."),
            ("integration", "ID", "Another version of the same integration."),
            (
                "configVariables",
                "[InputInstanceConfigVariable]",
                "Values of config variables; those left out return to their defaults.",
            ),
            ("flowConfigs", "[InputInstanceFlowConfig]", "Settings of its flows."),
            ("preserveDeployState", "Boolean", "True leaves `needsDeploy` as it is."),
            CONFIG_MODE,
        ])
        .inputs(OUTPUTS)
        .refuses([("starred", "Boolean")])
        .run(registry, |input, ask| async move {
            let variables = input.objects("configVariables")?;
            let flows = input.objects("flowConfigs")?;
            let update = domain::instance::Update {
                name: input.text("name")?,
                description: input.text("description")?,
                labels: input.texts("labels")?,
                enabled: input.flag("enabled")?,
                global_debug: input.flag("globalDebug")?,
                integration: input.id("integration")?,
                config_variables: variables.map(|inputs| read_inputs(&inputs)).transpose()?,
                flow_configs: flows.map(|inputs| read_flows(&inputs)).transpose()?,
                outputs: read_outputs(&input)?,
                preserve_deploy_state: input.flag("preserveDeployState")?.unwrap_or_default(),
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::instance::update(ask.env(), ask.viewer(), id, update).await?))
        });
}

fn configure(registry: &mut Registry) {
    Mutation::new(
        "updateInstanceConfigVariables",
        "Changes the config variables that are named and leaves the others.",
        PAYLOAD,
    )
    .inputs([
        ("id", "ID", "The instance."),
        ("configVariables", "[InputInstanceConfigVariable]", "Values of config variables."),
        ("configComplete", "Boolean", "Accepted for compatibility; the state is found by itself."),
        (
            "configMode",
            "String",
            "`USER` saves what you configure for yourself, anything else what the instance has.",
        ),
    ])
    .run(registry, |input, ask| async move {
        let inputs = input.objects("configVariables")?.unwrap_or_default();
        let variables = read_inputs(&inputs)?;
        let id = input.require_id("id")?;
        let (env, viewer) = (ask.env(), ask.viewer());
        let mode = input.text("configMode")?.unwrap_or_default().to_ascii_uppercase();
        if mode.starts_with("USER") {
            return Ok(Arc::new(user_level::save(env, viewer, id, &variables).await?));
        }
        let updated = domain::instance::update_config_variables(env, viewer, id, variables).await?;
        Ok(Arc::new(updated))
    });
}

fn deploy(registry: &mut Registry) {
    Mutation::new("deployInstance", "Makes the stored configuration the running one.", PAYLOAD)
        .inputs([
            ("id", "ID", "The instance."),
            ("force", "Boolean", "Deploy even where config variables lack values."),
        ])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            let force = input.flag("force")?.unwrap_or_default();
            Ok(Arc::new(domain::instance::deploy(ask.env(), ask.viewer(), id, force).await?))
        });
    Mutation::new(
        "bulkUpdateInstancesToLatestIntegrationVersion",
        "Configures all instances for the newest available version. Those that were deployed as \
         they stood, and lack nothing, are deployed.",
        ("integration", "Integration", "That version; null on errors."),
    )
    .inputs([("id", "ID", "The draft or any version.")])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(domain::instance::upgrade_all(ask.env(), ask.viewer(), id).await?))
    });
    Mutation::new("deleteInstance", "Deletes an instance with all it recorded.", PAYLOAD)
        .inputs([("id", "ID", "The instance.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::instance::delete(ask.env(), ask.viewer(), id).await?))
        });
}
