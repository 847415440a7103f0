import { useText } from "@/text/use-text";
import { Message } from "@/ui/state";
import styles from "./building.module.css";
import { stepsPhrases } from "./steps-phrases";
import type { Flow, Step } from "./structure";

export type NameOf = (step: Step) => { component: string; action: string };

interface Labelled {
  key: string;
  label: string;
}

interface Component extends Labelled {
  public: boolean;
  actions: { nodes: readonly (Labelled | null)[] };
}

/** Components that nobody knows, or not any more, keep their keys. */
export function namesOf(components: readonly Component[]): NameOf {
  return (step) => {
    const component = components.find(
      (one) => one.key === step.component && one.public === step.isPublic,
    );
    const action = component?.actions.nodes.find((one) => one?.key === step.action);
    return { component: component?.label ?? step.component, action: action?.label ?? step.action };
  };
}

interface FlowsProps {
  /** Nothing where the definition is none. */
  flows: readonly Flow[] | undefined;
  nameOf: NameOf;
}

/** What a definition does, to be read. */
export function FlowSteps({ flows, nameOf }: FlowsProps) {
  const { say, dynamic } = useText(stepsPhrases);
  if (flows === undefined) return <Message title={say("marquetry.building.unread")} />;
  const [first] = flows;
  if (first === undefined) return <p>{say("marquetry.building.noFlows")}</p>;
  if (flows.length === 1) return <OneFlow flow={first} nameOf={nameOf} Heading="h2" />;
  return flows.map((flow, index) => (
    <section key={index} className={styles["overview"]}>
      <h2>{dynamic(flow.name)}</h2>
      {flow.description !== "" && <p>{dynamic(flow.description)}</p>}
      <OneFlow flow={flow} nameOf={nameOf} Heading="h3" />
    </section>
  ));
}

interface FlowProps {
  flow: Flow;
  nameOf: NameOf;
  Heading: "h2" | "h3";
}

function OneFlow({ flow: { trigger, steps }, nameOf, Heading }: FlowProps) {
  const { say } = useText(stepsPhrases);
  return (
    <>
      {trigger !== undefined && (
        <section className={styles["overview"]}>
          <Heading>{say("marquetry.building.trigger")}</Heading>
          <Steps steps={[trigger]} nameOf={nameOf} />
        </section>
      )}
      <section className={styles["overview"]}>
        <Heading>{say("marquetry.building.steps")}</Heading>
        {steps.length === 0 ? (
          <p className={styles["muted"]}>{say("marquetry.building.noSteps")}</p>
        ) : (
          <Steps steps={steps} nameOf={nameOf} />
        )}
      </section>
    </>
  );
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
        <Inner title={say("marquetry.building.loop")} steps={step.steps} nameOf={nameOf} />
      )}
      {step.branches.map((branch, index) => (
        <Inner
          key={index}
          title={say("marquetry.building.branch", { name: dynamic(branch.name) })}
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
        <p className={styles["muted"]}>{say("marquetry.building.noBranch")}</p>
      ) : (
        <Steps steps={steps} nameOf={nameOf} />
      )}
    </div>
  );
}
