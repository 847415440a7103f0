import { currentSession } from "@/api/session";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/state";
import { problemOf } from "./check";
import { phrases } from "./phrases";
import type { Wizard } from "./use-wizard";
import styles from "./wizard.module.css";

export function Footer({ wizard, cancel }: { wizard: Wizard; cancel: () => void }) {
  const { say } = useText(phrases);
  const { index, isLast, isBusy, isReadOnly, problems, data, goTo, next } = wizard;
  const isBlocked = isLast && !isReadOnly && hasMissing(wizard);
  const hasMarked = Object.keys(problems.byKey).length > 0;
  const forward = isLast
    ? say(isBusy ? "marquetry.wizard.finishing" : "configurationWizardDialog.finishButton")
    : say(isBusy ? "common.saving" : "configurationWizardDialog.nextButton");
  return (
    <footer className={styles["footer"]}>
      {problems.others.map((problem) => (
        <Notice key={problem} kind="error">
          {problem}
        </Notice>
      ))}
      {hasMarked && <Notice kind="error">{say("marquetry.wizard.fix")}</Notice>}
      {isBlocked && (
        <Notice kind="warning">
          {say("configurationWizardDialog.missingEmbeddedConfigVariablesWarningText", {
            organizationName: currentSession()?.organizationName ?? "",
          })}
        </Notice>
      )}
      <div className={styles["buttons"]}>
        <Button onClick={cancel}>
          {say(isReadOnly ? "marquetry.wizard.close" : "configurationWizardDialog.cancelButton")}
        </Button>
        <span className={styles["spacer"]} />
        {index > 0 && (
          <Button aria-disabled={isBusy} onClick={() => !isBusy && goTo(index - 1)}>
            {say("configurationWizardDialog.previousButton")}
          </Button>
        )}
        {!(isReadOnly && isLast) && data.pages.length > 0 && !isBlocked && (
          <Button kind="primary" aria-disabled={isBusy} onClick={() => void next()}>
            {forward}
          </Button>
        )}
      </div>
    </footer>
  );
}

/** Whether the host still has to set what nobody else can. */
function hasMissing({ data, drafts }: Wizard): boolean {
  return data.variables
    .filter(({ isEmbedded }) => isEmbedded)
    .some((variable) => problemOf(variable, drafts[variable.key] ?? variable.saved) !== undefined);
}
