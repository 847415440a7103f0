export const phrases = {
  "integrations__filterBar.title": "%{integrationPlural}",
  "integrations__filterBar.addButton": "New %{integrationSingularLower}",
  "emptyState.integrationsTitle--embedded": "Nothing is built yet",
  "emptyState.integrationsText--embedded":
    "What you build here is your own: flows that something starts, and whose steps do the rest.",
  "dataTable.statusLabel": "Status",
  "dataTable.versionLabel": "Version",
  "detail.flowCountLabel": "Flows",
  "deleteDialog.openButton": "Delete",
  "deleteDialog.title": "Delete this %{integrationSingularLower}?",
  "marquetry.tabs": "Parts of this page",
  "marquetry.version": "Version %{version}",
  "marquetry.designer.how":
    "Begin with a name. Then write its definition, and publish that as a version.",
  "marquetry.designer.published": "Published",
  "marquetry.designer.changed": "Changed",
  "marquetry.designer.notPublished": "Not published",
  "marquetry.designer.unpublished": "There is no version yet: nobody can activate this so far.",
  "marquetry.designer.hint": "YAML or JSON. Comments in it are not kept.",
  "marquetry.designer.publishText":
    "A version stays as it is, and what runs goes on as before. Whether it can be activated is " +
    "up to %{organization}.",
  "marquetry.building.changes": "The definition has changes that are not published yet.",
  "marquetry.building.toDefinition": "To the definition",
  "marquetry.building.steps": "Steps",
  "marquetry.building.definition": "Definition",
  "marquetry.building.versions": "Versions",
} as const;
