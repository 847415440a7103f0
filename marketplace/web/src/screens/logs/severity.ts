/** How important log lines are, with the numbers that filters take. */
import type { LogRowFragment } from "./logs.query";

type Severity = LogRowFragment["severity"];

interface Facts {
  number: number;
  text: `logSeverity.${Lowercase<Severity>}`;
  kind: "error" | "info" | "none" | "warning";
}

export const SEVERITIES: Record<Severity, Facts> = {
  TRACE: { number: 0, text: "logSeverity.trace", kind: "none" },
  DEBUG: { number: 1, text: "logSeverity.debug", kind: "none" },
  INFO: { number: 2, text: "logSeverity.info", kind: "info" },
  WARN: { number: 3, text: "logSeverity.warn", kind: "warning" },
  ERROR: { number: 4, text: "logSeverity.error", kind: "error" },
  FATAL: { number: 5, text: "logSeverity.fatal", kind: "error" },
  METRIC: { number: 6, text: "logSeverity.metric", kind: "none" },
};

export const LOG_TYPES = {
  EXECUTION: "input.logType.executionsValue",
  CONNECTION: "input.logType.connectionsValue",
  DATA_SOURCE: "input.logType.dataSourcesValue",
  MANAGEMENT: "input.logType.managementValue",
} as const;
