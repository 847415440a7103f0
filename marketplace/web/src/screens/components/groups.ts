/** The parts of a component by what they are for. */

interface Part {
  label: string;
  description: string;
  isTrigger: boolean;
  isDataSource: boolean;
}

export type Kind = "actions" | "dataSources" | "triggers";

export interface Group<P> {
  kind: Kind;
  parts: P[];
}

const KINDS: readonly Kind[] = ["triggers", "actions", "dataSources"];

/** Groups that have something that matches, in the order of a flow. */
export function groupsOf<P extends Part>(parts: readonly P[], search: string): Group<P>[] {
  const term = search.trim().toLowerCase();
  const found = parts.filter(({ label, description }) =>
    `${label}\n${description}`.toLowerCase().includes(term),
  );
  return KINDS.map((kind) => ({
    kind,
    parts: found.filter((part) => kindOf(part) === kind),
  })).filter((group) => group.parts.length > 0);
}

function kindOf({ isTrigger, isDataSource }: Part): Kind {
  if (isTrigger) return "triggers";
  return isDataSource ? "dataSources" : "actions";
}
