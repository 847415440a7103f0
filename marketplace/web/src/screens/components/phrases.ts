export const phrases = {
  "components__filterBar.title": "Components",
  "header.actionsText": "Actions",
  "header.connectionsText": "Connections",
  "header.dataSourcesText": "Data sources",
  "header.triggersText": "Triggers",
  "input.categoryLabel": "Category",
  "marquetry.allCategories": "All categories",
  "marquetry.components.search": "Search components",
  "marquetry.components.nothing": "No components",
  "marquetry.components.searchParts": "Search in this component",
  "marquetry.components.inputs": "Inputs",
  "marquetry.components.version": "Version %{version}",
} as const;
