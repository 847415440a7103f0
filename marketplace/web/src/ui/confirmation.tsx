import { type ReactNode, useState } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field, inputClass } from "./field";
import { Notice } from "./state";

interface ConfirmationProps {
  title: string;
  children: ReactNode;
  /** What the button says that does it. */
  confirm: string;
  /** What has to be typed before; nothing for what can be undone. */
  typed?: string;
  /** What the button says that does it not. */
  cancel?: string;
  isDanger?: boolean;
  isRunning: boolean;
  error: Error | undefined;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is done that others would miss. */
export function Confirmation(props: ConfirmationProps) {
  const { typed, isRunning, error, onClose, isDanger = false } = props;
  const { say } = useText(common);
  const [text, setText] = useState("");
  const isAllowed = typed === undefined || text.trim() === typed.trim();
  const act = () => {
    if (isAllowed && !isRunning) props.onConfirm();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{props.cancel ?? say("common.cancelButton")}</Button>
      <Button
        kind={isDanger ? "danger" : "primary"}
        aria-disabled={!isAllowed || isRunning}
        onClick={act}
      >
        {isRunning ? say("common.loading") : props.confirm}
      </Button>
    </>
  );
  return (
    <Dialog title={props.title} actions={actions} onClose={onClose}>
      <div>{props.children}</div>
      {typed !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            act();
          }}
        >
          <Field
            label={say("input.confirmRequiredTextLabel")}
            hint={`${say("deleteDialog.confirmText")}: ${typed}`}
            problem={
              isAllowed || typed.startsWith(text.trim())
                ? undefined
                : say("deleteDialog.confirmRequiredTextValidation", { requiredText: typed })
            }
          >
            {(ids) => (
              <input
                {...ids}
                className={inputClass}
                autoComplete="off"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        </form>
      )}
      {error !== undefined && <Notice kind="error">{error.message}</Notice>}
    </Dialog>
  );
}
