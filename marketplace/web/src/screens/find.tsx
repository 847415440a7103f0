/** Finds what a host asks for by id or name, and goes there. */
import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { navigate, parameter } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { Failure, Spinner } from "@/ui/state";
import { useOnce } from "@/ui/use-once";
import { FindByName, FindInstance, IntegrationDetail } from "./integration/integration.query";
import type { MarketplaceCardFragment } from "./marketplace/list.query";
import { detailPath, instancePath, targetOf, wizardPath } from "./marketplace/state";
import { NotFoundScreen } from "./not-found";

export default function FindScreen() {
  const [instance, integration, name] = ["instanceId", "integrationId", "integrationName"].map(
    (key) => parameter(key),
  );
  if (instance !== undefined) return <ByInstance id={instance} />;
  if (integration !== undefined) return <ByIntegration id={integration} />;
  if (name !== undefined) return <ByName name={name} />;
  return <NotFoundScreen />;
}

function ByInstance({ id }: { id: string }) {
  const { data, error, refresh } = useQuery(FindInstance, { id });
  useLearning(data);
  const instance = data?.instance ?? undefined;
  const path =
    instance &&
    (instance.lastDeployedAt === null ? wizardPath(instance) : instancePath(instance));
  return <Going path={path} isDone={data !== undefined} error={error} retry={refresh} />;
}

function ByIntegration({ id }: { id: string }) {
  const { data, error, refresh } = useQuery(IntegrationDetail, { id });
  useLearning(data);
  const path = usePathTo(data?.integration ?? undefined);
  return <Going path={path} isDone={data !== undefined} error={error} retry={refresh} />;
}

function ByName({ name }: { name: string }) {
  const { data, error, refresh } = useQuery(FindByName, { name });
  useLearning(data);
  const path = usePathTo(nodes(data?.marketplaceIntegrations)[0]);
  return <Going path={path} isDone={data !== undefined} error={error} retry={refresh} />;
}

function usePathTo(card: MarketplaceCardFragment | undefined): string | undefined {
  const mode = useStore(screenConfiguration).configureInstance.configuration;
  if (card === undefined) return undefined;
  const target = targetOf({ ...card, instances: nodes(card.instances) }, mode);
  return target.kind === "go" ? target.path : detailPath(card);
}

interface GoingProps {
  path: string | undefined;
  isDone: boolean;
  error: Error | undefined;
  retry: () => Promise<void>;
}

function Going({ path, isDone, error, retry }: GoingProps) {
  useOnce(path !== undefined, () => navigate(path ?? "", { replace: true }));
  if (error !== undefined) return <Failure error={error} retry={() => void retry()} />;
  return isDone && path === undefined ? <NotFoundScreen /> : <Spinner />;
}
