import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { ExecutionDetail } from "../executions/detail";
import { Executions } from "../executions/list";
import { InstanceFlows } from "./flows.query";

interface ExecutionsTabProps {
  id: string;
  execution: string | undefined;
  /** Where the list is. */
  list: string;
}

export default function ExecutionsTab({ id, execution, list }: ExecutionsTabProps) {
  const { data } = useQuery(InstanceFlows, { id });
  const pathOf = (one: { id: string }) => `${list}${one.id}/`;
  if (execution !== undefined) {
    return <ExecutionDetail key={execution} id={execution} back={list} pathOf={pathOf} />;
  }
  const flows = nodes(data?.instance?.flowConfigs).map(({ flow }) => flow);
  return <Executions instance={id} flows={flows} pathOf={pathOf} />;
}
