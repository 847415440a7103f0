import { phrases as marketplace } from "../marketplace/phrases";

export const phrases = {
  ...marketplace,
  "integrations.id__banner.customerActivateText":
    "%{organization} activates this %{integrationSingularLower} for you. Please get in touch.",
  "configurationWizardDialog.initialConfiguration":
    "First its name; what it needs to know comes next.",
  "detail.overviewLabel": "Overview",
  "detail.documentationLabel": "Documentation",
  "input.nameLabel": "Name",
  "input.descriptionLabel": "Description",
  "marquetry.activation.title": "Activate %{name}",
  "marquetry.activation.hint": "The name tells it apart from others. You can change it later.",
  "marquetry.activation.begin": "Start set-up",
  "marquetry.activation.optional": "Optional.",
} as const;
