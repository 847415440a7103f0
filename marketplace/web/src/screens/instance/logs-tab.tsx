import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { Logs } from "../logs/logs";
import { InstanceFlows } from "./flows.query";

export default function LogsTab({ id }: { id: string }) {
  const { data } = useQuery(InstanceFlows, { id });
  const flows = nodes(data?.instance?.flowConfigs).map(({ flow }) => flow);
  return <Logs instance={id} flows={flows} />;
}
