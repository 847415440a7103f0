import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { useUnsaved } from "@/app/use-unsaved";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Logo } from "@/ui/logo";
import { useOnce } from "@/ui/use-once";
import { instancePath } from "../marketplace/state";
import type { Ending } from "./end-state";
import { Footer } from "./footer";
import { PageView } from "./page-view";
import { phrases } from "./phrases";
import { useRecording } from "./recording";
import { StepList } from "./step-list";
import { UserDeletion } from "./user-deletion";
import { type Setup, type Wizard, useWizard } from "./use-wizard";
import { VersionNotice } from "./version-notice";
import styles from "./wizard.module.css";
import { SaveRecording } from "./wizard.query";

interface FrameProps {
  setup: Setup;
  onEnd: (ending: Ending) => void;
}

/** The wizard around its pages: where one is, and how one goes on. */
export function Frame({ setup, onEnd }: FrameProps) {
  const { say } = useText(phrases);
  const { instance, pages } = setup.data;
  const { hideSidebar, isInModal, mode } = useStore(screenConfiguration).configurationWizard;
  const recording = useRecording(instance);
  const wizard = useWizard({
    ...setup,
    sayProblem: say,
    beforeDeploy: async () => {
      if (setup.isUserLevel || !recording.isChanged) return;
      const input = { id: instance.id, ...recording.values };
      done((await mutate(SaveRecording, input)).updateInstance);
    },
  });
  const leave = useLeaving(wizard, recording.isTouched, onEnd);
  useOnce(wizard.isDone, () => leave.finish());
  const hasSteps = !hideSidebar && pages.length > 1;
  return (
    <main className={styles["wizard"]} data-steps={hasSteps} data-modal={isInModal}>
      <Head wizard={wizard} isHidden={isInModal} />
      {hasSteps && <StepList wizard={wizard} />}
      <div className={styles["body"]}>
        {mode !== "streamlined" && !setup.isUserLevel && <VersionNotice wizard={wizard} />}
        <PageView wizard={wizard} recording={recording} />
        {setup.isUserLevel && <UserDeletion wizard={wizard} onDeleted={leave.afterDeletion} />}
      </div>
      <Footer wizard={wizard} cancel={leave.cancel} />
    </main>
  );
}

/** In a dialog of the host, whose title says the same, only for those who do not see that. */
function Head({ wizard, isHidden }: { wizard: Wizard; isHidden: boolean }) {
  const { say, dynamic } = useText(phrases);
  const { instance } = wizard.data;
  const { name, avatarUrl, versionNumber } = instance.integration;
  const title = say("confiureInstanceDialog.title", { name: dynamic(instance.name) });
  if (isHidden) return <h1 className="hidden-visually">{title}</h1>;
  return (
    <header className={styles["head"]}>
      <Logo name={name} address={avatarUrl} />
      <div>
        <h1>{title}</h1>
        <p className={styles["muted"]}>
          {dynamic(name)} ·{" "}
          {say("configWizard.integrationDetails.selectedVersion", {
            selectedVersion: versionNumber ?? "",
          })}
        </p>
      </div>
    </header>
  );
}

/** The ways out. Nobody loses what was typed without being asked. */
function useLeaving(wizard: Wizard, isRecordingTouched: boolean, onEnd: (ending: Ending) => void) {
  const { isInModal } = useStore(screenConfiguration).configurationWizard;
  const { isDirty, isDone, tell } = wizard;
  const { instance } = wizard.data;
  const leave = (ending: Ending) => {
    tell("CLOSED");
    if (isInModal) return onEnd(ending);
    const isThere = ending === "finished" || instance.lastDeployedAt !== null;
    navigate(isThere ? instancePath(instance) : "/integration-marketplace/", { replace: true });
  };
  const isTyped = (isDirty || isRecordingTouched) && !isDone;
  const ask = useUnsaved(isTyped, () => tell("CANCELED"));
  const cancel = () => {
    if (!isTyped) tell("CANCELED");
    leave("left");
  };
  return {
    cancel: () => ask(cancel),
    finish: () => leave("finished"),
    afterDeletion: () => {
      tell("DELETED");
      leave("deleted");
    },
  };
}
