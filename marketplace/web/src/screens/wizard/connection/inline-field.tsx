import { useEffect } from "react";
import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { FieldGroup } from "@/ui/inputs/group";
import { Notice, Spinner } from "@/ui/state";
import type { Draft } from "../draft";
import { phrases } from "../phrases";
import { type InputProps, describe } from "../variable-field";
import styles from "../wizard.module.css";
import { Connect, StatusBadge } from "./connect";
import { ConnectionInputs } from "./connection-inputs";
import { SavedConnections, SharedInputs } from "./connection.query";
import { blankInputs, withSaved } from "./inputs";
import { inlineName } from "./inline";
import { inlineId } from "./keep-inline";
import { ofCustomer } from "./owner";

type ConnectionDraft = Draft & { type: "connection" };

/** A shared connection that is entered here, for this activation. */
export function InlineField({
  variable,
  wizard,
  draft,
  scoped,
  change,
}: InputProps<ConnectionDraft> & { scoped: string }) {
  const { say, dynamic } = useText(phrases);
  const { data, isReadOnly } = wizard;
  const about = describe(variable, wizard, dynamic);
  const { inputs, error, refresh } = useInlineInputs(variable, scoped, draft.reusable);
  const isComplete = inputs?.every(
    ({ key, isRequired, hasSaved }) => !isRequired || hasSaved || Boolean(draft.inputs[key]),
  );
  useEffect(() => {
    wizard.noteForm(variable.key, isReadOnly || isComplete === true);
  }, [isComplete, isReadOnly]);
  const save = async () => {
    await wizard.save(variable);
    return ofCustomer((await inlineId(scoped, inlineName(data.instance.name, variable.key))) ?? "");
  };
  const isAuthorized = variable.connection?.oauth2Type === "AUTHORIZATION_CODE";
  return (
    <div className={styles["connection"]}>
      <FieldGroup
        {...about}
        hint={about.hint || dynamic(variable.connection?.comments)}
        problem={undefined}
      >
        <p>
          <StatusBadge status={variable.status} />
        </p>
        {error !== undefined && (
          <Notice
            kind="error"
            action={<Button onClick={refresh}>{say("marquetry.retry")}</Button>}
          >
            {error.message}
          </Notice>
        )}
        {inputs === undefined && error === undefined && <Spinner />}
        <ConnectionInputs
          inputs={inputs ?? []}
          values={draft.inputs}
          isReadOnly={isReadOnly}
          change={(values) => change({ ...draft, inputs: values })}
        />
        {isAuthorized && !isReadOnly && (
          <Connect
            name={about.label}
            status={variable.status}
            owner={draft.reusable === "" ? undefined : ofCustomer(draft.reusable)}
            isComplete={isComplete === true}
            save={save}
            refresh={wizard.refresh}
          />
        )}
        {about.problem !== undefined && <Notice kind="error">{about.problem}</Notice>}
      </FieldGroup>
    </div>
  );
}

/** What is to be filled in: what the organization has set is not, and what is saved is shown. */
function useInlineInputs(
  { connection }: InputProps["variable"],
  scoped: string,
  chosen: string,
) {
  const shared = useQuery(SharedInputs, { id: scoped });
  const saved = useQuery(SavedConnections, { scoped });
  const refresh = () => {
    void shared.refresh();
    void saved.refresh();
  };
  const own = nodes(saved.data?.customerConfigVariables).find(({ id }) => id === chosen);
  const isStale = chosen !== "" && saved.data !== undefined && own === undefined;
  useEffect(() => {
    if (isStale) void saved.refresh();
  }, [isStale]);
  const isLoaded = shared.data !== undefined && saved.data !== undefined;
  const set = nodes(shared.data?.scopedConfigVariable?.inputs).filter(({ hasValue }) => hasValue);
  const taken = set.map(({ name }) => name);
  const blank = connection === undefined ? [] : blankInputs(connection, taken);
  return {
    inputs: isLoaded ? withSaved(blank, nodes(own?.inputs)) : undefined,
    error: shared.error ?? saved.error,
    refresh,
  };
}
