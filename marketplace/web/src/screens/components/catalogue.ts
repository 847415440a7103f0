/** The components somebody looks for. */
import type { ComponentFilters } from "@/host/settings";
import type { ComponentCardFragment } from "./components.query";
import { meets } from "./filter-query";

export interface Chosen {
  search: string;
  category: string;
}

type Component = Pick<ComponentCardFragment, "category" | "description" | "key" | "label">;

/** By name; hosts and authors think of components in the words of the source. */
export function found<C extends Component>(
  components: readonly C[],
  { search, category }: Chosen,
  host: ComponentFilters,
): C[] {
  const term = search.trim().toLowerCase();
  return shownTo(components, host)
    .filter((component) => category === "" || component.category === category)
    .filter(({ label, key, description }) =>
      `${label}\n${key}\n${description}`.toLowerCase().includes(term),
    )
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** The categories that can be chosen from. */
export function categoriesOf(components: readonly Component[], host: ComponentFilters): string[] {
  const names = shownTo(components, host).flatMap(({ category }) => category || []);
  return [...new Set(names)].sort((a, b) => a.localeCompare(b));
}

function shownTo<C extends Component>(components: readonly C[], host: ComponentFilters): C[] {
  return components.filter(
    (component) =>
      (host.category === undefined || component.category === host.category) &&
      meets(host.filterQuery, fieldsOf(component)) !== false,
  );
}

function fieldsOf({ label, category }: Component) {
  return new Map([
    ["name", [label]],
    ["category", category === null ? [] : [category]],
  ]);
}
