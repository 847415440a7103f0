/** What is entered and not saved yet: by a person, by the host, or from data sources. */
import { useCallback, useEffect, useRef, useState } from "react";
import { onHost } from "@/host/channel";
import { type Content, initialDraft } from "./content";
import { type Draft, type Drafts, isSame, textOf, withDraft } from "./draft";
import { applyHostValues } from "./host-values";
import type { Variable } from "./model";
import { blankOf } from "./sources";

export interface DraftsState {
  drafts: Drafts;
  /** Somebody would lose something. */
  isDirty: boolean;
  /** Newer values of data sources, for variables whose value is not simply replaced. */
  offers: Drafts;
  set: (variable: Variable, draft: Draft) => void;
  /** Forgets what was saved, unless it was changed meanwhile. */
  forget: (saved: Drafts) => void;
  takeContent: (variable: Variable, content: Content | undefined, isChange: boolean) => void;
  accept: (variable: Variable) => void;
}

export function useDrafts(variables: readonly Variable[], isReadOnly: boolean): DraftsState {
  const [drafts, setDrafts] = useState<Drafts>({});
  const [generated, setGenerated] = useState<Drafts>({});
  const [offers, setOffers] = useState<Drafts>({});
  const known = useRef({ variables, drafts });
  known.current = { variables, drafts };

  const put = useCallback((variable: Variable, draft: Draft) => {
    setDrafts((before) => withDraft(before, variable.key, variable.saved, draft));
  }, []);
  const generate = useCallback((variable: Variable, draft: Draft) => {
    put(variable, draft);
    setGenerated((before) => ({ ...before, [variable.key]: draft }));
  }, []);
  const set = (variable: Variable, draft: Draft) => {
    if (!isReadOnly) put(variable, draft);
  };
  const takeContent = (variable: Variable, content: Content | undefined, isChange: boolean) => {
    if (isReadOnly || content === undefined) return;
    const current = known.current.drafts[variable.key] ?? variable.saved;
    const fresh = initialDraft(content);
    const isEmpty = textOf(current).trim() === "";
    if (isEmpty || (isChange && variable.reset?.mode === "always")) {
      generate(variable, fresh ?? blankOf(current));
    } else if (isChange && variable.reset?.mode === "prompt") {
      setOffers((before) => ({ ...before, [variable.key]: fresh ?? blankOf(current) }));
    }
  };
  const accept = (variable: Variable) => {
    const offer = offers[variable.key];
    if (offer !== undefined) put(variable, offer);
    setOffers(({ [variable.key]: _, ...others }) => others);
  };
  const forget = (saved: Drafts) =>
    setDrafts((before) =>
      Object.fromEntries(Object.entries(before).filter(([key, draft]) => saved[key] !== draft)),
    );
  useHostValues(isReadOnly, known, setDrafts);
  const isDirty = Object.entries(drafts).some(([key, draft]) => {
    const own = generated[key];
    return own === undefined || !isSame(own, draft);
  });
  return { drafts, isDirty, offers, set, forget, takeContent, accept };
}

interface Known {
  current: { variables: readonly Variable[]; drafts: Drafts };
}

/** Values that hosts set count as typed. Those that make no sense are named in their console. */
function useHostValues(
  isReadOnly: boolean,
  known: Known,
  setDrafts: (change: (before: Drafts) => Drafts) => void,
): void {
  useEffect(() => {
    if (isReadOnly) return;
    return onHost("SET_CONFIG_VAR", (data) => {
      const { refused } = applyHostValues(known.current.variables, known.current.drafts, data);
      if (refused.length > 0) console.warn("setConfigVars: not applied", refused);
      setDrafts((before) => applyHostValues(known.current.variables, before, data).drafts);
    });
  }, [isReadOnly]);
}
