/** What became of an execution, in one word. */
import type { ExecutionRowFragment } from "./executions.query";

export type Outcome =
  | "canceled"
  | "failed"
  | "queued"
  | "running"
  | "successful"
  | "unchanged"
  | "waiting";

type Facts = Pick<ExecutionRowFragment, "resultType" | "retryNextAt" | "status">;

export function outcomeOf({ status, resultType, retryNextAt }: Facts): Outcome {
  if (resultType === "CANCELED_AS_DUPLICATE") return "canceled";
  switch (status) {
    case "QUEUED":
      return "queued";
    case "PENDING":
      return "running";
    case "ERROR":
      return retryNextAt === null ? "failed" : "waiting";
    case "SUCCESS":
      return resultType === "POLLED_NO_CHANGES" ? "unchanged" : "successful";
  }
}

export function isRunning({ status }: Pick<ExecutionRowFragment, "status">): boolean {
  return status === "QUEUED" || status === "PENDING";
}

/** The key of the phrase for what started an execution. */
export const INVOKE_TYPES = {
  AI_AGENT: "executionRuns.invokeType.aiAgentValue",
  CROSS_FLOW: "executionRuns.invokeType.crossFlowValue",
  DEPLOY_FLOW: "executionRuns.invokeType.deployFlowValue",
  INTEGRATION_ENDPOINT_TEST: "executionRuns.invokeType.integrationEndpointTestValue",
  INTEGRATION_FLOW_TEST: "executionRuns.invokeType.integrationFlowTestValue",
  SCHEDULED: "executionRuns.invokeType.scheduledValue",
  TEAR_DOWN_FLOW: "executionRuns.invokeType.tearDownFlowValue",
  WEBHOOK: "executionRuns.invokeType.webhookValue",
  WEBHOOK_SNAPSHOT: "executionRuns.invokeType.webhookSnapshotValue",
} as const;

/** What an execution ended with, as a filter. */
export const RESULT_TYPES = {
  COMPLETED: "executionRuns.resultType.completedValue",
  ERROR: "executionRuns.resultType.errorValue",
  POLLED_NO_CHANGES: "executionRuns.resultType.polledNoChangesValue",
  CANCELED_AS_DUPLICATE: "executionRuns.resultType.canceledAsDuplicateValue",
} as const;
