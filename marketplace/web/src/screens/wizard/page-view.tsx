import { Suspense, lazy, useEffect, useRef } from "react";
import { currentSession } from "@/api/session";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Notice, Spinner } from "@/ui/state";
import type { Element } from "./model";
import { phrases } from "./phrases";
import { type Recording, RecordingSwitches } from "./recording";
import { TriggerDetails } from "./trigger-details";
import type { Wizard } from "./use-wizard";
import { VariableField } from "./variable-field";
import styles from "./wizard.module.css";

const RichText = lazy(() => import("@/ui/rich-text"));

export function PageView({ wizard, recording }: { wizard: Wizard; recording: Recording }) {
  const { say, dynamic } = useText(phrases);
  const { page, visit, isLast, isReadOnly, isUserLevel, data } = wizard;
  const panel = useStore(screenConfiguration).configurationWizard.triggerDetailsConfiguration;
  // Users of the marketplace are shown what is their own, and nothing of what others set up.
  const isForbidden = !isUserLevel && currentSession()?.isMarketplaceUser === true;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The first page comes by itself: the focus is not taken from the page around this one.
    if (visit > 0) heading.current?.focus();
  }, [visit]);
  return (
    <section className={styles["page"]}>
      {isReadOnly && !isForbidden && <Notice>{say("marquetry.wizard.readOnly")}</Notice>}
      {page === undefined ? (
        <p>
          {say(
            isForbidden ? "nullState.permissionDenied.message" : "configWizard.noConfigurationText",
          )}
        </p>
      ) : (
        <>
          <header>
            <h2 ref={heading} tabIndex={-1}>
              {dynamic(page.name)}
            </h2>
            {page.tagline !== "" && <p className={styles["muted"]}>{dynamic(page.tagline)}</p>}
          </header>
          <div className={styles["fields"]}>
            {page.elements.map((element, index) => (
              <OneElement key={index} element={element} wizard={wizard} />
            ))}
          </div>
        </>
      )}
      {isLast && !isUserLevel && (
        <>
          {data.instance.integration.userLevelConfigured && (
            <Notice>{say("configurationWizardDialog.userLevelConnectionsWarningText")}</Notice>
          )}
          {!isReadOnly && <RecordingSwitches recording={recording} />}
          {panel !== "hidden" && (
            <TriggerDetails wizard={wizard} isOpen={panel === "default-open"} />
          )}
        </>
      )}
    </section>
  );
}

function OneElement({ element, wizard }: { element: Element; wizard: Wizard }) {
  const { dynamic } = useText(phrases);
  switch (element.kind) {
    case "heading":
      return <h2 className={styles["section"]}>{dynamic(element.text)}</h2>;
    case "html":
      return (
        <Suspense fallback={<Spinner />}>
          <RichText text={dynamic(element.html)} />
        </Suspense>
      );
    case "variable":
      return <VariableField variable={element.variable} wizard={wizard} />;
  }
}
