import { Suspense, lazy, useState } from "react";
import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { Button, Link } from "@/ui/button";
import { Logo } from "@/ui/logo";
import { Failure, Notice, Spinner } from "@/ui/state";
import InstancesDialog, { InstanceRows } from "../marketplace/instances-dialog";
import { activationPath } from "../marketplace/state";
import { NotFoundScreen } from "../not-found";
import { IntegrationDetail } from "./integration.query";
import styles from "./integration.module.css";
import { phrases } from "./phrases";

const RichText = lazy(() => import("@/ui/rich-text"));

/** All there is to know before one activates. */
export default function IntegrationScreen({ id }: { id: string }) {
  const { say, dynamic } = useText(phrases);
  const { data, error, refresh } = useQuery(IntegrationDetail, { id });
  const session = useLearning(data);
  const [isChoosing, setIsChoosing] = useState(false);
  if (error !== undefined) return <Failure error={error} retry={() => void refresh()} />;
  if (data === undefined) return <Spinner />;
  const { integration } = data;
  if (integration === null) return <NotFoundScreen />;
  const instances = nodes(integration.instances);
  const canActivate = integration.isCustomerDeployable === true;
  const canAdd = instances.length === 0 || integration.allowMultipleMarketplaceInstances;
  const act = () =>
    instances.length > 0 ? setIsChoosing(true) : navigate(activationPath(integration));
  return (
    <main className={styles["screen"]}>
      <nav>
        <Link to="/integration-marketplace/">
          <span aria-hidden="true">‹ </span>
          {say("filterBar.breadcrumb.integrationMarketplace")}
        </Link>
      </nav>
      <header className={styles["head"]}>
        <Logo name={integration.name} address={integration.avatarUrl} />
        <div>
          <h1>{dynamic(integration.name)}</h1>
          <p className={styles["facts"]}>
            {integration.category !== null && <span>{dynamic(integration.category)}</span>}
            {(integration.labels ?? []).map((label) => (
              <span key={label} className={styles["label"]}>
                {dynamic(label)}
              </span>
            ))}
          </p>
        </div>
        {canActivate && canAdd && (
          <Button kind="primary" onClick={act}>
            {say(instances.length > 0 ? "activateIntegrationDialog.addButton" : "marquetry.activate")}
          </Button>
        )}
      </header>
      {!canActivate && instances.length === 0 && (
        <Notice>
          {say("integrations.id__banner.customerActivateText", {
            organization: session?.organizationName ?? "",
          })}
        </Notice>
      )}
      <p className={styles["lead"]}>{dynamic(integration.description)}</p>
      {instances.length > 0 && (
        <section>
          <h2>{say("activateIntegrationDialog.instancesTitle")}</h2>
          <InstanceRows card={integration} refresh={refresh} />
        </section>
      )}
      {(integration.overview ?? "") !== "" && (
        <section>
          <h2>{say("detail.overviewLabel")}</h2>
          <Suspense fallback={<Spinner />}>
            <RichText text={dynamic(integration.overview)} />
          </Suspense>
        </section>
      )}
      {(integration.documentation ?? "") !== "" && (
        <section>
          <h2>{say("detail.documentationLabel")}</h2>
          <Suspense fallback={<Spinner />}>
            <RichText text={dynamic(integration.documentation)} />
          </Suspense>
        </section>
      )}
      {isChoosing && (
        <InstancesDialog
          card={integration}
          refresh={refresh}
          onClose={() => setIsChoosing(false)}
        />
      )}
    </main>
  );
}
