import { useMemo } from "react";
import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import styles from "../building/building.module.css";
import { Facts } from "../building/facts";
import { FlowSteps, namesOf } from "../building/flow-steps";
import { actionKeys, flowsOf } from "../building/structure";
import { type DesignHeadFragment, DesignLabels } from "./design.query";
import { phrases } from "./phrases";

/** What an integration does, flow by flow, to be read. */
export default function StepsTab({ design }: { design: DesignHeadFragment }) {
  const { say, dynamic, number } = useText(phrases);
  const { id, definition, description } = design;
  const flows = useMemo(() => flowsOf(definition ?? ""), [definition]);
  const keys = actionKeys(flows ?? []);
  const { data } = useQuery(DesignLabels, { id, keys }, { skip: keys.length === 0 });
  const nameOf = useMemo(() => namesOf(nodes(data?.integration?.components)), [data]);
  const count = number(flows?.length ?? 0);
  return (
    <div className={styles["overview"]}>
      {description !== null && description !== "" && <p>{dynamic(description)}</p>}
      <Facts of={design} more={[[say("detail.flowCountLabel"), count]]} />
      <FlowSteps flows={flows} nameOf={nameOf} />
    </div>
  );
}
