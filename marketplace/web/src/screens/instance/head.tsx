import { useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useAction } from "@/api/use-query";
import { useStore } from "@/app/store";
import { tellHost } from "@/host/channel";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Confirmation } from "@/ui/confirmation";
import { Logo } from "@/ui/logo";
import { BackLink } from "@/ui/page";
import { Notice } from "@/ui/state";
import { wizardPath } from "../marketplace/state";
import { factsOf } from "./facts";
import { Deactivate, type InstanceHeadFragment, SetEnabled } from "./instance.query";
import styles from "./instance.module.css";
import { lifeOf } from "./life";
import { LifeBadge } from "./life-badge";
import { phrases } from "./phrases";

interface HeadProps {
  instance: InstanceHeadFragment;
  refresh: () => Promise<void>;
  onRemoved: () => void;
}

export function Head({ instance, refresh, onRemoved }: HeadProps) {
  const { say, dynamic } = useText(phrases);
  const { hideBackToMarketplace } = useStore(screenConfiguration).instance;
  const { integration } = instance;
  const isDeployed = instance.lastDeployedAt !== null;
  const number = isDeployed ? instance.deployedVersion : integration.versionNumber;
  const version = say("marquetry.version", { version: number });
  return (
    <>
      {!hideBackToMarketplace && (
        <nav>
          <BackLink
            to="/integration-marketplace/"
            label={say("filterBar.breadcrumb.integrationMarketplace")}
          />
        </nav>
      )}
      <header className={styles["head"]}>
        <Logo name={integration.name} address={integration.avatarUrl} />
        <div className={styles["title"]}>
          <h1>{dynamic(instance.name)}</h1>
          <p className={styles["facts"]}>
            {integration.name !== instance.name && <span>{dynamic(integration.name)}</span>}
            <span>{version}</span>
            <LifeBadge life={lifeOf(instance)} />
          </p>
        </div>
        <Actions instance={instance} refresh={refresh} onRemoved={onRemoved} />
      </header>
    </>
  );
}

function Actions({ instance, refresh, onRemoved }: HeadProps) {
  const { say, dynamic } = useText(phrases);
  const { hidePauseButton, hideDeactivation } = useStore(screenConfiguration).instance;
  const [isRemoving, setIsRemoving] = useState(false);
  const [isResumed, setIsResumed] = useState(false);
  const isDeployed = instance.lastDeployedAt !== null;
  const mayConfigure = instance.allowUpdateConfigVariables === true;
  const pausing = useAction(async () => {
    const input = { id: instance.id, enabled: !instance.enabled };
    done((await mutate(SetEnabled, input)).updateInstance);
    await refresh();
    setIsResumed(!instance.enabled);
  });
  const configure = mayConfigure
    ? "integrations.id__filterBar.reconfigureButton"
    : "integrations.id__filterBar.viewConfigurationButton";
  return (
    <>
      <div className={styles["actions"]}>
        <ButtonLink to={wizardPath(instance)} kind={isDeployed ? "plain" : "primary"}>
          {say(isDeployed ? configure : "marquetry.continue")}
        </ButtonLink>
        {isDeployed && instance.allowUpdate && !hidePauseButton && (
          <Button aria-disabled={pausing.isRunning} onClick={() => {
            if (!pausing.isRunning) void pausing.run();
          }}>
            {say(
              instance.enabled
                ? "integrations.id__banner.pauseButton"
                : "integrations.id__banner.unpauseButton",
            )}
          </Button>
        )}
        {instance.allowRemove && !hideDeactivation && (
          <Button kind="danger" onClick={() => setIsRemoving(true)}>
            {say("deactivateIntegrationDialog.openButton")}
          </Button>
        )}
      </div>
      {isResumed && instance.enabled && (
        <Notice kind="success">{say("integrations.id__banner.enabledText")}</Notice>
      )}
      {pausing.error !== undefined && <Notice kind="error">{pausing.error.message}</Notice>}
      {isRemoving && (
        <Removal
          instance={instance}
          typed={dynamic(instance.name)}
          onRemoved={onRemoved}
          onClose={() => setIsRemoving(false)}
        />
      )}
    </>
  );
}

interface RemovalProps {
  instance: InstanceHeadFragment;
  typed: string;
  onRemoved: () => void;
  onClose: () => void;
}

function Removal({ instance, typed, onRemoved, onClose }: RemovalProps) {
  const { say } = useText(phrases);
  const removal = useAction(async () => {
    done((await mutate(Deactivate, { id: instance.id })).deleteInstance);
    tellHost("INSTANCE_DELETED", factsOf(instance));
    onRemoved();
  });
  return (
    <Confirmation
      title={say("deactivateIntegrationDialog.title")}
      confirm={say("deactivateIntegrationDialog.confirmButton")}
      typed={typed}
      isDanger
      isRunning={removal.isRunning}
      error={removal.error}
      onConfirm={() => void removal.run()}
      onClose={onClose}
    >
      <p>{say("deactivateIntegrationDialog.warningText")}</p>
      {instance.integration.userLevelConfigured && (
        <p>{say("deleteUserConfigurationDialog.warningText--hasUserConfiguration")}</p>
      )}
    </Confirmation>
  );
}
