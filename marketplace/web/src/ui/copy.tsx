import { useState } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "./button";

interface CopyButtonProps {
  /** What is copied. */
  text: string;
  /** What it is, for those who do not see what stands beside the button. */
  label: string;
  /** The whole name of the button, where there is a phrase for it. */
  name?: string | undefined;
  /** What it shows, where there are several beside each other. */
  shown?: string | undefined;
}

export function CopyButton({ text, label, name, shown }: CopyButtonProps) {
  const { say } = useText(common);
  const [isCopied, setIsCopied] = useState(false);
  const act = async () => setIsCopied(await copy(text));
  return (
    <span>
      <Button
        kind="quiet"
        aria-label={name ?? `${say("marquetry.copy")}: ${label}`}
        onClick={() => void act()}
        onBlur={() => setIsCopied(false)}
      >
        {isCopied ? say("tooltip.copyConfirmed") : (shown ?? say("marquetry.copy"))}
      </Button>
      <span role="status" className="hidden-visually">
        {isCopied ? say("tooltip.copyConfirmed") : ""}
      </span>
    </span>
  );
}

/** Pages that are embedded by others may be kept from the clipboard; selections are not. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden-visually";
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}
