//! The inputs that describe a component. What they mean is read by [`flow::component`]; here they
//! are only declared.

use async_graphql::dynamic::InputObject;

use crate::graphql::builder::{Parameter, Registry, parameter};

const KEY: Parameter = ("key", "String!", "The key in definitions.");
const LABEL: Parameter = ("label", "String!", "The name that people see.");
const INPUTS: Parameter = ("inputs", "[InputFieldDefinition]!", "What has to be entered.");
const DISPLAY: Parameter = ("display", "ActionDisplayDefinition!", "How it presents itself.");
const AUTHORIZATION: Parameter =
    ("authorization", "AuthorizationDefinition", "In the older form; has no effect.");
const CALLS: Parameter =
    ("canCallComponentFunctions", "Boolean", "Whether it calls other components.");
const EXAMPLE: Parameter = ("examplePayload", "JSONString", "What results look like.");

/// What actions and triggers have in common.
const OPERATION: [Parameter; 13] = [
    KEY,
    DISPLAY,
    INPUTS,
    AUTHORIZATION,
    CALLS,
    EXAMPLE,
    ("allowsBranching", "Boolean", "Whether the run goes on in branches."),
    ("staticBranchNames", "[String]", "The branches, where they are fixed."),
    ("dynamicBranchInput", "String", "The input that names the branches."),
    ("terminateExecution", "Boolean", "Whether the run ends after it."),
    ("breakLoop", "Boolean", "Whether the innermost loop ends after it."),
    ("performSafety", "ActionPerformSafety", "Whether tools may run it on trial."),
    ("examplePerformSafety", "ActionPerformSafety", "The same, of its example."),
];

const TRIGGER: [Parameter; 16] = [
    ("hasOnInstanceDeploy", "Boolean", "Whether it is told of deployments."),
    ("hasOnInstanceDelete", "Boolean", "Whether it is told of removals."),
    ("hasWebhookCreateFunction", "Boolean", "Whether it makes webhooks elsewhere."),
    ("hasWebhookDeleteFunction", "Boolean", "Whether it deletes webhooks elsewhere."),
    ("hasOnDeployPerform", "Boolean", "Whether it begins with what is there."),
    ("hasResolveOnDeployItems", "Boolean", "Whether it cuts that into items."),
    ("hasGetOnDeployNextDiscoveryState", "Boolean", "Whether that comes in pages."),
    ("hasResolveTriggerItems", "Boolean", "Whether it cuts results into items."),
    ("hasGetNextDiscoveryState", "Boolean", "Whether results come in pages."),
    ("isCommonTrigger", "Boolean", "Whether it can start any flow."),
    ("isPollingTrigger", "Boolean", "Whether it looks for changes by itself."),
    ("scheduleSupport", "String", "`invalid`, `valid` or `required`."),
    ("synchronousResponseSupport", "String", "`invalid`, `valid` or `required`."),
    ("triggerResolverSupport", "String", "`invalid`, `valid` or `required`."),
    ("triggerResolverDefaultBatchSize", "Int", "Items of one execution."),
    ("triggerResolverDefaultConcurrentBatchLimit", "Int", "Executions at the same time."),
];

/// What inputs of anything have in common.
const INPUT: [Parameter; 14] = [
    KEY,
    LABEL,
    ("type", "String!", "The editor it asks for."),
    ("keyLabel", "String", "What keys of a list of pairs are called."),
    ("comments", "String", "What it is for."),
    ("placeholder", "String", "Shown where nothing is entered."),
    ("example", "String", "What a value looks like."),
    ("collection", "String", "`valuelist` or `keyvaluelist`, for a list."),
    ("default", "JSONOrString", "Used where no value is given."),
    ("required", "Boolean", "Whether it needs a value."),
    ("model", "[InputFieldChoice]", "The choices there are."),
    ("language", "String", "Of code."),
    ("dataSource", "String", "The data source that offers values."),
    ("scope", "InputFieldScope", "When it is entered."),
];

/// What is an input of an input.
const NESTED: Parameter = ("inputs", "[InputFieldDefinition]", "What it consists of.");

pub fn register(registry: &mut Registry) {
    enumerations(registry);
    component(registry);
    add(registry, "ActionDefinitionInput", "An action.", &[&OPERATION, &[SCHEMA]]);
    add(registry, "TriggerDefinitionInput", "A trigger.", &[&OPERATION, &TRIGGER, &[SCHEMA]]);
    let source = [
        KEY,
        DISPLAY,
        INPUTS,
        AUTHORIZATION,
        CALLS,
        EXAMPLE,
        ("dataSourceType", "String!", "What it fills."),
        ("detailDataSource", "String", "The data source that fills its parts."),
    ];
    add(registry, "DataSourceDefinitionInput", "A data source.", &[&source]);
    connection(registry);
    add(registry, "InputFieldDefinition", "An input.", &[&INPUT, &[NESTED]]);
    let choice = [LABEL, ("value", "String!", "What is handed to the code.")];
    add(registry, "InputFieldChoice", "One of the choices of an input.", &[&choice]);
}

const SCHEMA: Parameter = ("outputSchema", "ActionOutputSchemaInput", "The shape of results.");

fn component(registry: &mut Registry) {
    let definition = [
        KEY,
        ("display", "ComponentDisplayDefinition!", "How it presents itself."),
        ("public", "Boolean", "True for everybody's; not possible here."),
        ("documentationUrl", "String", "Where its author explains it."),
        ("forCodeNativeIntegration", "Boolean", "Whether it is the code of an integration."),
        AUTHORIZATION,
        ("version", "String", "In the older form; has no effect."),
    ];
    add(registry, "ComponentDefinitionInput", "A component as a whole.", &[&definition]);
    let display = [
        LABEL,
        ("description", "String!", "What it is for."),
        ("category", "String", "Under which heading it is listed."),
        ("iconPath", "String", "The icon's file."),
    ];
    add(registry, "ComponentDisplayDefinition", "How a component presents itself.", &[&display]);
    let display = [
        LABEL,
        ("description", "String!", "What it does."),
        ("category", "String", "Has no effect."),
        ("directions", "String", "How it is used."),
        ("important", "Boolean", "Whether it comes first in lists."),
    ];
    add(registry, "ActionDisplayDefinition", "How an action presents itself.", &[&display]);
    let authorization = [
        ("methods", "[String]!", "The kinds of credentials."),
        ("required", "Boolean!", "Whether it needs any."),
    ];
    add(registry, "AuthorizationDefinition", "Credentials, in the older form.", &[&authorization]);
    let schema = [
        ("type", "String!", "`actionOutput` or `branchingOutput`."),
        ("schema", "JSONString", "The schema of results."),
        ("branchSchemas", "[BranchOutputSchemaInput]", "The schemas of branches."),
    ];
    add(registry, "ActionOutputSchemaInput", "The shape of results.", &[&schema]);
    let branch = [("name", "String!", "The branch."), ("schema", "JSONString!", "Its schema.")];
    add(registry, "BranchOutputSchemaInput", "The shape of a branch's results.", &[&branch]);
}

fn connection(registry: &mut Registry) {
    let connection = [
        KEY,
        LABEL,
        ("comments", "String", "What it is for."),
        ("iconPath", "String", "The icon's file."),
        ("avatarIconPath", "String", "The small icon's file."),
        ("oauth2Type", "String", "`authorization_code` or `client_credentials`."),
        ("oauth2PkceMethod", "String", "`plain` or `S256`."),
        ("oauth2Config", "ConnectionOAuth2Configuration", "How tokens are asked for."),
        ("inputs", "[ConnectionInputFieldDefinition]", "What has to be entered."),
    ];
    add(registry, "ConnectionDefinitionInput", "A kind of credentials.", &[&connection]);
    let config = [
        ("overrideGrantType", "String", "Sent in the place of the usual grant type."),
        ("allowedTokenParams", "[String]", "What is kept beside a token."),
    ];
    add(registry, "ConnectionOAuth2Configuration", "How tokens are asked for.", &[&config]);
    let input = [
        ("shown", "Boolean", "Whether those who configure an instance see it."),
        ("onPremiseControlled", "Boolean", "Whether an agent sets it."),
        NESTED,
    ];
    let about = "An input of a connection.";
    add(registry, "ConnectionInputFieldDefinition", about, &[&INPUT, &input]);
}

fn enumerations(registry: &mut Registry) {
    registry.enumeration(
        "ActionPerformSafety",
        "Whether tools may run something on trial.",
        &[("NOT_ALLOWED", "They may not."), ("SAFE", "It changes nothing.")],
    );
    registry.enumeration(
        "InputFieldScope",
        "When an input is entered.",
        &[("ON_DEPLOY", "When an instance is configured.")],
    );
}

fn add(registry: &mut Registry, name: &str, about: &str, fields: &[&[Parameter]]) {
    let input = InputObject::new(name).description(about);
    let fields = fields.iter().flat_map(|fields| fields.iter()).copied();
    registry.add(fields.map(parameter).fold(input, InputObject::field));
}
