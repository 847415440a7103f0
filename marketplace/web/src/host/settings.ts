/** What the host wishes this screen to be. Unknown keys and values are ignored: hosts pin SDKs. */
import { createStore } from "@/app/store";
import { onHost } from "./channel";
import { understand } from "./filter-query";

export type DetailsMode = "allow-details" | "always-show-details" | "disallow-details";
export type OutputsMode = "always" | "never" | "optional";

export interface ScreenConfiguration {
  marketplace: {
    configuration: DetailsMode;
    hideSearch: boolean;
    hideActiveIntegrationsFilter: boolean;
  };
  configureInstance: { configuration: DetailsMode };
  configurationWizard: {
    mode: "streamlined" | "traditional";
    connectionConfiguration: "inline" | "reusable";
    hideSidebar: boolean;
    isInModal: boolean;
    triggerDetailsConfiguration: "default" | "default-open" | "hidden";
    logsDisabled: OutputsMode;
    stepResultsDisabled: OutputsMode;
  };
  instance: {
    hideBackToMarketplace: boolean;
    hideTabs: string[];
    hidePauseButton: boolean;
    hideDeactivation: boolean;
  };
  dashboard: { hideTabs: string[] };
  designer: { hideRemoveIntegration: boolean };
  workflows: { includeIntegrations: boolean };
  isInPopover: boolean;
}

const DETAILS = ["allow-details", "always-show-details", "disallow-details"] as const;
const OUTPUTS = ["never", "always", "optional"] as const;

export function readScreenConfiguration(data: unknown): ScreenConfiguration {
  const root = section(data);
  const marketplace = section(root["marketplace"]);
  const configureInstance = section(root["configureInstance"]);
  const wizard = section(root["configurationWizard"]);
  const instance = section(root["instance"]);
  return {
    marketplace: {
      configuration: choice(marketplace["configuration"], DETAILS),
      hideSearch: flag(marketplace["hideSearch"]),
      hideActiveIntegrationsFilter: flag(marketplace["hideActiveIntegrationsFilter"]),
    },
    configureInstance: { configuration: choice(configureInstance["configuration"], DETAILS) },
    configurationWizard: {
      mode: choice(wizard["mode"], ["traditional", "streamlined"]),
      connectionConfiguration: choice(wizard["connectionConfiguration"], ["reusable", "inline"]),
      hideSidebar: flag(wizard["hideSidebar"]),
      isInModal: flag(wizard["isInModal"]),
      triggerDetailsConfiguration: choice(wizard["triggerDetailsConfiguration"], [
        "default",
        "default-open",
        "hidden",
      ]),
      logsDisabled: choice(wizard["logsDisabled"], OUTPUTS),
      stepResultsDisabled: choice(wizard["stepResultsDisabled"], OUTPUTS),
    },
    instance: {
      hideBackToMarketplace: flag(instance["hideBackToMarketplace"]),
      hideTabs: names(instance["hideTabs"]),
      hidePauseButton: flag(instance["hidePauseButton"]),
      hideDeactivation: flag(instance["hideDeactivation"]),
    },
    dashboard: { hideTabs: names(section(root["dashboard"])["hideTabs"]) },
    designer: { hideRemoveIntegration: flag(section(root["designer"])["hideRemoveIntegration"]) },
    workflows: { includeIntegrations: flag(section(root["workflows"])["includeIntegrations"]) },
    isInPopover: flag(root["isInPopover"]),
  };
}

export interface MarketplaceFilters {
  category?: string;
  label?: string;
  /** The host's nested lists, as the server takes them. */
  filterQuery?: unknown[];
  includeActiveIntegrations: boolean;
  strictMatchFilterQuery: boolean;
}

export interface ComponentFilters {
  category?: string;
  label?: string;
  filterQuery?: unknown[];
}

export interface Filters {
  marketplace: MarketplaceFilters;
  components: ComponentFilters;
}

export function readFilters(data: unknown): Filters {
  const root = section(data);
  const marketplace = section(root["marketplace"]);
  return {
    marketplace: {
      ...catalogue(marketplace),
      includeActiveIntegrations: marketplace["includeActiveIntegrations"] !== false,
      strictMatchFilterQuery: flag(marketplace["strictMatchFilterQuery"]),
    },
    components: catalogue(section(root["components"])),
  };
}

function catalogue(data: Record<string, unknown>): ComponentFilters {
  const { category, label } = data;
  const { query } = understand(data["filterQuery"]);
  return {
    ...(typeof category === "string" && category !== "" ? { category } : {}),
    ...(typeof label === "string" && label !== "" ? { label } : {}),
    ...(query === undefined ? {} : { filterQuery: query }),
  };
}

/** Conditions that nobody here understands. */
export function unknownConditions(data: unknown): unknown[] {
  const root = section(data);
  const given = [section(root["marketplace"]), section(root["components"])];
  return given.flatMap(({ filterQuery }) => understand(filterQuery).unknown);
}

function section(data: unknown): Record<string, unknown> {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}

function choice<const T extends string>(data: unknown, choices: readonly [T, ...T[]]): T {
  return choices.find((known) => known === data) ?? choices[0];
}

function flag(data: unknown): boolean {
  return data === true;
}

function names(data: unknown): string[] {
  return Array.isArray(data) ? data.filter((name) => typeof name === "string") : [];
}

export const screenConfiguration = createStore(readScreenConfiguration(undefined));
export const filters = createStore(readFilters(undefined));
export const translation = createStore<unknown>(undefined);
/** The popover around this page is closed; the page lives on, unseen. */
export const isClosed = createStore(false);

/** Whether the host has said what it wishes, so that the first picture is the right one. */
export const isSettled = createStore(false);

let warned = "[]";

/** Says it once: hosts repeat themselves. */
function warnOf(conditions: unknown[]): void {
  const text = JSON.stringify(conditions);
  if (text !== warned) console.warn(`These conditions of filterQuery are left out: ${text}`);
  warned = text;
}

export function listenForSettings(): void {
  onHost("SET_SCREEN_CONFIGURATION", (data) => {
    screenConfiguration.set(readScreenConfiguration(data));
  });
  onHost("SET_FILTERS", (data) => {
    const read = readFilters(data);
    // Hosts repeat themselves; what is equal must not fetch the list again.
    if (JSON.stringify(read) !== JSON.stringify(filters.get())) filters.set(read);
    warnOf(unknownConditions(data));
    isSettled.set(true);
  });
  onHost("SET_TRANSLATION", (data) => translation.set(data));
  onHost("MARKETPLACE_CLOSED", () => isClosed.set(true));
}
