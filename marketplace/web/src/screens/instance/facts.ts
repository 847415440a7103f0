import type { InstanceFacts } from "@/host/messages";
import type { InstanceHeadFragment } from "./instance.query";

/** What hosts are told with each event. */
export function factsOf(instance: InstanceHeadFragment): InstanceFacts {
  return {
    customerId: instance.customer.id,
    customerName: instance.customer.name,
    instanceId: instance.id,
    instanceName: instance.name,
    integrationName: instance.integration.name,
    integrationVersionNumber: instance.integration.versionNumber,
    readOnly: instance.allowUpdateConfigVariables !== true,
  };
}
