import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Page } from "@/ui/page";
import { Logs } from "./logs";
import { phrases } from "./phrases";
import { InstanceNames } from "./screen.query";

/** The lines of everything that is activated. */
export default function LogsScreen() {
  const { say } = useText(phrases);
  return (
    <Page title={say("logsTab.title")}>
      <AllLogs />
    </Page>
  );
}

export function AllLogs() {
  const { data } = useQuery(InstanceNames, {});
  useLearning(data);
  return <Logs instances={nodes(data?.instances)} />;
}
