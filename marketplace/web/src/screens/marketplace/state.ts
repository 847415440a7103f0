/** In which state an integration is for the customer, and what a click on it does. */
import type { DetailsMode } from "@/host/settings";
import type { InstanceStateFragment, MarketplaceCardFragment } from "./list.query";

export type CardState =
  | "active"
  | "none"
  | "paused"
  | "unconfigured"
  | "userUnconfigured";

export function stateOf(card: MarketplaceCardFragment): CardState {
  if (card.deploymentStatus === null) return "none";
  if (card.deploymentStatus === "UNCONFIGURED") return "unconfigured";
  if (card.userLevelConfigured && card.ulcDeploymentStatus !== "ACTIVATED") return "userUnconfigured";
  return card.deploymentStatus === "PAUSED" ? "paused" : "active";
}

/** Never deployed: its set-up was begun, and can be gone on with. */
export function isUnfinished(instance: InstanceStateFragment): boolean {
  return instance.lastDeployedAt === null;
}

/** How the connections stand that the customer can do something about: the worst of them. */
export type ConnectionState = "Connected" | "Error" | "Failed" | "Pending";

const WORST_FIRST = [
  ["FAILED", "Failed"],
  ["ERROR", "Error"],
  ["PENDING", "Pending"],
  ["ACTIVE", "Connected"],
] as const;

export function connectionStateOf(
  instances: readonly Pick<InstanceStateFragment, "connections">[],
): ConnectionState | undefined {
  const statuses = instances
    .flatMap(({ connections }) => connections.nodes)
    .filter((one) => one?.requiredConfigVariable.orgOnly !== true)
    .map((one) => one?.status);
  return WORST_FIRST.find(([status]) => statuses.includes(status))?.[1];
}

/** A newer version is there, and the customer may move on to it. */
export function isOutdated(
  { isCustomerUpgradeable, integration }: InstanceStateFragment,
  newest: { versionNumber: number },
): boolean {
  return isCustomerUpgradeable === true && integration.versionNumber < newest.versionNumber;
}

export function instancePath(instance: { id: string }): string {
  return `/instances/${instance.id}/`;
}

export function userWizardPath(instance: { id: string }): string {
  return `/configure-instance/${instance.id}/?userLevelConfigured=true`;
}

export function wizardPath(instance: { id: string }): string {
  return `/configure-instance/${instance.id}/`;
}

export function detailPath(integration: { id: string }): string {
  return `/integration-marketplace/${integration.id}/`;
}

export function activationPath(integration: { id: string }): string {
  return `/integration-marketplace/${integration.id}/activate/`;
}

/** Where the main action of a card leads; `choose` asks which of several is meant. */
export type Target = { kind: "choose" } | { kind: "go"; path: string };

export function targetOf(
  card: Pick<
    MarketplaceCardFragment,
    "allowMultipleMarketplaceInstances" | "id" | "isCustomerDeployable"
  > & { instances: readonly InstanceStateFragment[] },
  mode: DetailsMode,
): Target {
  const [only, ...others] = card.instances;
  if (only === undefined) {
    const isDirect = mode !== "always-show-details" && card.isCustomerDeployable === true;
    return { kind: "go", path: isDirect ? activationPath(card) : detailPath(card) };
  }
  if (others.length > 0 || card.allowMultipleMarketplaceInstances) return { kind: "choose" };
  if (mode === "always-show-details") return { kind: "go", path: detailPath(card) };
  return { kind: "go", path: isUnfinished(only) ? wizardPath(only) : instancePath(only) };
}
