import { useState } from "react";
import { nodes } from "@/api/error";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button, Link } from "@/ui/button";
import { Logo } from "@/ui/logo";
import { Badge } from "@/ui/state";
import { InstancesDialog } from "./instances-dialog";
import type { MarketplaceCardFragment } from "./list.query";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";
import { detailPath, isOutdated, stateOf, targetOf } from "./state";

/** An integration in the list: what it is, how it stands, and what to do next. */
export function Card({ card }: { card: MarketplaceCardFragment }) {
  const { dynamic } = useText(phrases);
  const mode = useStore(screenConfiguration).marketplace.configuration;
  const [isChoosing, setIsChoosing] = useState(false);
  const instances = nodes(card.instances);
  const target = targetOf({ ...card, instances }, mode);
  const act = () => (target.kind === "choose" ? setIsChoosing(true) : navigate(target.path));
  const title = dynamic(card.name);
  return (
    <li className={styles["card"]}>
      <div className={styles["cardHead"]}>
        <Logo name={card.name} address={card.avatarUrl} />
        <div className={styles["cardTitle"]}>
          <h2>
            {mode === "disallow-details" ? (
              title
            ) : (
              <Link to={detailPath(card)} className={styles["cardLink"]}>
                {title}
              </Link>
            )}
          </h2>
          {card.category !== null && card.category !== "" && <p>{dynamic(card.category)}</p>}
        </div>
      </div>
      <p className={styles["description"]}>{dynamic(card.description)}</p>
      <div className={styles["cardFoot"]}>
        <CardBadge card={card} />
        <MainAction card={card} act={act} />
      </div>
      {isChoosing && <InstancesDialog card={card} onClose={() => setIsChoosing(false)} />}
    </li>
  );
}

function MainAction({ card, act }: { card: MarketplaceCardFragment; act: () => void }) {
  const { say, dynamic } = useText(phrases);
  const state = stateOf(card);
  const hasNone = nodes(card.instances).length === 0;
  if (hasNone && card.isCustomerDeployable !== true) {
    return <span className={styles["onRequest"]}>{say("marquetry.onRequest")}</span>;
  }
  const text = hasNone
    ? say("marquetry.activate")
    : state === "unconfigured"
      ? say("marquetry.continue")
      : say("activateIntegrationDialog.viewButton");
  return (
    <Button
      kind={hasNone || state === "unconfigured" ? "primary" : "plain"}
      aria-label={`${text}: ${dynamic(card.name)}`}
      onClick={act}
    >
      {text}
    </Button>
  );
}

function CardBadge({ card }: { card: MarketplaceCardFragment }) {
  const { say, number } = useText(phrases);
  const instances = nodes(card.instances);
  const hasUpdate = instances.some((instance) => isOutdated(instance, card));
  switch (stateOf(card)) {
    case "none":
      return <span />;
    case "unconfigured":
      return <Badge kind="warning">{say("integration-marketplace__card.activateLabel")}</Badge>;
    case "userUnconfigured":
      return <Badge kind="warning">{say("integration-marketplace__card.ulcUnconfiguredLabel")}</Badge>;
    case "paused":
      return <Badge kind="info">{say("integration-marketplace__card.pausedLabel")}</Badge>;
    case "active":
      if (hasUpdate) return <Badge kind="info">{say("marquetry.update")}</Badge>;
      return (
        <Badge kind="success">
          {instances.length > 1
            ? say("marquetry.several", { count: number(instances.length) })
            : say("integration-marketplace__card.runningLabel")}
        </Badge>
      );
  }
}
