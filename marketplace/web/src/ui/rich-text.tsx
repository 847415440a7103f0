import DOMPurify from "dompurify";
import { Marked } from "marked";
import { useMemo } from "react";
import styles from "./ui.module.css";

/** What texts of integration authors may hold: no scripts, no styles of the page, no forms. */
const ALLOWED = {
  USE_PROFILES: { html: true },
  FORBID_TAGS: ["form", "iframe", "input", "link", "meta", "object", "script", "style", "textarea"],
  FORBID_ATTR: ["id", "name", "style"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|#|data:image\/)/i,
};

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  // Links must not take the place of this page, and must not reach it.
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});

/** Headings of authors stand below those of the page. */
const LEVELS_BELOW = 2;

const markdown = new Marked({
  async: false,
  walkTokens: (token) => {
    if (token.type === "heading") token.depth = Math.min(token.depth + LEVELS_BELOW, 6);
  },
});

/** Markdown or HTML that somebody else wrote, made harmless. */
export default function RichText({ text }: { text: string }) {
  const clean = useMemo(
    () => DOMPurify.sanitize(markdown.parse(text, { async: false }), ALLOWED),
    [text],
  );
  return <div className={styles["richText"]} dangerouslySetInnerHTML={{ __html: clean }} />;
}
