/** Which input shows a variable that is one value, or the entries of one that is several. */
import type { Language, ScalarKind } from "@/ui/inputs/scalar";
import type { Content, Option } from "./content";
import type { Variable } from "./model";

export function scalarKindOf(
  variable: Variable,
  content: Content | undefined,
  dynamic: (text: string) => string,
): ScalarKind {
  switch (variable.dataType) {
    case "BOOLEAN":
      return { type: "boolean" };
    case "NUMBER":
      return { type: "number" };
    case "DATE":
      return { type: "date" };
    case "TIMESTAMP":
      return { type: "timestamp" };
    case "CODE": {
      const language = (variable.codeLanguage?.toLowerCase() ?? "text") as Language;
      return { type: "code", language };
    }
    case "PICKLIST":
      return { type: "options", options: optionsOf(variable, content, dynamic) };
    case "JSONFORM":
    case "OBJECTFIELDMAP":
    case "OBJECTSELECTION":
      return { type: "code", language: "json" };
    default:
      return { type: "text" };
  }
}

function optionsOf(
  variable: Variable,
  content: Content | undefined,
  dynamic: (text: string) => string,
): Option[] {
  const own = variable.pickList.map((value) => ({ value, label: value }));
  const options = content?.type === "options" ? content.options : own;
  return options.map(({ value, label }) => ({ value, label: dynamic(label) }));
}
