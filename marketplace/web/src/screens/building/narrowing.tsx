import { useDeferredValue, useState } from "react";
import { useText } from "@/text/use-text";
import { Choice, Filters, Search } from "@/ui/filters";
import { listPhrases } from "./list-phrases";

/** Beside the usual one: what was changed last comes first. */
const ORDERS = {
  name: { text: "marquetry.building.byName", field: "NAME", direction: "ASC" },
  created: { text: "marquetry.building.byCreation", field: "CREATED_AT", direction: "DESC" },
  category: { text: "marquetry.building.byCategory", field: "CATEGORY", direction: "ASC" },
} as const;

/** What a list of built things is searched for, and how it is sorted. */
export function useNarrowing() {
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState("");
  const name = useDeferredValue(search.trim());
  const chosen = order in ORDERS ? ORDERS[order as keyof typeof ORDERS] : undefined;
  const { field, direction } = chosen ?? ({ field: "UPDATED_AT", direction: "DESC" } as const);
  const variables = { sortBy: [{ field, direction }], ...(name === "" ? {} : { name }) };
  return { search, setSearch, order, setOrder, variables, isNarrowed: name !== "" };
}

interface NarrowingProps {
  label: string;
  of: ReturnType<typeof useNarrowing>;
}

export function Narrowing({ label, of: { search, setSearch, order, setOrder } }: NarrowingProps) {
  const { say } = useText(listPhrases);
  return (
    <Filters label={label}>
      <Search label={say("marquetry.building.search")} value={search} onChange={setSearch} />
      <Choice
        label={say("marquetry.building.order")}
        all={say("marquetry.building.byChange")}
        options={Object.entries(ORDERS).map(([value, { text }]) => ({ value, label: say(text) }))}
        value={order}
        onChange={setOrder}
      />
    </Filters>
  );
}
