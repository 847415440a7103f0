import { useText } from "@/text/use-text";
import { type FeedProps, FeedView } from "@/ui/feed";
import { Badge } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import styles from "./building.module.css";
import { definitionPhrases } from "./definition-phrases";

interface Version {
  id: string;
  versionNumber: number;
  versionComment: string | null;
  versionCreatedAt: string | null;
  versionCreatedBy: { name: string } | null;
}

interface VersionsProps {
  feed: FeedProps<Version>["feed"];
  /** The id of the version that runs. */
  running?: string | undefined;
}

/** What was published, the newest first. */
export function VersionsTable({ feed, running }: VersionsProps) {
  const { say, date } = useText(definitionPhrases);
  const columns: Column<Version>[] = [
    {
      key: "version",
      title: say("dataTable.versionLabel"),
      isHead: true,
      cell: (version) => (
        <span className={styles["about"]}>
          {say("versionHistorySavePublishPopover.title", { versionNumber: version.versionNumber })}
          {version.id === running && (
            <Badge kind="success">{say("marquetry.building.runs")}</Badge>
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
    <FeedView feed={feed} nothing={say("marquetry.building.noVersions")}>
      {(rows) => (
        <Table
          caption={say("marquetry.building.versions")}
          columns={columns}
          rows={rows}
          keyOf={(version) => version.id}
        />
      )}
    </FeedView>
  );
}
