export const factsPhrases = {
  "detail.categoryLabel": "Category",
  "detail.labelsLabel": "Labels",
  "detail.createdLabel": "Created",
  "marquetry.building.changed": "Last changed",
} as const;
