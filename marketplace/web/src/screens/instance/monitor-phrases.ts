import type { Say } from "@/text/use-text";

export const monitorPhrases = {
  "alertMonitorsTab.title": "Monitors",
  "dataTable.flowLabel": "Flow",
  "dataTable.lastTriggeredAtLabel": "Last alert",
  "dataTable.nameLabel": "Name",
  "dataTable.statusLabel": "Status",
  "dataTable.triggersLabel": "Alerts when",
  "deleteDialog.confirmButton": "Delete",
  "deleteDialog.title": "Delete this monitor?",
  "deleteDialog.openButton": "Delete",
  "deleteDialog.warningText": "Nobody is told any more about what “%{requiredText}” watches.",
  "input.nameLabel": "Name",
  "input.selectFlowLabel": "Flow",
  "input.severityLabel": "From which severity on",
  "integrations.id.alert-monitors__addMonitorsButton": "Add monitor",
  "integrations.id.alert-monitors__input.filterSearchPlaceholder": "Search monitors",
  "integrations.id.alert-monitors__filterResults.placeholderText--hasInstanceOrCustomer":
    "Monitors tell people when something goes wrong.",
  "integrations.id.alert-monitors__filterResults.placeholderTitle": "No monitors",
  "marquetry.monitor.actions": "Actions",
  "marquetry.monitor.allFlows": "All flows",
  "marquetry.monitor.clear": "Clear alert",
  "marquetry.monitor.quiet": "Quiet",
  "marquetry.monitor.raised": "Alert",
  "marquetry.monitor.edit": "Edit",
  "marquetry.monitor.editTitle": "Edit monitor",
  "marquetry.monitor.duration": "Longest time in seconds",
  "marquetry.monitor.overdue": "Longest pause in minutes",
  "marquetry.monitor.notify": "Who is told",
  "marquetry.monitor.problem.name": "A monitor needs a name.",
  "marquetry.monitor.problem.triggers": "Choose at least one.",
  "marquetry.monitor.problem.number": "This has to be a whole number above 0.",
  "marquetry.trigger.Connection Threw an Exception": "A connection fails",
  "marquetry.trigger.Execution Completed": "An execution ends",
  "marquetry.trigger.Execution Duration Matched or Exceeded": "An execution takes too long",
  "marquetry.trigger.Execution Failed": "An execution fails",
  "marquetry.trigger.Execution Failed, Retry Pending": "An execution fails and is tried again",
  "marquetry.trigger.Execution Overdue": "Nothing has run for too long",
  "marquetry.trigger.Execution Started": "An execution starts",
  "marquetry.trigger.Instance Disabled": "It is paused",
  "marquetry.trigger.Instance Enabled": "It is resumed",
  "marquetry.trigger.Instance Removed": "It is deactivated",
  "marquetry.trigger.Log Level Matched or Exceeded": "A severe line is logged",
  "logSeverity.trace": "Trace",
  "logSeverity.debug": "Debug",
  "logSeverity.info": "Info",
  "logSeverity.warn": "Warning",
  "logSeverity.error": "Error",
  "logSeverity.fatal": "Fatal",
  "logSeverity.metric": "Metric",
} as const;

/** The name of a trigger in our words; the server's where we have none. */
export function sayTrigger(name: string, say: Say<typeof monitorPhrases>): string {
  const key = `marquetry.trigger.${name}`;
  return key in monitorPhrases ? say(key as keyof typeof monitorPhrases) : name;
}
