export const stepsPhrases = {
  "marquetry.workflows.trigger": "Trigger",
  "marquetry.workflows.loop": "For each",
  "marquetry.workflows.branch": "Branch: %{name}",
  "marquetry.workflows.noSteps": "Nothing happens after the trigger.",
  "marquetry.workflows.noBranch": "Nothing happens here.",
  "marquetry.workflows.steps": "Steps",
  "marquetry.workflows.unread": "The definition cannot be shown as steps.",
} as const;
