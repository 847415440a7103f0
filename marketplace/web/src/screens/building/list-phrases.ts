export const listPhrases = {
  "dataTable.nameLabel": "Name",
  "dataTable.descriptionLabel": "Description",
  "dataTable.categoryLabel": "Category",
  "marquetry.building.changed": "Last changed",
  "marquetry.building.search": "Search by name",
  "marquetry.building.order": "Order",
  "marquetry.building.byChange": "Last changed first",
  "marquetry.building.byName": "By name",
  "marquetry.building.byCreation": "Newest first",
  "marquetry.building.byCategory": "By category",
} as const;
