/** Which errors count: what a rule hides is not asked for. */
import { type UISchemaElement, getControlPath, isVisible, toDataPath } from "@jsonforms/core";
import { type FormError, formValidator } from "./validator";

/** What elements may have, whatever they are. */
interface Parts {
  scope?: string;
  elements?: readonly UISchemaElement[];
}

interface Reach {
  shown: string[];
  hidden: string[];
}

/** Errors but those of what only hidden controls stand for. */
export function shownErrors(
  errors: readonly FormError[],
  uiSchema: UISchemaElement | undefined,
  data: unknown,
): FormError[] {
  const reach: Reach = { shown: [], hidden: [] };
  if (uiSchema !== undefined) walk(uiSchema, data, true, reach);
  return errors.filter((error) => {
    const path = getControlPath(error);
    const covers = (control: string) => path === control || path.startsWith(`${control}.`);
    return !reach.hidden.some(covers) || reach.shown.some(covers);
  });
}

function walk(element: UISchemaElement, data: unknown, isShown: boolean, reach: Reach): void {
  const ajv = formValidator as never;
  const shown = isShown && isVisible(element, data, "", ajv, undefined);
  const { scope, elements } = element as Parts;
  if (scope !== undefined) (shown ? reach.shown : reach.hidden).push(toDataPath(scope));
  for (const child of elements ?? []) walk(child, data, shown, reach);
}
