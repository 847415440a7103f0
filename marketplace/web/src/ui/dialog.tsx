import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "./button";
import styles from "./ui.module.css";

interface DialogProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  onClose: () => void;
}

/** A modal dialog: the browser keeps the focus inside, and gives it back. */
export function Dialog({ title, children, actions, onClose }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { say } = useText(common);
  // Closed before it is taken away, the browser knows where the focus was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null || dialog.open) return;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog ref={ref} className={styles["dialog"]} aria-labelledby={id} onCancel={(event) => {
      event.preventDefault();
      onClose();
    }}>
      <div className={styles["dialogBody"]}>
        <div className={styles["dialogHead"]}>
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" aria-label={say("tooltip.close")} onClick={onClose}>
            ✕
          </Button>
        </div>
        {children}
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </div>
    </dialog>
  );
}

/** Whether a dialog is open, which takes `Escape` for itself. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
