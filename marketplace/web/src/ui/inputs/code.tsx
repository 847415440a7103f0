/** An editor for texts in a language, which says where they are wrong. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { useText } from "@/text/use-text";
import { languageOf } from "./code-language";
import styles from "./inputs.module.css";
import { phrases } from "./phrases";
import type { Language, ScalarProps } from "./scalar";

interface CodeInputProps extends ScalarProps {
  language: Language;
}

export default function CodeInput({ value, language, ids, isReadOnly, onChange }: CodeInputProps) {
  const { say } = useText(phrases);
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const settings = useRef(new Compartment());
  const grammar = useRef(new Compartment());
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (place.current === null) return;
    const report = EditorView.updateListener.of((update) => {
      if (update.docChanged) change.current(update.state.doc.toString());
    });
    const extensions = [base, report, grammar.current.of([])];
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: value, extensions: [extensions, settings.current.of([])] }),
    });
    view.current = editor;
    let isThere = true;
    void languageOf(language, say("marquetry.input.syntax")).then((extension) => {
      if (isThere) editor.dispatch({ effects: grammar.current.reconfigure(extension) });
    });
    return () => {
      isThere = false;
      editor.destroy();
    };
  }, [language]);
  useEffect(() => {
    const editor = view.current;
    const shown = editor?.state.doc.toString();
    if (shown === undefined || shown === value) return;
    editor?.dispatch({ changes: { from: 0, to: shown.length, insert: value } });
  }, [value]);
  const about = JSON.stringify(accessibility(ids));
  useEffect(() => {
    const extension = [
      // Read once more: at the first time, the label is drawn together with this.
      EditorView.contentAttributes.of(accessibility(ids)),
      EditorState.readOnly.of(isReadOnly),
    ];
    view.current?.dispatch({ effects: settings.current.reconfigure(extension) });
  }, [about, isReadOnly, language]);
  return (
    <div ref={place} className={styles["code"]} dir="ltr" data-invalid={ids["aria-invalid"]} />
  );
}

/** The label of a field cannot name what is no form element: it is named by the label's text. */
function accessibility(ids: CodeInputProps["ids"]): Record<string, string> {
  const label = ids["aria-label"] ?? document.querySelector(`label[for="${ids.id}"]`)?.textContent;
  return {
    id: ids.id,
    tabindex: "0",
    ...(label ? { "aria-label": label } : {}),
    ...(ids["aria-describedby"] === undefined
      ? {}
      : { "aria-describedby": ids["aria-describedby"] }),
    ...(ids["aria-invalid"] === undefined ? {} : { "aria-invalid": "true" }),
  };
}

const colors = HighlightStyle.define([
  { tag: [tags.string, tags.attributeValue], color: "var(--color-success)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--color-warning)" },
  { tag: [tags.propertyName, tags.tagName], color: "var(--color-link)" },
  { tag: [tags.attributeName, tags.comment], color: "var(--color-muted)" },
]);

// Tab leaves the editor, as it leaves every input: nobody is to be caught in it.
const base: Extension = [
  lineNumbers(),
  history(),
  EditorView.lineWrapping,
  syntaxHighlighting(colors),
  keymap.of([...defaultKeymap, ...historyKeymap]),
  EditorView.theme({
    "&": { background: "var(--color-background)", color: "var(--color-text)", fontSize: "0.9rem" },
    "&.cm-focused": { outline: "2px solid var(--color-accent)", outlineOffset: "-2px" },
    ".cm-content": { minHeight: "120px", fontFamily: "var(--font-code)" },
    ".cm-cursor": { borderLeftColor: "var(--color-text)" },
    ".cm-gutters": {
      background: "var(--color-subtle)",
      color: "var(--color-muted)",
      borderColor: "var(--color-border)",
    },
    ".cm-scroller": { maxHeight: "360px", overflow: "auto" },
    ".cm-tooltip": { background: "var(--color-raised)", color: "var(--color-text)" },
  }),
];
