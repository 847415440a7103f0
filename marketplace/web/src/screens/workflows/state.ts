/** How a workflow stands, and what there is to say about it. */
import type { WorkflowFacts } from "@/host/messages";
import type { WorkflowCopyFragment, WorkflowHeadFragment } from "./workflow.query";

export type State = "disabled" | "enabled" | "neverEnabled";

export function stateOf({ instance }: { instance: { enabled: boolean } | null }): State {
  if (instance === null) return "neverEnabled";
  return instance.enabled ? "enabled" : "disabled";
}

export type Remark = "changed" | "outdated" | "suspended" | "unpublished";

type Facts = Pick<WorkflowHeadFragment, "hasUnpublishedChanges" | "versionNumber"> & {
  instance: { enabled: boolean; systemSuspended: boolean } | null;
  deployedVersion: { versionNumber: number } | null;
};

/** What is said above a workflow, most urgent first. */
export function remarksOf(workflow: Facts): Remark[] {
  const { instance, deployedVersion, versionNumber, hasUnpublishedChanges } = workflow;
  const runs = instance?.enabled === true ? (deployedVersion?.versionNumber ?? 0) : versionNumber;
  const said: [boolean, Remark][] = [
    [instance?.systemSuspended === true, "suspended"],
    [versionNumber === 0, "unpublished"],
    [runs < versionNumber, "outdated"],
    [versionNumber > 0 && hasUnpublishedChanges, "changed"],
  ];
  return said.filter(([isSaid]) => isSaid).map(([, remark]) => remark);
}

type Settings = Pick<WorkflowCopyFragment, "allowUpdateConfigVariables"> & {
  configVariables: { totalCount: number };
};

/** Whether there is something to configure of what runs. */
export function isConfigured({ allowUpdateConfigVariables, configVariables }: Settings): boolean {
  return allowUpdateConfigVariables === true && configVariables.totalCount > 0;
}

/** What hosts are told with each event. */
export function factsOf(
  { customer, deployedVersion }: Pick<WorkflowHeadFragment, "customer" | "deployedVersion">,
  copy: Pick<WorkflowCopyFragment, "id" | "name" | "workflow"> | null,
): WorkflowFacts {
  return {
    customerId: customer?.id ?? "",
    customerName: customer?.name ?? "",
    instanceId: copy?.id ?? "",
    instanceName: copy?.name ?? "",
    workflowVersionId: copy?.workflow?.id ?? deployedVersion?.id ?? null,
  };
}

export function workflowPath({ id }: { id: string }): string {
  return `/builder/${id}/`;
}
