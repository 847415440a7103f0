import { useEffect, useRef, useState } from "react";
import { mutate } from "@/api/client";
import { RefusedError, done, nodes } from "@/api/error";
import { useAction, useQuery } from "@/api/use-query";
import { useUnsaved } from "@/app/use-unsaved";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Checks } from "@/ui/checks";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { Notice, Spinner } from "@/ui/state";
import { SEVERITIES } from "../logs/severity";
import {
  type Condition,
  type Draft,
  conditionsOf,
  draftOf,
  emptyDraft,
  inputOf,
  problemsOf,
  serverProblems,
} from "./monitor-draft";
import { monitorPhrases, sayTrigger } from "./monitor-phrases";
import styles from "./instance.module.css";
import {
  Colleagues,
  CreateMonitor,
  type MonitorFragment,
  MonitorOptions,
  type MonitorOptionsQuery,
  UpdateMonitor,
} from "./monitors.query";

interface Named {
  id: string;
  name: string;
}

interface MonitorFormProps {
  instance: string;
  /** Nothing makes a new one. */
  monitor: MonitorFragment | undefined;
  viewer: Named;
  customer: string | undefined;
  onSaved: () => void;
  onClose: () => void;
}

export function MonitorForm(props: MonitorFormProps) {
  const { say } = useText(monitorPhrases);
  const { data, error } = useQuery(MonitorOptions, { id: props.instance });
  const title =
    props.monitor === undefined
      ? "integrations.id.alert-monitors__addMonitorsButton"
      : "marquetry.monitor.editTitle";
  if (data !== undefined) return <Form {...props} title={say(title)} options={data} />;
  return (
    <Dialog title={say(title)} onClose={props.onClose}>
      {error === undefined ? <Spinner /> : <Notice kind="error">{error.message}</Notice>}
    </Dialog>
  );
}

interface FormProps extends MonitorFormProps {
  title: string;
  options: MonitorOptionsQuery;
}

function Form({ title, options, monitor, instance, onSaved, onClose, ...who }: FormProps) {
  const { say } = useText(monitorPhrases);
  const [initial] = useState<Draft>(monitor === undefined ? emptyDraft : draftOf(monitor));
  const [draft, setDraft] = useState(initial);
  const ask = useUnsaved(JSON.stringify(draft) !== JSON.stringify(initial));
  const close = () => ask(onClose);
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-invalid] input")?.focus();
  }, [tries]);
  const triggers = nodes(options.alertTriggers);
  const change = (next: Partial<Draft>) => setDraft({ ...draft, ...next });
  const saving = useAction(async () => {
    await save(instance, monitor?.id, inputOf(draft, triggers));
    onSaved();
  });
  const own = tries > 0 ? problemsOf(draft, triggers) : [];
  const refused = saving.error instanceof RefusedError ? serverProblems(saving.error.fields) : {};
  const problem = (field: keyof Draft, text: keyof typeof monitorPhrases) =>
    own.some((name) => name === field) ? say(text) : refused[field];
  const act = () => {
    setTries(tries + 1);
    if (problemsOf(draft, triggers).length === 0 && !saving.isRunning) void saving.run();
  };
  const general = saving.error instanceof RefusedError ? refused[""] : saving.error?.message;
  const people = usePeople(who, nodes(monitor?.users));
  return (
    <Dialog title={title} onClose={close} actions={<Actions {...{ close, act, saving }} />}>
      <form ref={form} className={styles["form"]} onSubmit={(event) => {
        event.preventDefault();
        act();
      }}>
        <NameField
          value={draft.name}
          problem={problem("name", "marquetry.monitor.problem.name")}
          onChange={(name) => change({ name })}
        />
        <Checks
          label={say("dataTable.triggersLabel")}
          options={triggers.map(({ id, name }) => ({ value: id, label: sayTrigger(name, say) }))}
          chosen={draft.triggers}
          problem={problem("triggers", "marquetry.monitor.problem.triggers")}
          onChange={(chosen) => change({ triggers: chosen })}
        />
        {conditionsOf(draft, triggers).map((condition) => (
          <Limit
            key={condition}
            condition={condition}
            value={draft[condition]}
            problem={problem(condition, "marquetry.monitor.problem.number")}
            onChange={(value) => change({ [condition]: value })}
          />
        ))}
        <FlowChoice
          flows={nodes(options.instance?.flowConfigs)}
          value={draft.flowConfig}
          problem={refused["flowConfig"]}
          onChange={(flowConfig) => change({ flowConfig })}
        />
        <Checks
          label={say("marquetry.monitor.notify")}
          options={people.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={draft.users}
          problem={refused["users"]}
          onChange={(chosen) => change({ users: chosen })}
        />
        {general !== undefined && <Notice kind="error">{general}</Notice>}
      </form>
    </Dialog>
  );
}

interface NameFieldProps {
  value: string;
  problem: string | undefined;
  onChange: (name: string) => void;
}

function NameField({ value, problem, onChange }: NameFieldProps) {
  const { say } = useText(monitorPhrases);
  return (
    <Field label={say("input.nameLabel")} problem={problem} isRequired>
      {(ids) => (
        <input
          {...ids}
          className={inputClass}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface FlowChoiceProps {
  flows: readonly { id: string; flow: Named }[];
  value: string;
  problem: string | undefined;
  onChange: (flowConfig: string) => void;
}

function FlowChoice({ flows, value, problem, onChange }: FlowChoiceProps) {
  const { say, dynamic } = useText(monitorPhrases);
  return (
    <Field label={say("input.selectFlowLabel")} problem={problem}>
      {(ids) => (
        <select
          {...ids}
          className={inputClass}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">{say("marquetry.monitor.allFlows")}</option>
          {flows.map(({ id, flow }) => (
            <option key={id} value={id}>
              {dynamic(flow.name)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

async function save(instance: string, id: string | undefined, input: ReturnType<typeof inputOf>) {
  if (id === undefined) {
    done((await mutate(CreateMonitor, { instance, ...input })).createAlertMonitor);
  } else {
    done((await mutate(UpdateMonitor, { id, ...input })).updateAlertMonitor);
  }
}

/** Who can be told: colleagues, for those who may see them; and whoever is told already. */
function usePeople(
  { viewer, customer }: Pick<FormProps, "customer" | "viewer">,
  told: readonly Named[],
): Named[] {
  const skip = customer === undefined;
  const { data } = useQuery(Colleagues, { customer: customer ?? "" }, { skip });
  const people = [viewer, ...nodes(data?.users), ...told];
  return [...new Map(people.map((person) => [person.id, person])).values()];
}

interface ActionsProps {
  close: () => void;
  act: () => void;
  saving: { isRunning: boolean };
}

function Actions({ close, act, saving }: ActionsProps) {
  const { say } = useText(monitorPhrases);
  return (
    <>
      <Button onClick={close}>{say("common.cancelButton")}</Button>
      <Button kind="primary" aria-disabled={saving.isRunning} onClick={act}>
        {say(saving.isRunning ? "common.saving" : "common.saveButton")}
      </Button>
    </>
  );
}

interface LimitProps {
  condition: Condition;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

const LIMITS = {
  duration: "marquetry.monitor.duration",
  overdue: "marquetry.monitor.overdue",
  severity: "input.severityLabel",
} as const;

function Limit({ condition, value, problem, onChange }: LimitProps) {
  const { say } = useText(monitorPhrases);
  return (
    <Field label={say(LIMITS[condition])} problem={problem}>
      {(ids) =>
        condition === "severity" ? (
          <select
            {...ids}
            className={inputClass}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          >
            {Object.values(SEVERITIES).map(({ number, text }) => (
              <option key={number} value={number}>
                {say(text)}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...ids}
            className={inputClass}
            inputMode="numeric"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}
