import { Suspense, lazy, useState } from "react";
import { nodes } from "@/api/error";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button, Link } from "@/ui/button";
import { Logo } from "@/ui/logo";
import { Badge } from "@/ui/state";
import type { MarketplaceCardFragment } from "./list.query";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";
import { connectionStateOf, detailPath, isOutdated, stateOf, targetOf } from "./state";

const InstancesDialog = lazy(() => import("./instances-dialog"));

interface CardProps {
  card: MarketplaceCardFragment;
  /** Asks again how it stands. */
  refresh: () => Promise<void>;
}

/** An integration in the list: what it is, how it stands, and what to do next. */
export function Card({ card, refresh }: CardProps) {
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
        <div className={styles["badges"]}>
          <CardBadge card={card} />
          <ConnectionBadge card={card} />
        </div>
        <MainAction card={card} act={act} />
      </div>
      {isChoosing && (
        <Suspense>
          <InstancesDialog card={card} refresh={refresh} onClose={() => setIsChoosing(false)} />
        </Suspense>
      )}
    </li>
  );
}

function MainAction({ card, act }: { card: MarketplaceCardFragment; act: () => void }) {
  const { say, dynamic } = useText(phrases);
  const state = stateOf(card);
  const hasNone = nodes(card.instances).length === 0;
  if (hasNone && card.isCustomerDeployable !== true) {
    return (
      <span className={styles["onRequest"]}>
        {say("activateIntegrationDialog.marketplaceConfigurationError")}
      </span>
    );
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
  const areMany = instances.length > 1;
  const hint = (one: keyof typeof phrases, many: keyof typeof phrases) => say(areMany ? many : one);
  switch (stateOf(card)) {
    case "none":
      return null;
    case "unconfigured":
      return (
        <Badge
          kind="warning"
          hint={hint(
            "integration-marketplace.instanceUnconfiguredTooltip",
            "integration-marketplace.instancesUnconfiguredTooltip",
          )}
        >
          {say("integration-marketplace__card.activateLabel")}
        </Badge>
      );
    case "userUnconfigured":
      return (
        <Badge
          kind="warning"
          hint={hint(
            "integration-marketplace.userUnconfiguredTooltip",
            "integration-marketplace.usersUnconfiguredTooltip",
          )}
        >
          {say("integration-marketplace__card.ulcUnconfiguredLabel")}
        </Badge>
      );
    case "paused":
      return (
        <Badge
          kind="info"
          hint={hint(
            "integration-marketplace.instancePausedTooltip",
            "integration-marketplace.instancesPausedTooltip",
          )}
        >
          {say("integration-marketplace__card.pausedLabel")}
        </Badge>
      );
    case "active":
      if (hasUpdate) {
        const latestVersion = number(card.versionNumber);
        return (
          <Badge
            kind="info"
            hint={say("tooltip.newIntegrationVersionAvailable", { latestVersion })}
          >
            {say("marquetry.update")}
          </Badge>
        );
      }
      return <ActiveBadge card={card} count={instances.length} />;
  }
}

function ActiveBadge({ card, count }: { card: MarketplaceCardFragment; count: number }) {
  const { say, number } = useText(phrases);
  const who = card.userLevelConfigured ? "user" : "instance";
  const hint = `integration-marketplace.${who}${count > 1 ? "s" : ""}ActivatedTooltip` as const;
  return (
    <Badge kind="success" hint={say(hint)}>
      {count > 1
        ? say("marquetry.several", { count: number(count) })
        : say("integration-marketplace__card.runningLabel")}
    </Badge>
  );
}

const KINDS = {
  Connected: "success",
  Error: "error",
  Failed: "error",
  Pending: "warning",
} as const;

function ConnectionBadge({ card }: { card: MarketplaceCardFragment }) {
  const { say } = useText(phrases);
  const state = connectionStateOf(nodes(card.instances));
  if (state === undefined) return null;
  return (
    <Badge kind={KINDS[state]} hint={say(`integration-marketplace.connection${state}Tooltip`)}>
      {say(`integration-marketplace__card.connection${state}Label`)}
    </Badge>
  );
}
