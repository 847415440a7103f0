import { nodes } from "@/api/error";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Badge } from "@/ui/state";
import type { InstanceStateFragment, MarketplaceCardFragment } from "./list.query";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";
import { activationPath, instancePath, isUnfinished, wizardPath } from "./state";

type Card = Pick<
  MarketplaceCardFragment,
  "allowMultipleMarketplaceInstances" | "id" | "instances" | "isCustomerDeployable" | "name"
>;

/** Which of several activations is meant; or another one. */
export function InstancesDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const { say } = useText(phrases);
  const canAdd = card.isCustomerDeployable === true && card.allowMultipleMarketplaceInstances;
  const add = canAdd && (
    <Button kind="primary" onClick={() => navigate(activationPath(card))}>
      {say("activateIntegrationDialog.addButton")}
    </Button>
  );
  return (
    <Dialog title={say("activateIntegrationDialog.instancesTitle")} actions={add} onClose={onClose}>
      <p>{say("activateIntegrationDialog.instancesText")}</p>
      <InstanceRows instances={nodes(card.instances)} />
    </Dialog>
  );
}

export function InstanceRows({ instances }: { instances: readonly InstanceStateFragment[] }) {
  const { say, dynamic } = useText(phrases);
  return (
    <ul className={styles["instances"]}>
      {instances.map((instance) => (
        <li key={instance.id}>
          <span className={styles["instanceName"]}>{dynamic(instance.name)}</span>
          <InstanceBadge instance={instance} />
          {isUnfinished(instance) ? (
            <ButtonLink to={wizardPath(instance)}>{say("marquetry.continue")}</ButtonLink>
          ) : (
            <ButtonLink to={instancePath(instance)}>
              {say("activateIntegrationDialog.viewButton")}
            </ButtonLink>
          )}
        </li>
      ))}
    </ul>
  );
}

export function InstanceBadge({ instance }: { instance: InstanceStateFragment }) {
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
