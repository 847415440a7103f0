import { useMemo } from "react";
import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import styles from "../building/building.module.css";
import { Facts } from "../building/facts";
import { FlowSteps, namesOf } from "../building/flow-steps";
import { actionKeys, flowsOf } from "../building/structure";
import { Addresses } from "./addresses";
import { phrases } from "./phrases";
import { StepLabels, type WorkflowHeadFragment } from "./workflow.query";

/** What a workflow does, to be read. */
export default function StepsTab({ workflow }: { workflow: WorkflowHeadFragment }) {
  const { dynamic } = useText(phrases);
  const { definition, description, instance } = workflow;
  const flows = useMemo(() => flowsOf(definition ?? ""), [definition]);
  const keys = actionKeys(flows ?? []);
  const { data } = useQuery(StepLabels, { id: workflow.id, keys }, { skip: keys.length === 0 });
  const nameOf = useMemo(() => namesOf(nodes(data?.workflow?.components)), [data]);
  return (
    <div className={styles["overview"]}>
      {description !== null && description !== "" && <p>{dynamic(description)}</p>}
      <Facts of={workflow} />
      {instance !== null && <Addresses id={instance.id} />}
      <FlowSteps flows={flows} nameOf={nameOf} />
    </div>
  );
}
