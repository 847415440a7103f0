import { useFeed } from "@/api/use-feed";
import { VersionsTable } from "../building/versions-table";
import { type WorkflowHeadFragment, WorkflowVersions } from "./workflow.query";

/** What was published, and which of it runs. */
export default function VersionsTab({ workflow }: { workflow: WorkflowHeadFragment }) {
  const { id, instance, deployedVersion } = workflow;
  const feed = useFeed(WorkflowVersions, { id }, (data) => data.workflow?.versionSequence);
  const running = instance?.enabled === true ? deployedVersion?.id : undefined;
  return <VersionsTable feed={feed} running={running} />;
}
