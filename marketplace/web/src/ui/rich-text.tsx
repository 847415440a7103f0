import DOMPurify from "dompurify";
import { useMemo } from "react";

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

/** HTML that somebody else wrote, made harmless. */
export default function RichText({ html }: { html: string }) {
  const clean = useMemo(() => DOMPurify.sanitize(html, ALLOWED), [html]);
  return <div dangerouslySetInnerHTML={{ __html: clean }} />;
}
