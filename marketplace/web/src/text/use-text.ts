import { createContext, useContext, useMemo } from "react";
import { useStore } from "@/app/store";
import { translation } from "@/host/settings";
import { common } from "./common";
import { type Values, readTranslation, translate, translateDynamic } from "./translate";

/** The page whose phrases are looked up first. */
export const Namespace = createContext<string | undefined>(undefined);

type Phrases = Record<string, string>;

/** Says phrases: of this table, and those all screens share. */
export type Say<Table extends Phrases> = (
  key: keyof Table | keyof typeof common,
  values?: Values,
) => string;

/** The words of a screen. */
export interface Words<Table extends Phrases> {
  say: Say<Table>;
  /** Text of integration authors. */
  dynamic: (text: string | null | undefined) => string;
  date: (instant: string | null | undefined) => string;
  number: (value: number) => string;
}

export function useText<Table extends Phrases>(table: Table): Words<Table> {
  const data = useStore(translation);
  const namespace = useContext(Namespace);
  return useMemo(() => {
    const read = readTranslation(data);
    const own: Phrases = { ...common, ...table };
    const dates = new Intl.DateTimeFormat(read.locale, { dateStyle: "medium", timeStyle: "short" });
    const numbers = new Intl.NumberFormat(read.locale);
    return {
      say: (key, values) => {
        const name = String(key);
        return translate(read, namespace, name, own[name] ?? name, values);
      },
      dynamic: (text) => translateDynamic(read, text ?? ""),
      date: (instant) => (instant ? dates.format(new Date(instant)) : ""),
      number: (value) => numbers.format(value),
    };
  }, [data, namespace, table]);
}
