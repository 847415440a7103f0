export const createPhrases = {
  "input.nameLabel": "Name",
  "marquetry.building.create": "Create",
} as const;
