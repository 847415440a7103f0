import { useText } from "@/text/use-text";
import { Badge } from "@/ui/state";
import type { Life } from "./life";
import { phrases } from "./phrases";

const LIVES = {
  active: "success",
  changed: "info",
  needsConfiguration: "warning",
  needsUserConfiguration: "warning",
  paused: "info",
  undeployed: "warning",
} as const;

export function LifeBadge({ life }: { life: Life }) {
  const { say } = useText(phrases);
  return <Badge kind={LIVES[life]}>{say(`marquetry.life.${life}`)}</Badge>;
}
