/** What the host page and this page say to each other. */

/** From the host. Data is whatever the host sent: it is checked where it is used. */
export type HostMessage =
  | "MARKETPLACE_CLOSED"
  | "SET_AGENT_CONTEXT"
  | "SET_CONFIG_VAR"
  | "SET_FILTERS"
  | "SET_SCREEN_CONFIGURATION"
  | "SET_TOKEN"
  | "SET_TRANSLATION"
  | "SET_VERSION";

/** What every event of an instance tells. */
export interface InstanceFacts {
  customerId: string;
  customerName: string;
  instanceId: string;
  instanceName: string;
  integrationName: string;
  integrationVersionNumber: number;
  readOnly: boolean;
}

/** A config variable as hosts see it: never with the value of a secret. */
export type EventConfigVar = {
  id: string;
  dataType: string | null;
  codeLanguage: string | null;
  collectionType: string | null;
  pickList: string[] | null;
  scheduleType: string | null;
  timeZone: string | null;
} & (
  | { value: string | string[] | { key: string; value: string }[] }
  | { inputs: Record<string, { value: string }>; status: "ACTIVE" | "ERROR" | "PENDING" | null }
);

export type EventConfigVars = Record<string, EventConfigVar>;

export interface UserFacts extends InstanceFacts {
  userConfigId?: string;
  userId: string;
  userName: string;
  userEmail: string;
  userLevelConfigVariables: EventConfigVars;
}

export interface PageFacts {
  pageName: string;
  pageContent: EventConfigVars;
}

/** What every event of a workflow tells. */
export interface WorkflowFacts {
  customerId: string;
  customerName: string;
  /** Of the copy that runs; empty where the workflow was never enabled. */
  instanceId: string;
  instanceName: string;
  workflowVersionId: string | null;
}

/** To the host, with the data of each. */
export interface HostEvents {
  INSTANCE_CREATED: InstanceFacts;
  INSTANCE_CONFIGURATION_OPENED: InstanceFacts;
  INSTANCE_CONFIGURATION_LOADED: InstanceFacts & { configVars: EventConfigVars };
  INSTANCE_CONFIGURATION_PAGE_LOADED: InstanceFacts & { configVars: EventConfigVars } & PageFacts;
  INSTANCE_DEPLOYED: InstanceFacts;
  INSTANCE_CONFIGURATION_CANCELED: InstanceFacts;
  INSTANCE_CONFIGURATION_CLOSED: InstanceFacts;
  INSTANCE_DELETED: InstanceFacts;
  USER_CONFIGURATION_OPENED: UserFacts;
  USER_CONFIGURATION_LOADED: UserFacts;
  USER_CONFIGURATION_PAGE_LOADED: UserFacts & PageFacts;
  USER_CONFIGURATION_DEPLOYED: UserFacts;
  USER_CONFIGURATION_CLOSED: UserFacts;
  USER_CONFIGURATION_DELETED: UserFacts;
  WORKFLOW_ENABLED: WorkflowFacts;
  WORKFLOW_DISABLED: WorkflowFacts;
  WORKFLOW_DELETED: WorkflowFacts;
  POPOVER_CLOSE_REQUESTED: Record<string, never>;
}
