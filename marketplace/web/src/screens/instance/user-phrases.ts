import type { Say } from "@/text/use-text";

export const rolePhrases = {
  "user.adminRole": "Admin",
  "user.guestRole": "Guest",
  "user.marketplaceRole": "%{marketplaceSingular} Admin",
  "user.marketplaceUserRole": "%{marketplaceSingular} User",
  "user.memberRole": "Member",
  "user.ownerRole": "Owner",
  "user.thirdPartyRole": "Third party",
} as const;

const ROLES: Readonly<Record<string, keyof typeof rolePhrases>> = {
  Admin: "user.adminRole",
  Guest: "user.guestRole",
  "Marketplace Admin": "user.marketplaceRole",
  "Marketplace User": "user.marketplaceUserRole",
  Member: "user.memberRole",
  Owner: "user.ownerRole",
  "Third-Party": "user.thirdPartyRole",
};

/** The name of a role in the words of hosts; the server's where the list has none. */
export function roleOf(name: string, say: Say<typeof rolePhrases>): string {
  const key = ROLES[name];
  return key === undefined ? name : say(key);
}

export const userPhrases = {
  ...rolePhrases,
  "configurationTab.title": "User configuration",
  "dataTable.emailLabel": "Email",
  "dataTable.createdOnLabel": "Created",
  "dataTable.roleLabel": "Role",
  "deleteUserConfigurationDialog.confirmButton--isAdmin": "Delete",
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
