import { useFeed } from "@/api/use-feed";
import { VersionsTable } from "../building/versions-table";
import { DesignVersions } from "./design.query";

export default function VersionsTab({ id }: { id: string }) {
  const feed = useFeed(DesignVersions, { id }, (data) => data.integration?.versionSequence);
  return <VersionsTable feed={feed} />;
}
