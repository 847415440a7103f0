export const userPhrases = {
  "configurationTab.title": "User configuration",
  "dataTable.emailLabel": "Email",
  "dataTable.nameLabel": "Name",
  "deleteUserConfigurationDialog.openButton": "Delete",
  "deleteUserConfigurationDialog.title": "Delete these settings?",
  "deleteUserConfigurationDialog.warningText--isAdmin":
    "The settings and connections of %{email} are deleted. This cannot be undone.",
  "integrations.id__filterBar.configureUserButton": "Set up for me",
  "integrations.id__filterBar.reconfigureUserButton": "Change my settings",
  "integrations.id.configurations__input.filterSearchPlaceholder": "Search by name",
  "marquetry.users.actions": "Actions",
  "marquetry.users.changed": "Last changed",
  "marquetry.users.none": "You have no settings of your own yet.",
  "marquetry.users.nobody": "Nobody has settings of their own yet.",
  "marquetry.users.own": "You have settings of your own.",
} as const;
