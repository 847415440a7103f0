import { createContext, useContext, useState } from "react";

interface Settings {
  /** Somebody tried to go on: what is missing is said everywhere. */
  areErrorsShown: boolean;
}

/** What an entry of a list is called, for what has no name of its own in there. */
export const EntryName = createContext("");

const Context = createContext<Settings>({ areErrorsShown: false });

export const FormSettings = Context.Provider;

/** An error is said once somebody was in the field: not before there was a chance to be right. */
export function useProblem(errors: string): { problem: string | undefined; touch: () => void } {
  const { areErrorsShown } = useContext(Context);
  const [isTouched, setIsTouched] = useState(false);
  const isSaid = errors !== "" && (isTouched || areErrorsShown);
  return { problem: isSaid ? errors : undefined, touch: () => setIsTouched(true) };
}
