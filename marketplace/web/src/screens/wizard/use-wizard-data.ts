/** The set-up as the server knows it, asked anew each time. */
import { useCallback, useEffect, useState } from "react";
import { mutate, query } from "@/api/client";
import { done, nodes } from "@/api/error";
import { currentSession } from "@/api/session";
import type { SessionFragment } from "@/api/session.query";
import { screenConfiguration } from "@/host/settings";
import { isInline } from "./connection/inline";
import { type Page, type Variable, readPages, readVariable } from "./model";
import {
  BeginUserConfiguration,
  UserWizard,
  Wizard,
  type WizardInstanceFragment,
} from "./wizard.query";

export interface WizardData {
  session: SessionFragment;
  instance: WizardInstanceFragment;
  /** Whose settings these are, in the wizard of a person. */
  userConfigId: string | undefined;
  variables: readonly Variable[];
  pages: readonly Page[];
}

export type Loaded = WizardData | "missing" | undefined;

export function useWizardData(id: string, isUserLevel: boolean) {
  const [data, setData] = useState<Loaded>();
  const [error, setError] = useState<Error>();
  const reload = useCallback(async () => {
    const answer = isUserLevel ? await askUser(id) : await askInstance(id);
    setData(answer);
    return answer;
  }, [id, isUserLevel]);
  const load = useCallback(() => {
    setError(undefined);
    reload().catch(setError);
  }, [reload]);
  useEffect(load, [load]);
  return { data, error, load, reload };
}

async function askInstance(id: string): Promise<Loaded> {
  const answer = await query(Wizard, { id });
  const { instance } = answer;
  if (instance === null) return "missing";
  const viewer = answer.authenticatedUser.customer === null ? "organization" : "customer";
  const { connectionConfiguration } = screenConfiguration.get().configurationWizard;
  const variables = nodes(instance.configVariables).map((node) => {
    const variable = readVariable(node, viewer);
    const isEntered = isInline(variable, instance.name, node.customerConfigVariable?.key);
    return { ...variable, isInline: connectionConfiguration === "inline" && isEntered };
  });
  const pages = readPages(instance.integration.configPages, variables, false);
  return { session: answer, instance, userConfigId: undefined, variables, pages };
}

/** A person's settings are begun when they are first opened, in what is set up already. */
async function askUser(id: string): Promise<Loaded> {
  const who = currentSession()?.userId ?? null;
  let answer = await query(UserWizard, { id, user: who });
  const configs = nodes(answer.instance?.userLevelConfigs);
  const own = configs.find(({ user }) => user.id === answer.authenticatedUser.id);
  let userConfigId = own?.id;
  const isDeployed = typeof answer.instance?.lastDeployedAt === "string";
  if (isDeployed && own === undefined) {
    const begun = await mutate(BeginUserConfiguration, { instance: id });
    userConfigId = done(begun.createUserLevelConfig).userLevelConfig?.id;
    answer = await query(UserWizard, { id, user: who });
  }
  const { instance } = answer;
  if (instance === null) return "missing";
  const variables = nodes(instance.userLevelConfigVariables).map((node) =>
    readVariable(node, "customer"),
  );
  const pages = readPages(instance.integration.configPages, variables, true);
  return { session: answer, instance, userConfigId, variables, pages };
}
