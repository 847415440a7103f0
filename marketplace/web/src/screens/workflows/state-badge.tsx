import { useText } from "@/text/use-text";
import { Badge } from "@/ui/state";
import { phrases } from "./phrases";
import type { State } from "./state";

const STATES = {
  enabled: { kind: "success", text: "common.enabledStatus" },
  disabled: { kind: "info", text: "common.disabledStatus" },
  neverEnabled: { kind: "none", text: "common.notEnabledStatus" },
} as const;

export function StateBadge({ state }: { state: State }) {
  const { say } = useText(phrases);
  const { kind, text } = STATES[state];
  return <Badge kind={kind}>{say(text)}</Badge>;
}
