/** Whether logs and results of steps are kept: as the host says, or as the customer chooses. */
import { useState } from "react";
import { useStore } from "@/app/store";
import { type OutputsMode, screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Field } from "@/ui/field";
import { ScalarInput } from "@/ui/inputs/scalar";
import { phrases } from "./phrases";
import styles from "./wizard.module.css";
import type { WizardInstanceFragment } from "./wizard.query";

interface Values {
  logsDisabled: boolean;
  stepResultsDisabled: boolean;
}

export interface Recording {
  values: Values;
  isChanged: boolean;
  /** Changed by whoever looks, not by the host. */
  isTouched: boolean;
  modes: Record<keyof Values, OutputsMode>;
  set: (change: Partial<Values>) => void;
}

export function useRecording(instance: WizardInstanceFragment): Recording {
  const { logsDisabled, stepResultsDisabled } = useStore(screenConfiguration).configurationWizard;
  const [chosen, setChosen] = useState<Partial<Values>>({});
  const values = {
    logsDisabled: chosen.logsDisabled ?? (logsDisabled === "always" || instance.logsDisabled),
    stepResultsDisabled:
      chosen.stepResultsDisabled ??
      (stepResultsDisabled === "always" || instance.stepResultsDisabled),
  };
  const isChanged =
    values.logsDisabled !== instance.logsDisabled ||
    values.stepResultsDisabled !== instance.stepResultsDisabled;
  return {
    values,
    isChanged,
    isTouched: isChanged && Object.keys(chosen).length > 0,
    modes: { logsDisabled, stepResultsDisabled },
    set: (change) => setChosen((before) => ({ ...before, ...change })),
  };
}

const LABELS = {
  logsDisabled: "input.disableLogsLabel",
  stepResultsDisabled: "input.disableStepOutputsLabel",
} as const;

export function RecordingSwitches({ recording }: { recording: Recording }) {
  const { say } = useText(phrases);
  const names = (["logsDisabled", "stepResultsDisabled"] as const).filter(
    (name) => recording.modes[name] === "optional",
  );
  if (names.length === 0) return null;
  return (
    <section className={styles["fields"]}>
      <h3>{say("marquetry.wizard.recording")}</h3>
      {names.map((name) => (
        <Field key={name} label={say(LABELS[name])}>
          {(ids) => (
            <ScalarInput
              ids={ids}
              kind={{ type: "boolean" }}
              value={String(recording.values[name])}
              isReadOnly={false}
              onChange={(value) => recording.set({ [name]: value === "true" })}
            />
          )}
        </Field>
      ))}
    </section>
  );
}
