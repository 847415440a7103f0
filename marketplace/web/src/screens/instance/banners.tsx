import { type ReactNode, useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { currentSession } from "@/api/session";
import { useAction } from "@/api/use-query";
import { navigate } from "@/app/router";
import { tellHost } from "@/host/channel";
import type { Values } from "@/text/translate";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Confirmation } from "@/ui/confirmation";
import { Notice } from "@/ui/state";
import { userWizardPath, wizardPath } from "../marketplace/state";
import { factsOf } from "./facts";
import { ApplyConfiguration, type InstanceHeadFragment, TakeVersion } from "./instance.query";
import styles from "./instance.module.css";
import { type Banner, bannersOf, brokenConnections, updateOf } from "./life";
import { phrases } from "./phrases";

interface BannersProps {
  instance: InstanceHeadFragment;
  refresh: () => Promise<void>;
}

/** What somebody should know, and do, before they read on. */
export function Banners({ instance, refresh }: BannersProps) {
  const broken = brokenConnections(nodes(instance.configVariables));
  const banners = bannersOf({
    ...instance,
    update: updateOf(instance),
    hasBrokenConnections: broken.length > 0,
  });
  if (banners.length === 0) return null;
  return (
    <div className={styles["banners"]}>
      {banners.map((banner) => (
        <OneBanner
          key={banner}
          banner={banner}
          instance={instance}
          broken={broken}
          refresh={refresh}
        />
      ))}
    </div>
  );
}

interface OneBannerProps extends BannersProps {
  banner: Banner;
  broken: string[];
}

function OneBanner({ banner, instance, broken, refresh }: OneBannerProps) {
  const { say, dynamic } = useText(phrases);
  const organization = currentSession()?.organizationName ?? "";
  const given: Values = organization === "" ? {} : { organization };
  const configure = (text: string) =>
    instance.allowUpdateConfigVariables === true && (
      <ButtonLink to={wizardPath(instance)}>{text}</ButtonLink>
    );
  switch (banner) {
    case "suspended":
      return <Notice kind="error">{say("marquetry.banner.suspended", given)}</Notice>;
    case "needsConfiguration":
      return (
        <Notice kind="warning" action={configure(say("marquetry.continue"))}>
          {say("marquetry.banner.needsConfiguration")}
        </Notice>
      );
    case "broken":
      return (
        <Notice kind="warning" action={configure(say("marquetry.banner.reconnect"))}>
          {say("marquetry.banner.broken", { names: broken.map(dynamic).join(", ") })}
        </Notice>
      );
    case "needsUserConfiguration": {
      const action = (
        <ButtonLink to={userWizardPath(instance)}>
          {say("integrations.id__filterBar.configureUserButton")}
        </ButtonLink>
      );
      return (
        <Notice kind="warning" action={action}>
          {say("integrations.id__banner.userLevelConnectionsText")}
        </Notice>
      );
    }
    case "paused":
      return <Notice>{say("integrations.id__banner.pausedText")}</Notice>;
    case "changed":
      return <Apply instance={instance} refresh={refresh} />;
    case "mayTake":
      return <TakeUpdate instance={instance} refresh={refresh} />;
    case "mayAsk":
      return <Notice>{say("integrations.id__banner.customerUpdateText", given)}</Notice>;
  }
}

function Problem({ error }: { error: Error | undefined }): ReactNode {
  return error !== undefined && <Notice kind="error">{error.message}</Notice>;
}

async function deploy(id: string): Promise<void> {
  const { instance } = done((await mutate(ApplyConfiguration, { id })).deployInstance);
  if (instance !== null) tellHost("INSTANCE_DEPLOYED", factsOf(instance));
}

function Apply({ instance, refresh }: BannersProps) {
  const { say } = useText(phrases);
  const applying = useAction(async () => {
    await deploy(instance.id);
    await refresh();
  });
  const action = instance.allowDeploy === true && (
    <Button aria-disabled={applying.isRunning} onClick={() => {
      if (!applying.isRunning) void applying.run();
    }}>
      {say(applying.isRunning ? "common.loading" : "marquetry.banner.apply")}
    </Button>
  );
  return (
    <>
      <Notice action={action}>{say("marquetry.banner.changed")}</Notice>
      <Problem error={applying.error} />
    </>
  );
}

/** Takes the new version with the values there are; if these are not enough, asks for the rest. */
function TakeUpdate({ instance, refresh }: BannersProps) {
  const { say } = useText(phrases);
  const [isAsking, setIsAsking] = useState(false);
  const version = instance.integration.latest;
  const updating = useAction(async () => {
    if (version === null) return;
    const input = { id: instance.id, version: version.id };
    const taken = done((await mutate(TakeVersion, input)).updateInstance).instance;
    if (taken?.configState === "NEEDS_INSTANCE_CONFIGURATION") {
      navigate(wizardPath(instance));
      return;
    }
    await deploy(instance.id);
    setIsAsking(false);
    await refresh();
  });
  const start = () => {
    if (instance.needsDeploy) setIsAsking(true);
    else if (!updating.isRunning) void updating.run();
  };
  const action = (
    <Button aria-disabled={updating.isRunning} onClick={start}>
      {say(updating.isRunning ? "common.loading" : "integrations.id__banner.updateButton")}
    </Button>
  );
  return (
    <>
      <Notice action={action}>
        {say("integrations.id__banner.updateText", { version: version?.versionNumber ?? "" })}
      </Notice>
      {isAsking ? (
        <Confirmation
          title={say("integrations.id__banner.update.confirmationTitle")}
          confirm={say("integrations.id__banner.updateButton")}
          cancel={say("integrations.id__banner.update.cancelText")}
          isRunning={updating.isRunning}
          error={updating.error}
          onConfirm={() => void updating.run()}
          onClose={() => setIsAsking(false)}
        >
          {say("integrations.id__banner.update.confirmationText")}
        </Confirmation>
      ) : (
        <Problem error={updating.error} />
      )}
    </>
  );
}
