/** How a text in a language is coloured and checked. Each language is loaded when it is needed. */
import { syntaxTree } from "@codemirror/language";
import { type Diagnostic, linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { Language } from "./scalar";

export async function languageOf(language: Language, message: string): Promise<Extension> {
  const check = linter((view) => broken(view, message));
  switch (language) {
    case "json": {
      const { json, jsonParseLinter } = await import("@codemirror/lang-json");
      const parse = jsonParseLinter();
      // Nothing at all is not wrong JSON: it is missing, which the field says.
      return [json(), linter((view) => (isBlank(view) ? [] : parse(view)))];
    }
    case "xml":
      return [(await import("@codemirror/lang-xml")).xml(), check];
    case "html":
      return [(await import("@codemirror/lang-html")).html(), check];
    case "yaml":
      return [(await import("@codemirror/lang-yaml")).yaml(), check];
    case "text":
      return [];
  }
}

function isBlank(view: EditorView): boolean {
  return view.state.doc.toString().trim() === "";
}

function broken(view: EditorView, message: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  syntaxTree(view.state).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found.push({ from, to, severity: "error", message });
    },
  });
  return found;
}
