import { useText } from "@/text/use-text";
import { Badge } from "@/ui/state";
import { phrases } from "./phrases";
import type { State } from "./state";

const STATES = {
  published: { kind: "success", text: "marquetry.designer.published" },
  changed: { kind: "info", text: "marquetry.designer.changed" },
  unpublished: { kind: "none", text: "marquetry.designer.notPublished" },
} as const;

export function StateBadge({ state }: { state: State }) {
  const { say } = useText(phrases);
  const { kind, text } = STATES[state];
  return <Badge kind={kind}>{say(text)}</Badge>;
}
