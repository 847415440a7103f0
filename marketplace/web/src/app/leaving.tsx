/** The question before something typed is lost. */
import { useEffect } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useStore } from "./store";
import { discard, isUnsaved, leaveQuestion, stay } from "./unsaved";

export function Leaving() {
  const { say } = useText(common);
  const question = useStore(leaveQuestion);
  useClosingPage();
  if (question === undefined) return null;
  const actions = (
    <>
      <Button onClick={stay}>{say("marquetry.discard.stay")}</Button>
      <Button kind="danger" onClick={discard}>
        {say("marquetry.discard.leave")}
      </Button>
    </>
  );
  return (
    <Dialog title={say("marquetry.discard.title")} actions={actions} onClose={stay}>
      <p>
        {say(
          question.isHistory
            ? "configurationWizardDialog.previousWarningText"
            : "marquetry.discard.text",
        )}
      </p>
    </Dialog>
  );
}

/** A page that goes as a whole can only be asked for by the browser. */
function useClosingPage(): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (isUnsaved()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
}
