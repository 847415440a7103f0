/** How an activated integration stands, and what there is to say about it. */
import type { InstanceHeadFragment } from "./instance.query";

export type Life =
  | "active"
  | "changed"
  | "needsConfiguration"
  | "needsUserConfiguration"
  | "paused"
  | "undeployed";

type Facts = Pick<
  InstanceHeadFragment,
  "configState" | "enabled" | "lastDeployedAt" | "needsDeploy"
>;

/** The first that applies. */
export function lifeOf({ configState, enabled, lastDeployedAt, needsDeploy }: Facts): Life {
  if (lastDeployedAt === null) return "undeployed";
  if (configState === "NEEDS_INSTANCE_CONFIGURATION") return "needsConfiguration";
  if (configState === "NEEDS_USER_LEVEL_CONFIGURATION") return "needsUserConfiguration";
  if (!enabled) return "paused";
  return needsDeploy ? "changed" : "active";
}

/** A newer version: the customer may take it, or has to ask for it, or there is none. */
export type Update = "mayAsk" | "mayTake" | "none";

interface Version {
  versionNumber: number;
  marketplaceConfiguration: string;
}

interface UpdateFacts {
  isCustomerUpgradeable: boolean | null;
  integration: { versionNumber: number; latest: Version | null };
}

export function updateOf({ isCustomerUpgradeable, integration }: UpdateFacts): Update {
  const { latest } = integration;
  if (latest === null || latest.versionNumber <= integration.versionNumber) return "none";
  if (latest.marketplaceConfiguration === "NOT_AVAILABLE_IN_MARKETPLACE") return "none";
  return isCustomerUpgradeable === true ? "mayTake" : "mayAsk";
}

interface Variable {
  status: string | null;
  requiredConfigVariable: { key: string; dataType: string; orgOnly: boolean | null };
}

/** The connections that do not work, and that the customer can do something about. */
export function brokenConnections(variables: readonly Variable[]): string[] {
  return variables
    .filter(({ status, requiredConfigVariable: { dataType, orgOnly } }) => {
      const isBroken = status === "ERROR" || status === "FAILED" || status === "PENDING";
      return dataType === "CONNECTION" && orgOnly !== true && isBroken;
    })
    .map((variable) => variable.requiredConfigVariable.key);
}

export type Banner =
  | "broken"
  | "changed"
  | "mayAsk"
  | "mayTake"
  | "needsConfiguration"
  | "needsUserConfiguration"
  | "paused"
  | "suspended";

interface BannerFacts extends Facts {
  systemSuspended: boolean;
  update: Update;
  hasBrokenConnections: boolean;
}

/** What is said above an activated integration, most urgent first. */
export function bannersOf(facts: BannerFacts): Banner[] {
  const life = lifeOf(facts);
  const isDeployed = life !== "undeployed";
  const said: [boolean, Banner][] = [
    [facts.systemSuspended, "suspended"],
    [!isDeployed || life === "needsConfiguration", "needsConfiguration"],
    [isDeployed && facts.hasBrokenConnections, "broken"],
    [life === "needsUserConfiguration", "needsUserConfiguration"],
    [isDeployed && !facts.enabled, "paused"],
    [life === "changed", "changed"],
    [isDeployed && facts.update === "mayTake", "mayTake"],
    [isDeployed && facts.update === "mayAsk", "mayAsk"],
  ];
  return said.filter(([isSaid]) => isSaid).map(([, banner]) => banner);
}
