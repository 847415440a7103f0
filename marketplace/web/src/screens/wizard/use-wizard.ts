/** Where somebody is in the set-up, and what its buttons do. */
import { useRef, useState } from "react";
import { mutate } from "@/api/client";
import { RefusedError, done } from "@/api/error";
import { type Problem, problemOf } from "./check";
import { keepInline } from "./connection/keep-inline";
import type { Drafts } from "./draft";
import { type Page, type Variable, variablesOf } from "./model";
import { type Problems, changes, noProblems, problemsOf } from "./save";
import type { Sources } from "./sources";
import { type DraftsState, useDrafts } from "./use-drafts";
import { type Showing, type Tell, useEvents } from "./use-events";
import { type SourcesOfPage, useSources } from "./use-sources";
import { type Steps, useSteps } from "./use-steps";
import type { Loaded, WizardData } from "./use-wizard-data";
import { Deploy, SavePage } from "./wizard.query";

export interface Setup {
  data: WizardData;
  isUserLevel: boolean;
  isReadOnly: boolean;
  showing: Showing;
  reload: () => Promise<Loaded>;
  /** Asks again without waiting. */
  refresh: () => void;
}

interface WizardOptions extends Setup {
  sayProblem: (problem: Problem) => string;
  /** Runs before an activation is deployed. */
  beforeDeploy: () => Promise<void>;
}

export interface Wizard extends Setup, DraftsState, SourcesOfPage, Steps {
  page: Page | undefined;
  isLast: boolean;
  problems: Problems;
  isBusy: boolean;
  /** Everything is done: nothing is left but to leave. */
  isDone: boolean;
  next: () => Promise<void>;
  /** Saves a connection, which has to be there before it is authorized. */
  save: (connection: Variable) => Promise<void>;
  /** Only a form itself knows whether its data is right. */
  noteForm: (key: string, isValid: boolean) => void;
  tell: Tell;
}

/** What the server takes for the settings of a person. */
const USER_MODE = "USER";

export function useWizard(options: WizardOptions): Wizard {
  const { data, isUserLevel, isReadOnly } = options;
  const { variables, pages, instance } = data;
  const steps = useSteps(instance.lastDeployedAt === null ? 0 : pages.length - 1);
  const page = pages[steps.index];
  const isLast = steps.index >= pages.length - 1;
  const state = useDrafts(variables, isReadOnly);
  const question = { instanceId: instance.id, page, all: variables, drafts: state.drafts };
  const found = useSources({ ...question, onContent: state.takeContent }, steps.visit);
  const scene = { data, drafts: state.drafts, page, isUserLevel, isReadOnly };
  const tell = useEvents(scene, options.showing, steps.visit, found.isReady);
  const { problems, setProblems, isBusy, run } = useRun(pages, steps);
  const [isDone, setIsDone] = useState(false);
  const send = useSend(options, state);
  const wrongForms = useRef(new Set<string>());

  const finish = async () => {
    await send(variables, true);
    await options.beforeDeploy();
    if (!isUserLevel) done((await mutate(Deploy, { id: instance.id })).deployInstance);
    tell("DEPLOYED");
    setIsDone(true);
  };
  const next = () =>
    run(async () => {
      if (isReadOnly) return steps.goTo(steps.index + 1);
      const checked = isLast ? pages.flatMap(variablesOf) : shownOn(page);
      const wrong = wrongOf(checked, state.drafts, found.sources, wrongForms.current);
      refuse(wrong, options.sayProblem);
      if (isLast) return finish();
      const fresh = await send(savedWith(page, variables), false);
      refuse(brokenOf(page, fresh.variables), options.sayProblem);
      steps.goTo(steps.index + 1);
    });
  const save = async (connection: Variable) => {
    setProblems(noProblems);
    await send([connection], false);
  };
  const noteForm = (key: string, isValid: boolean) => {
    if (isValid) wrongForms.current.delete(key);
    else wrongForms.current.add(key);
  };
  return {
    ...options,
    ...state,
    ...found,
    ...steps,
    ...{ page, isLast, problems, isBusy, isDone, next, save, noteForm, tell },
  };
}

/** Runs one thing at a time, and shows what is wrong where it can be put right. */
function useRun(pages: readonly Page[], steps: Steps) {
  const [problems, setProblems] = useState(noProblems);
  const [isBusy, setIsBusy] = useState(false);
  const running = useRef(false);
  const run = async (act: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setIsBusy(true);
    setProblems(noProblems);
    try {
      await act();
    } catch (error) {
      const keys = pages.flatMap(variablesOf).map(({ key }) => key);
      const read = problemsOf(error as Error, keys);
      setProblems(read);
      const at = pageOf(pages, steps.index, Object.keys(read.byKey));
      if (at !== undefined && at !== steps.index) steps.goTo(at);
      focusProblem();
    } finally {
      running.current = false;
      setIsBusy(false);
    }
  };
  return { problems, setProblems, isBusy, run };
}

/** Sends what changed of some variables, and takes what the server made of it. */
function useSend({ data, isUserLevel, reload }: WizardOptions, { drafts, forget }: DraftsState) {
  return async (of: readonly Variable[], isComplete: boolean): Promise<WizardData> => {
    const configVariables = changes(of, await keepInline(of, drafts, data.instance));
    if (configVariables.length > 0 || isComplete) {
      const configMode = isUserLevel ? USER_MODE : "INSTANCE";
      const complete = isComplete ? { configComplete: true } : {};
      const input = { id: data.instance.id, configMode, configVariables, ...complete };
      done((await mutate(SavePage, input)).updateInstanceConfigVariables);
    }
    const fresh = await reload();
    const keys = new Set(of.map(({ key }) => key));
    forget(Object.fromEntries(Object.entries(drafts).filter(([key]) => keys.has(key))));
    return fresh === undefined || fresh === "missing" ? data : fresh;
  };
}

type Wrong = readonly (readonly [key: string, problem: Problem])[];

function refuse(wrong: Wrong, say: (problem: Problem) => string): void {
  if (wrong.length === 0) return;
  throw new RefusedError(wrong.map(([field, problem]) => ({ field, messages: [say(problem)] })));
}

function wrongOf(
  variables: readonly Variable[],
  drafts: Drafts,
  sources: Sources,
  wrongForms: ReadonlySet<string>,
): Wrong {
  return variables.flatMap((variable) => {
    const source = sources[variable.key];
    if (wrongForms.has(variable.key)) return [[variable.key, "marquetry.problem.form"] as const];
    const content = source?.state === "ready" ? source.content : undefined;
    const problem = problemOf(variable, drafts[variable.key] ?? variable.saved, content);
    return problem === undefined ? [] : [[variable.key, problem] as const];
  });
}

/** Connections of a page that were saved, and that the provider did not take. */
function brokenOf(page: Page | undefined, fresh: readonly Variable[]): Wrong {
  const keys = shownOn(page).map(({ key }) => key);
  const broken = fresh.filter(
    ({ key, dataType, status }) =>
      dataType === "CONNECTION" &&
      keys.includes(key) &&
      (status === "ERROR" || status === "FAILED"),
  );
  return broken.map(({ key }) => [key, "marquetry.problem.broken"] as const);
}

function shownOn(page: Page | undefined): Variable[] {
  return page === undefined ? [] : variablesOf(page);
}

/** The variables of a page, and those that hosts set unseen. */
function savedWith(page: Page | undefined, all: readonly Variable[]): Variable[] {
  return [...shownOn(page), ...all.filter(({ isEmbedded }) => isEmbedded)];
}

/** The page to put things right on: the one that is shown, or else the first one. */
function pageOf(
  pages: readonly Page[],
  shown: number,
  keys: readonly string[],
): number | undefined {
  const has = (page: Page) => variablesOf(page).some(({ key }) => keys.includes(key));
  const found = pages.flatMap((page, at) => (has(page) ? [at] : []));
  return found.includes(shown) ? shown : found[0];
}

function focusProblem(): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>("main [aria-invalid='true'], main [role='alert']")?.focus(),
  );
}
