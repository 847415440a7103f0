import { useState } from "react";
import { useLearning } from "@/api/session";
import { parameter } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Failure, Message, Spinner } from "@/ui/state";
import { NotFoundScreen } from "../not-found";
import { EndState, type Ending } from "./end-state";
import { Frame } from "./frame";
import { mergePages } from "./model";
import { phrases } from "./phrases";
import { useShowing } from "./use-events";
import { type WizardData, useWizardData } from "./use-wizard-data";
import type { Setup } from "./use-wizard";

/** Sets up an activation, or what belongs to one person in it. */
export default function WizardScreen({ id }: { id: string }) {
  const [isUserLevel] = useState(() => parameter("userLevelConfigured") === "true");
  const { data, error, load, reload } = useWizardData(id, isUserLevel);
  const showing = useShowing();
  const [ending, setEnding] = useState<Ending>();
  const loaded = data === "missing" ? undefined : data;
  const session = useLearning(loaded?.session);
  const { mode } = useStore(screenConfiguration).configurationWizard;
  if (ending !== undefined) return <EndState ending={ending} />;
  if (data === "missing") return <NotFoundScreen />;
  if (error !== undefined && data === undefined) return <Failure error={error} retry={load} />;
  if (data === undefined || session === undefined) return <Spinner />;
  const mayDo = !session.isMarketplaceUser && data.instance.allowUpdateConfigVariables === true;
  const isReadOnly = !isUserLevel && !mayDo;
  if (isUserLevel && data.instance.lastDeployedAt === null) return <NotYet />;
  const pages = mode === "streamlined" ? mergePages(data.pages) : data.pages;
  const setup: Setup = {
    data: { ...data, pages },
    isUserLevel,
    isReadOnly,
    showing,
    reload,
    refresh: load,
  };
  return <Frame key={versionOf(data)} setup={setup} onEnd={setEnding} />;
}

/** Another version has other pages: the wizard begins anew with it. */
function versionOf({ instance }: WizardData): string {
  return instance.integration.id;
}

function NotYet() {
  const { say } = useText(phrases);
  return <Message title={say("marquetry.wizard.userFirst")} />;
}
