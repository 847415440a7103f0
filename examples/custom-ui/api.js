// The only thing this page needs of the SDK: requests with the customer's token.

/** What a query answers; refusals become errors. */
export async function ask(query, variables = {}) {
  const { data, errors } = await window.prismatic.graphqlRequest({ query, variables });
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join(" "));
  for (const payload of Object.values(data)) {
    const refused = payload?.errors ?? [];
    if (refused.length > 0) throw new Error(refused.flatMap(({ messages }) => messages).join(" "));
  }
  return data;
}

const CARD = `id name description isCustomerDeployable
  instances { nodes { id name enabled lastDeployedAt } }`;

export async function integrations() {
  const data = await ask(`{ marketplaceIntegrations(
    includeActiveIntegrations: true, sortBy: [{ field: NAME, direction: ASC }]
  ) { nodes { ${CARD} } } }`);
  return data.marketplaceIntegrations.nodes;
}

/** Makes an instance of the integration for the customer whose token this is. */
export async function activate(integration) {
  const { authenticatedUser } = await ask("{ authenticatedUser { customer { id } } }");
  const data = await ask(
    `mutation ($integration: ID!, $customer: ID!, $name: String!) {
      createInstance(input: {
        integration: $integration, customer: $customer, name: $name, configMode: "INSTANCE"
      }) { instance { id } errors { messages } } }`,
    {
      integration: integration.id,
      customer: authenticatedUser.customer.id,
      name: integration.name,
    },
  );
  return data.createInstance.instance.id;
}

export async function configuration(id) {
  const data = await ask(
    `query ($id: ID!) { instance(id: $id) {
      id name lastDeployedAt
      configVariables { nodes {
        id value status authorizeUrl
        requiredConfigVariable { key dataType description pickList collectionType }
        inputs { nodes { name type value hasValue meta } }
      } }
      flowConfigs { nodes { id webhookUrl testPayload flow { name } } }
    } }`,
    { id },
  );
  return data.instance;
}

export function save(id, configVariables, isComplete) {
  return ask(
    `mutation ($id: ID!, $configVariables: [InputInstanceConfigVariable], $isComplete: Boolean) {
      updateInstanceConfigVariables(input: {
        id: $id, configVariables: $configVariables, configMode: "INSTANCE",
        configComplete: $isComplete
      }) { instance { id } errors { messages } } }`,
    { id, configVariables, isComplete },
  );
}

export function deploy(id) {
  return ask(
    `mutation ($id: ID!) {
      deployInstance(input: { id: $id }) { instance { id } errors { messages } } }`,
    { id },
  );
}

/** Calls a flow with this payload and waits for its end. */
export async function test(flowConfig, payload) {
  const data = await ask(
    `mutation ($id: ID!, $payload: String) {
      testInstanceFlowConfig(input: {
        id: $id, payload: $payload, contentType: "application/json"
      }) { testInstanceFlowConfigResult { execution { id } } errors { messages } } }`,
    { id: flowConfig, payload },
  );
  const { id } = data.testInstanceFlowConfig.testInstanceFlowConfigResult.execution;
  for (;;) {
    const { executionResult } = await ask(
      `query ($id: ID!) { executionResult(id: $id) { endedAt error
        logs(orderBy: { field: TIMESTAMP, direction: ASC }) { nodes { message } } } }`,
      { id },
    );
    if (executionResult.endedAt !== null) return executionResult;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
