import { type ReactNode, useState } from "react";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import styles from "./instance.module.css";

const phrases = {
  "marquetry.show": "Show",
  "marquetry.hide": "Hide",
  "marquetry.hidden": "Hidden",
} as const;

/** A text that others should not read over the shoulder: shown on demand, copied unseen. */
export function Secret({ text, label, copy, isOpen = false, children }: {
  text: string;
  label: string;
  /** What copying is called, where there is a phrase for it. */
  copy?: string;
  isOpen?: boolean;
  /** What else can be done with it. */
  children?: ReactNode;
}) {
  const { say } = useText(phrases);
  const [isShown, setIsShown] = useState(isOpen);
  return (
    <span className={styles["secret"]}>
      <code dir="ltr">{isShown ? text : <Mask text={say("marquetry.hidden")} />}</code>
      {!isOpen && (
        <Button
          kind="quiet"
          aria-pressed={isShown}
          aria-label={`${say("marquetry.show")}: ${label}`}
          onClick={() => setIsShown(!isShown)}
        >
          {say(isShown ? "marquetry.hide" : "marquetry.show")}
        </Button>
      )}
      <CopyButton
        text={text}
        label={label}
        name={copy === undefined ? undefined : `${copy}: ${label}`}
      />
      {children}
    </span>
  );
}

function Mask({ text }: { text: string }) {
  return (
    <>
      <span aria-hidden="true">••••••••••••</span>
      <span className="hidden-visually">{text}</span>
    </>
  );
}
