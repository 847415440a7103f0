/** Asks the data sources of a page, again when what they depend on changes. */
import { useCallback, useEffect, useRef, useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { type Content, readContent } from "./content";
import type { Drafts } from "./draft";
import { readJson } from "./json";
import { type Page, type Variable, variablesOf } from "./model";
import {
  type Source,
  type Sources,
  blockerOf,
  expressionsOf,
  loadingAfter,
  readPageAnswer,
  signatureOf,
} from "./sources";
import { PageContent, SourceContent } from "./wizard.query";

/** Typing changes dependencies letter by letter. */
const PAUSE_MS = 500;

interface Question {
  instanceId: string;
  page: Page | undefined;
  all: readonly Variable[];
  drafts: Drafts;
  /** What came, and whether it came because something changed. */
  onContent: (variable: Variable, content: Content | undefined, isChange: boolean) => void;
}

export interface SourcesOfPage {
  sources: Sources;
  /** Nothing is on its way any more. */
  isReady: boolean;
  retry: (key: string) => void;
}

export function useSources(question: Question, visit: number): SourcesOfPage {
  const [sources, setSources] = useState<Sources>({});
  const [readyVisit, setReadyVisit] = useState(-1);
  const latest = useRef(question);
  latest.current = question;
  const newest = useRef<Record<string, number>>({});

  const settle = useCallback((variable: Variable, source: Source, isChange: boolean) => {
    setSources((before) => ({ ...before, [variable.key]: source }));
    if (source.state === "ready") latest.current.onContent(variable, source.content, isChange);
  }, []);

  const ask = useCallback(async (variable: Variable, isChange: boolean) => {
    const number = (newest.current[variable.key] ?? 0) + 1;
    newest.current[variable.key] = number;
    setSources((before) => ({ ...before, [variable.key]: loadingAfter(before[variable.key]) }));
    const source = await askOne(latest.current, variable);
    if (newest.current[variable.key] === number) settle(variable, source, isChange);
  }, []);

  useEffect(() => {
    let isShown = true;
    const { page, all, drafts } = latest.current;
    const wanted = variablesOfPage(page).filter(({ dataSource }) => dataSource !== undefined);
    const blocked = wanted.flatMap((variable) => {
      const by = blockerOf(variable, all, drafts);
      return by === undefined ? [] : [[variable.key, { state: "blocked", by }] as const];
    });
    const open = wanted.filter(({ key }) => !blocked.some(([name]) => name === key));
    const loading = open.map(({ key }) => [key, loadingAfter(undefined)] as const);
    setSources(Object.fromEntries([...blocked, ...loading]));
    const load = async () => {
      const answered = open.length === 0 ? {} : await askPage(latest.current, open);
      if (!isShown) return;
      await Promise.all(
        open.map((variable) => {
          const source = answered[variable.key];
          if (source === undefined) return ask(variable, false);
          return settle(variable, source, false);
        }),
      );
      if (isShown) setReadyVisit(visit);
    };
    void load();
    return () => {
      isShown = false;
    };
  }, [visit]);

  useChanges(question, visit, readyVisit === visit, (variable) => void ask(variable, true));
  const retry = (key: string) => {
    const variable = question.all.find((known) => known.key === key);
    if (variable !== undefined) void ask(variable, false);
  };
  return { sources, isReady: readyVisit === visit, retry };
}

function variablesOfPage(page: Page | undefined): Variable[] {
  return page === undefined ? [] : variablesOf(page);
}

async function askPage(
  { instanceId, page }: Question,
  open: readonly Variable[],
): Promise<Sources> {
  if (page === undefined || page.isMerged) return {};
  const asked = mutate(PageContent, { id: instanceId, page: page.name });
  // Variables that no answer came for are asked one by one, and say themselves what is wrong.
  const payload = (await asked.catch(() => undefined))?.fetchConfigWizardPageContent;
  if (payload === undefined || payload === null) return {};
  const content = payload.fetchConfigWizardPageContentResult?.content ?? null;
  return readPageAnswer(open, { content, errors: payload.errors });
}

async function askOne(question: Question, variable: Variable): Promise<Source> {
  const { instanceId, all, drafts } = question;
  const inputs = expressionsOf(variable, all, drafts);
  // What is saved is all there is: a page knows best which inputs go with which variable.
  const answered = inputs.length === 0 ? await askPage(question, [variable]) : {};
  const known = answered[variable.key];
  if (known !== undefined) return known;
  try {
    const input = { id: instanceId, dataSource: variable.dataSource ?? "", inputs };
    const payload = done((await mutate(SourceContent, input)).fetchDataSourceContent);
    const answer = readJson(payload.fetchDataSourceContentResult?.content);
    return { state: "ready", content: readContent(variable, answer) };
  } catch (error) {
    return { state: "failed", message: (error as Error).message };
  }
}

/** Calls back for variables whose dependencies changed since the page was ready. */
function useChanges(
  { page, all, drafts }: Question,
  visit: number,
  isReady: boolean,
  onChange: (variable: Variable) => void,
): void {
  const known = useRef<{ visit: number; signatures: Map<string, string> }>(undefined);
  const signatures = new Map(
    variablesOfPage(page)
      .filter((variable) => variable.dataSource !== undefined && !blockerOf(variable, all, drafts))
      .map((variable) => [variable.key, signatureOf(variable, all, drafts)]),
  );
  const text = JSON.stringify([...signatures]);
  useEffect(() => {
    if (!isReady) return;
    const before = known.current;
    if (before?.visit !== visit) {
      known.current = { visit, signatures };
      return;
    }
    const timer = setTimeout(() => {
      for (const variable of variablesOfPage(page)) {
        const { key } = variable;
        if (!signatures.has(key) || before.signatures.get(key) === signatures.get(key)) continue;
        onChange(variable);
      }
      known.current = { visit, signatures };
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, isReady, visit]);
}
