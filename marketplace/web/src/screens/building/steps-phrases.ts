export const stepsPhrases = {
  "marquetry.building.trigger": "Trigger",
  "marquetry.building.loop": "For each",
  "marquetry.building.branch": "Branch: %{name}",
  "marquetry.building.noSteps": "Nothing happens after the trigger.",
  "marquetry.building.noBranch": "Nothing happens here.",
  "marquetry.building.steps": "Steps",
  "marquetry.building.noFlows": "There are no flows yet.",
  "marquetry.building.unread": "The definition cannot be shown as steps.",
} as const;
