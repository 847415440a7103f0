import { useEffect, useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { unsaved } from "@/app/app";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { tellHost } from "@/host/channel";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
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
  const leave = useLeaving(wizard, onEnd);
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
      {leave.isAsking && <Discard stay={leave.stay} discard={leave.discard} />}
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
function useLeaving(wizard: Wizard, onEnd: (ending: Ending) => void) {
  const { isInModal } = useStore(screenConfiguration).configurationWizard;
  const [asking, setAsking] = useState<"cancel" | "popover">();
  const { isDirty, isDone, tell } = wizard;
  const { instance } = wizard.data;
  const leave = (ending: Ending) => {
    tell("CLOSED");
    if (isInModal) return onEnd(ending);
    const isThere = ending === "finished" || instance.lastDeployedAt !== null;
    navigate(isThere ? instancePath(instance) : "/integration-marketplace/", { replace: true });
  };
  const discard = () => {
    tell("CANCELED");
    leave("left");
    if (asking === "popover") tellHost("POPOVER_CLOSE_REQUESTED", {});
  };
  useEffect(() => {
    unsaved.ask = () => {
      if (isDirty && !isDone) setAsking("popover");
      return isDirty && !isDone;
    };
    return () => {
      unsaved.ask = undefined;
    };
  }, [isDirty, isDone]);
  return {
    isAsking: asking !== undefined,
    discard,
    stay: () => setAsking(undefined),
    cancel: () => (isDirty ? setAsking("cancel") : discard()),
    finish: () => leave("finished"),
    afterDeletion: () => {
      tell("DELETED");
      leave("deleted");
    },
  };
}

function Discard({ stay, discard }: { stay: () => void; discard: () => void }) {
  const { say } = useText(phrases);
  const actions = (
    <>
      <Button onClick={stay}>{say("marquetry.wizard.discard.stay")}</Button>
      <Button kind="danger" onClick={discard}>
        {say("marquetry.wizard.discard.leave")}
      </Button>
    </>
  );
  return (
    <Dialog title={say("marquetry.wizard.discard.title")} actions={actions} onClose={stay}>
      <p>{say("marquetry.wizard.discard.text")}</p>
    </Dialog>
  );
}
