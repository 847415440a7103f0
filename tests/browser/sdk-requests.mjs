// What a host asks for its own screens, as whoever uses it, and what becomes of that when somebody
// else does.
import { equal, facts, play, sign, until } from "./stage.mjs";

await play(async (host) => {
  const ask = (query, variables) => host.call("graphqlRequest", { query, variables });
  const failure = (promise) => promise.then(() => undefined, (error) => error.message);

  // Without a token, and with one that is none: an answer that can be read, not an exception.
  for (const token of [undefined, "none"]) {
    if (token !== undefined) {
      const refusal = await failure(host.call("authenticate", { token }));
      equal(refusal.includes("Authentication failed"), true, "the host is told");
    }
    const { data, errors } = await ask("{ authenticatedUser { id } }");
    equal([data ?? null, typeof errors[0].message], [null, "string"], "an answer without a token");
  }
  host.expectComplaints(/401/);
  const missing = await failure(host.call("authenticate", {}));
  equal(missing.includes("an object containing a token"), true, "the SDK wants a token");
  const stranger = { customer: "nobody-knows", customer_name: undefined };
  const unknown = await failure(host.call("authenticate", { token: sign(stranger) }));
  equal(/Server sent back: \w+/.test(unknown), true, "customers are not made of nothing");
  host.expectComplaints(/403/);

  await host.authenticate();
  await marketplace(ask);
  await components(ask);
  await refusals(ask);
  await another(host, ask);
});

async function marketplace(ask) {
  const listed = async (filters, variables = {}) => {
    const types = Object.keys(variables).length > 0 ? "($category: String)" : "";
    const document = `query ${types} { marketplaceIntegrations(${filters}
      sortBy: [{ field: NAME, direction: ASC }]) { nodes { name } totalCount } }`;
    const { data } = await ask(document, variables);
    return data.marketplaceIntegrations.nodes.map(({ name }) => name);
  };
  equal(
    await listed(""),
    ["Contact Form", "Nickname", "Nightly Report", "Order Sync"],
    "the integrations",
  );
  equal(await listed("category: $category", { category: "Communication" }), ["Contact Form"], "one");
  equal(await listed("activated: true"), ["Nickname"], "those that are active");
  equal(await listed('name_Icontains: "REPORT"'), ["Nightly Report"], "those that are called so");
  const condition = JSON.stringify(JSON.stringify(["startsWith", "name", "N"]));
  equal(await listed(`filterQuery: ${condition}`), ["Nickname", "Nightly Report"], "a condition");
}

async function components(ask) {
  const keys = [];
  let after = null;
  do {
    const document = `query ($after: String) { components(first: 7, after: $after) {
      nodes { key label description category versionNumber public }
      pageInfo { hasNextPage endCursor } } }`;
    const { data } = await ask(document, { after });
    keys.push(...data.components.nodes.map(({ key }) => key));
    after = data.components.pageInfo.hasNextPage ? data.components.pageInfo.endCursor : null;
  } while (after !== null);
  equal([keys.includes("http"), keys.includes("log")], [true, true], "components that are there");
  equal(new Set(keys).size, keys.length, "components that come twice");

  const { data } = await ask(
    `query ($key: String) { components(key: $key) { nodes {
      id
      actions(isTrigger: false, isDataSource: false) { nodes { key inputs { nodes { key } } } }
      triggers: actions(isTrigger: true) { nodes { key } }
      dataSources: actions(isDataSource: true) { nodes { key dataSourceType } }
      connections { nodes { key label inputs { nodes { key type required } } } } } } }`,
    { key: "http" },
  );
  const [http] = data.components.nodes;
  const get = http.actions.nodes.find(({ key }) => key === "httpGet");
  equal(get.inputs.nodes.some(({ key }) => key === "url"), true, "inputs of an action");
  const kinds = http.connections.nodes.map(({ key }) => key);
  equal([kinds.includes("basic"), kinds.includes("apiKey")], [true, true], "kinds of connections");
  const one = await ask("query ($id: ID!) { component(id: $id) { key } }", { id: http.id });
  equal(one.data.component.key, "http", "one component");
}

/** Refusals are data that a host can show. */
async function refusals(ask) {
  const wrong = [
    "{ marketplaceIntegrations { nodes { nonsense } } }",
    "{ marketplaceIntegrations ",
    "query ($id: ID!) { instance(id: $id) { name } }",
  ];
  for (const document of wrong) {
    const { errors } = await ask(document);
    equal(errors.map(({ message }) => typeof message), ["string"], `what is wrong: ${document}`);
  }
  const foreign = await ask("query ($id: ID!) { instance(id: $id) { name } }", {
    id: facts.foreign,
  });
  equal(foreign.data?.instance ?? null, null, "what belongs to another customer");
  const forbidden = await ask(
    'mutation { createCustomer(input: { name: "Mine" }) { customer { id } errors { messages } } }',
  );
  const said = forbidden.errors ?? forbidden.data.createCustomer.errors;
  equal(said.length > 0, true, "what a customer may not do");
  const refused = await ask(
    `mutation ($id: ID!) { updateInstance(input: { id: $id, name: "" }) {
      instance { id } errors { field messages } } }`,
    { id: facts.personal },
  );
  equal(refused.data.updateInstance.errors[0].field, "name", "the field that is wrong");
}

/** Somebody of another customer signs in while a wizard is open, and something is on its way. */
async function another(host, ask) {
  const frame = host.frame();
  await host.call("editInstanceConfiguration", { selector: "#place", instanceId: facts.personal });
  await frame.getByLabel("Team").fill("typed by Ada");
  const somebody = { sub: "ben", customer: "globex", customer_name: "Globex", name: "Ben" };

  // The answer to Ada's next step says that her session is over.
  const sent = [];
  await host.page.route(`${facts.url}/api`, (route) => {
    const request = route.request();
    if (!request.postData()?.includes("mutation SavePage")) return route.continue();
    sent.push(request.headers()["authorization"]);
    return route.fulfill({ status: 401, json: { errors: [{ message: "over" }] } });
  });
  await frame.getByRole("button", { name: "Next" }).click();
  await until(() => sent.length > 0, "the page is sent");
  await host.authenticate(somebody);
  await frame.getByText("Not found").waitFor();
  equal(sent.length, 1, "what Ada began is not gone on with as Ben");
  equal(await frame.getByText("typed by Ada").count(), 0, "what Ada typed");
  await host.hears("INSTANCE_CONFIGURATION_CLOSED");
  host.expectComplaints(/401/);

  const { data } = await ask("{ authenticatedUser { name customer { externalId } } }");
  equal(data.authenticatedUser, { name: "Ben", customer: { externalId: "globex" } }, "who asks");
  const own = await ask("query ($id: ID!) { instance(id: $id) { id } }", { id: facts.foreign });
  equal(own.data.instance.id, facts.foreign, "what is Ben's");
}
