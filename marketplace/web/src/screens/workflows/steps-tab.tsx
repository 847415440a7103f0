import { useMemo } from "react";
import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Message } from "@/ui/state";
import { Addresses } from "./addresses";
import { phrases } from "./phrases";
import { stepsPhrases } from "./steps-phrases";
import { type Step, actionKeys, structureOf } from "./structure";
import { StepLabels, type StepLabelsQuery, type WorkflowHeadFragment } from "./workflow.query";
import styles from "./workflows.module.css";

/** What a workflow does, to be read. */
export default function StepsTab({ workflow }: { workflow: WorkflowHeadFragment }) {
  const { say, dynamic } = useText(stepsPhrases);
  const { definition, description, instance } = workflow;
  const structure = useMemo(() => structureOf(definition ?? ""), [definition]);
  const keys = structure === undefined ? [] : actionKeys(structure);
  const { data } = useQuery(StepLabels, { id: workflow.id, keys }, { skip: keys.length === 0 });
  const nameOf = useMemo(() => namesOf(data), [data]);
  return (
    <div className={styles["overview"]}>
      {description !== null && description !== "" && <p>{dynamic(description)}</p>}
      <Facts workflow={workflow} />
      {instance !== null && <Addresses id={instance.id} />}
      {structure === undefined ? (
        <Message title={say("marquetry.workflows.unread")} />
      ) : (
        <>
          {structure.trigger !== undefined && (
            <section className={styles["overview"]}>
              <h2>{say("marquetry.workflows.trigger")}</h2>
              <Steps steps={[structure.trigger]} nameOf={nameOf} />
            </section>
          )}
          <section className={styles["overview"]}>
            <h2>{say("marquetry.workflows.steps")}</h2>
            {structure.steps.length === 0 ? (
              <p className={styles["muted"]}>{say("marquetry.workflows.noSteps")}</p>
            ) : (
              <Steps steps={structure.steps} nameOf={nameOf} />
            )}
          </section>
        </>
      )}
    </div>
  );
}

function Facts({ workflow }: { workflow: WorkflowHeadFragment }) {
  const { say, dynamic, date } = useText(phrases);
  const facts: [string, string][] = [
    [say("detail.categoryLabel"), dynamic(workflow.category)],
    [say("detail.labelsLabel"), (workflow.labels ?? []).map(dynamic).join(", ")],
    [say("detail.createdLabel"), date(workflow.createdAt)],
    [say("marquetry.workflows.changed"), date(workflow.updatedAt)],
  ];
  return (
    <dl className={styles["facts"]}>
      {facts
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

type NameOf = (step: Step) => { component: string; action: string };

/** Components that nobody knows, or not any more, keep their keys. */
function namesOf(data: StepLabelsQuery | undefined): NameOf {
  const components = nodes(data?.workflow?.components);
  return (step) => {
    const component = components.find(
      (one) => one.key === step.component && one.public === step.isPublic,
    );
    const action = nodes(component?.actions).find(({ key }) => key === step.action);
    return { component: component?.label ?? step.component, action: action?.label ?? step.action };
  };
}

function Steps({ steps, nameOf }: { steps: readonly Step[]; nameOf: NameOf }) {
  return (
    <ol className={styles["steps"]}>
      {steps.map((step, index) => (
        <li key={index}>
          <OneStep step={step} nameOf={nameOf} />
        </li>
      ))}
    </ol>
  );
}

function OneStep({ step, nameOf }: { step: Step; nameOf: NameOf }) {
  const { say, dynamic } = useText(stepsPhrases);
  const { component, action } = nameOf(step);
  return (
    <>
      <div className={styles["step"]}>
        <strong>{dynamic(step.name)}</strong>
        <span className={styles["muted"]}>
          {dynamic(component)} · {dynamic(action)}
        </span>
        {step.description !== "" && <p>{dynamic(step.description)}</p>}
      </div>
      {step.steps.length > 0 && (
        <Inner title={say("marquetry.workflows.loop")} steps={step.steps} nameOf={nameOf} />
      )}
      {step.branches.map((branch, index) => (
        <Inner
          key={index}
          title={say("marquetry.workflows.branch", { name: dynamic(branch.name) })}
          steps={branch.steps}
          nameOf={nameOf}
        />
      ))}
    </>
  );
}

function Inner({ title, steps, nameOf }: {
  title: string;
  steps: readonly Step[];
  nameOf: NameOf;
}) {
  const { say } = useText(stepsPhrases);
  return (
    <div className={styles["inner"]}>
      <p className={styles["branch"]}>{title}</p>
      {steps.length === 0 ? (
        <p className={styles["muted"]}>{say("marquetry.workflows.noBranch")}</p>
      ) : (
        <Steps steps={steps} nameOf={nameOf} />
      )}
    </div>
  );
}
