import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { currentSession } from "@/api/session";
import { useAction } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Badge, Notice } from "@/ui/state";
import { PauseOrResume } from "./instances.query";
import type { InstanceStateFragment, MarketplaceCardFragment } from "./list.query";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";
import {
  activationPath,
  detailPath,
  instancePath,
  isUnfinished,
  userWizardPath,
  wizardPath,
} from "./state";

interface DialogProps {
  card: MarketplaceCardFragment;
  refresh: () => Promise<void>;
  onClose: () => void;
}

/** Which of several activations is meant; or another one. */
export default function InstancesDialog({ card, refresh, onClose }: DialogProps) {
  const { say } = useText(phrases);
  const mode = useStore(screenConfiguration).marketplace.configuration;
  const canAdd = card.isCustomerDeployable === true && card.allowMultipleMarketplaceInstances;
  const actions = (
    <>
      <Button onClick={onClose}>{say("activateIntegrationDialog.cancelButton")}</Button>
      {mode !== "disallow-details" && (
        <ButtonLink to={detailPath(card)}>
          {say("activateIntegrationDialog.viewDetails")}
        </ButtonLink>
      )}
      {canAdd && (
        <Button kind="primary" onClick={() => navigate(activationPath(card))}>
          {say("activateIntegrationDialog.addButton")}
        </Button>
      )}
    </>
  );
  return (
    <Dialog
      title={say("activateIntegrationDialog.instancesTitle")}
      actions={actions}
      onClose={onClose}
    >
      <p>{say("activateIntegrationDialog.instancesText")}</p>
      {card.isCustomerDeployable !== true && card.allowMultipleMarketplaceInstances && (
        <Notice>{say("activateIntegrationDialog.banner.text--isNotConfigurable", {
            organization: currentSession()?.organizationName ?? "",
          })}</Notice>
      )}
      <InstanceRows card={card} refresh={refresh} />
    </Dialog>
  );
}

type RowsProps = Pick<DialogProps, "card" | "refresh">;

export function InstanceRows({ card, refresh }: RowsProps) {
  const { dynamic } = useText(phrases);
  const pausing = useAction(async ({ id, enabled }: InstanceStateFragment) => {
    done((await mutate(PauseOrResume, { id, enabled: !enabled })).updateInstance);
    await refresh();
  });
  return (
    <>
      {pausing.error !== undefined && <Notice kind="error">{pausing.error.message}</Notice>}
      <ul className={styles["instances"]}>
        {nodes(card.instances).map((instance) => (
          <li key={instance.id}>
            <span className={styles["instanceName"]}>{dynamic(instance.name)}</span>
            <InstanceBadge instance={instance} />
            <RowActions
              instance={instance}
              card={card}
              isBusy={pausing.isRunning}
              pause={() => void pausing.run(instance)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

interface ActionsProps {
  instance: InstanceStateFragment;
  card: MarketplaceCardFragment;
  isBusy: boolean;
  pause: () => void;
}

function RowActions({ instance, card, isBusy, pause }: ActionsProps) {
  const { say, dynamic } = useText(phrases);
  const { hidePauseButton } = useStore(screenConfiguration).instance;
  const name = dynamic(instance.name);
  const link = (text: keyof typeof phrases, to: string) => (
    <ButtonLink to={to} aria-label={`${say(text)}: ${name}`}>
      {say(text)}
    </ButtonLink>
  );
  if (isUnfinished(instance)) return link("marquetry.continue", wizardPath(instance));
  const mayConfigure = instance.allowUpdateConfigVariables === true;
  const hasOwn = card.ulcDeploymentStatus === "ACTIVATED";
  const pauseText = say(
    instance.enabled
      ? "activateIntegrationDialog.pauseIntegration"
      : "activateIntegrationDialog.unpauseIntegration",
  );
  return (
    <span className={styles["instanceActions"]}>
      {link("activateIntegrationDialog.viewButton", instancePath(instance))}
      {link(
        mayConfigure
          ? "activateIntegrationDialog.configureButton"
          : "activateIntegrationDialog.viewConfiguration",
        wizardPath(instance),
      )}
      {card.userLevelConfigured &&
        link(
          hasOwn
            ? "activateIntegrationDialog.editUserConfiguration"
            : "activateIntegrationDialog.createUserConfiguration",
          userWizardPath(instance),
        )}
      {instance.allowUpdate && !hidePauseButton && (
        <Button
          aria-label={`${pauseText}: ${name}`}
          aria-disabled={isBusy}
          onClick={() => !isBusy && pause()}
        >
          {pauseText}
        </Button>
      )}
    </span>
  );
}

function InstanceBadge({ instance }: { instance: InstanceStateFragment }) {
  const { say } = useText(phrases);
  if (isUnfinished(instance)) {
    return <Badge kind="warning">{say("integration-marketplace__card.activateLabel")}</Badge>;
  }
  return instance.enabled ? (
    <Badge kind="success">{say("integration-marketplace__card.runningLabel")}</Badge>
  ) : (
    <Badge kind="info">{say("integration-marketplace__card.pausedLabel")}</Badge>
  );
}
