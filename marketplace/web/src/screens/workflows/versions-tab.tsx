import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { FeedView } from "@/ui/feed";
import { Badge } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { definitionPhrases } from "./definition-phrases";
import {
  type WorkflowHeadFragment,
  WorkflowVersions,
  type WorkflowVersionsQuery,
} from "./workflow.query";
import styles from "./workflows.module.css";

type Version = NonNullable<
  NonNullable<WorkflowVersionsQuery["workflow"]>["versionSequence"]["nodes"][number]
>;

/** What was published, the newest first. */
export default function VersionsTab({ workflow }: { workflow: WorkflowHeadFragment }) {
  const { say, date } = useText(definitionPhrases);
  const { id, instance, deployedVersion } = workflow;
  const feed = useFeed(WorkflowVersions, { id }, (data) => data.workflow?.versionSequence);
  const running = instance?.enabled === true ? deployedVersion?.id : undefined;
  const columns: Column<Version>[] = [
    {
      key: "version",
      title: say("dataTable.versionLabel"),
      isHead: true,
      cell: (version) => (
        <span className={styles["about"]}>
          {say("versionHistorySavePublishPopover.title", { versionNumber: version.versionNumber })}
          {version.id === running && (
            <Badge kind="success">{say("marquetry.workflows.runs")}</Badge>
          )}
        </span>
      ),
    },
    {
      key: "comment",
      title: say("dataTable.commentsLabel"),
      cell: ({ versionComment }) => versionComment || say("common.noPublishedMessage"),
    },
    {
      key: "published",
      title: say("dataTable.publishedLabel"),
      cell: ({ versionCreatedAt }) => date(versionCreatedAt),
    },
    {
      key: "by",
      title: say("input.createdByLabel"),
      cell: ({ versionCreatedBy }) => versionCreatedBy?.name ?? "",
    },
  ];
  return (
    <FeedView feed={feed} nothing={say("marquetry.workflows.noVersions")}>
      {(rows) => (
        <Table
          caption={say("marquetry.workflows.versions")}
          columns={columns}
          rows={rows}
          keyOf={(version) => version.id}
        />
      )}
    </FeedView>
  );
}
