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

/** Filters start this long ago, in minutes. */
export const RANGES = {
  "15m": { minutes: 15, text: "input.timeRange.past15MinutesValue" },
  "1h": { minutes: 60, text: "input.timeRange.pastHourValue" },
  "24h": { minutes: 1_440, text: "input.timeRange.past24HoursValue" },
  "7d": { minutes: 10_080, text: "input.timeRange.pastWeekValue" },
  "14d": { minutes: 20_160, text: "input.timeRange.past2WeeksValue" },
} as const;

export type Range = keyof typeof RANGES;

/** To the minute: lists are not asked for again because a second has passed. */
export function since(range: Range, now: Date): string {
  const minute = Math.floor(now.getTime() / 60_000) - RANGES[range].minutes;
  return new Date(minute * 60_000).toISOString();
}
