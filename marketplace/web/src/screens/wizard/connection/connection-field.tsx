import { useText } from "@/text/use-text";
import { FieldGroup } from "@/ui/inputs/group";
import { Notice } from "@/ui/state";
import type { Draft } from "../draft";
import { phrases } from "../phrases";
import { type InputProps, describe } from "../variable-field";
import styles from "../wizard.module.css";
import { Connect, StatusBadge } from "./connect";
import { ConnectionInputs } from "./connection-inputs";
import { ConnectionLogs } from "./connection-logs";
import { inputsOf, lacksInputs } from "./inputs";
import { ofInstance, ofUser } from "./owner";

type ConnectionDraft = Draft & { type: "connection" };

/** A connection of this activation, or of one person in it. */
export function ConnectionField({ variable, wizard, draft, change }: InputProps<ConnectionDraft>) {
  const { dynamic } = useText(phrases);
  const { data, isReadOnly, isUserLevel } = wizard;
  const about = describe(variable, wizard, dynamic);
  const owner = (isUserLevel ? ofUser : ofInstance)(data.instance.id, variable.id);
  const hint = about.hint || dynamic(variable.connection?.comments);
  const isAuthorized = variable.connection?.oauth2Type === "AUTHORIZATION_CODE";
  return (
    <div className={styles["connection"]}>
      <FieldGroup {...about} hint={hint} problem={undefined}>
        <p>
          <StatusBadge status={variable.status} />
        </p>
        <ConnectionInputs
          inputs={inputsOf(variable)}
          values={draft.inputs}
          isReadOnly={isReadOnly}
          change={(inputs) => change({ ...draft, inputs })}
        />
        {isAuthorized && !isReadOnly && (
          <Connect
            name={about.label}
            status={variable.status}
            owner={owner}
            isComplete={!lacksInputs(variable, draft.inputs)}
            save={async () => {
              await wizard.save(variable);
              return owner;
            }}
            refresh={wizard.refresh}
          />
        )}
        {(variable.status === "ERROR" || variable.status === "FAILED") && (
          <ConnectionLogs instance={data.instance.id} />
        )}
        {about.problem !== undefined && <Notice kind="error">{about.problem}</Notice>}
      </FieldGroup>
    </div>
  );
}
