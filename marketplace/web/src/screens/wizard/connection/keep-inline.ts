/** Saves shared connections that were entered on the page. */
import { mutate, query } from "@/api/client";
import { RefusedError, done, nodes } from "@/api/error";
import type { Drafts } from "../draft";
import type { Variable } from "../model";
import { AddConnection, ChangeConnection, SavedConnections } from "./connection.query";
import { inlineName, isUnkept } from "./inline";

interface Place {
  id: string;
  name: string;
  customer: { id: string };
}

/** Saves what was entered; the drafts it returns name the connections instead. */
export async function keepInline(
  variables: readonly Variable[],
  drafts: Drafts,
  instance: Place,
): Promise<Drafts> {
  let kept = drafts;
  for (const variable of variables.filter((one) => isUnkept(one, drafts))) {
    const reusable = await keepOne(variable, drafts, instance);
    kept = { ...kept, [variable.key]: { type: "connection", inputs: {}, reusable } };
  }
  return kept;
}

async function keepOne(variable: Variable, drafts: Drafts, instance: Place): Promise<string> {
  const draft = drafts[variable.key] ?? variable.saved;
  const entered = draft.type === "connection" ? Object.entries(draft.inputs) : [];
  const inputs = entered.map(([name, value]) => ({ name, type: "value", value }));
  const scoped = variable.reusable ?? "";
  const key = inlineName(instance.name, variable.key);
  // A second try changes what the first one added.
  const known = await inlineId(scoped, key);
  try {
    if (known !== undefined) {
      const input = { id: known, key, inputs };
      done((await mutate(ChangeConnection, input)).updateCustomerConfigVariable);
      return known;
    }
    const input = { scoped, customer: instance.customer.id, key, inputs };
    const payload = done((await mutate(AddConnection, input)).createCustomerConfigVariable);
    return payload.customerConfigVariable?.id ?? "";
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw new RefusedError([{ field: variable.key, messages: [error.message] }]);
  }
}

/** The connection of this name, if it is there. */
export async function inlineId(scoped: string, name: string): Promise<string | undefined> {
  const data = await query(SavedConnections, { scoped });
  return nodes(data.customerConfigVariables).find(({ key }) => key === name)?.id;
}
