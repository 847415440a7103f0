import { useRef, useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useAction, useQuery } from "@/api/use-query";
import { useUnsaved } from "@/app/use-unsaved";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { Notice, Spinner } from "@/ui/state";
import { phrases } from "../phrases";
import styles from "../wizard.module.css";
import type { ConnectionKindFragment } from "../wizard.query";
import { Connect } from "./connect";
import { ConnectionInputs } from "./connection-inputs";
import {
  AddConnection,
  ChangeConnection,
  SavedStatus,
  SharedInputs,
  type SavedConnectionFragment,
} from "./connection.query";
import { type ConnectionInput, blankInputs, withSaved } from "./inputs";
import { ofCustomer } from "./owner";

interface ReusableDialogProps {
  kind: ConnectionKindFragment;
  scoped: string;
  customer: string | null;
  existing: SavedConnectionFragment | undefined;
  /** What the host would fill in. */
  prefilled: Readonly<Record<string, string>>;
  name: string;
  onSaved: (id: string) => void;
  onClose: () => void;
}

/** Adds a connection for this and other activations, or changes one for all of them. */
export function ReusableDialog(props: ReusableDialogProps) {
  const { say } = useText(phrases);
  const { kind, existing } = props;
  const reusable = useReusable(props);
  const { id, key, inputs, values, setKey, setValues, missing, save } = reusable;
  const saving = useAction(async () => {
    await save();
    props.onClose();
  });
  const ask = useUnsaved(reusable.isTyped);
  const onClose = () => ask(props.onClose);
  const status = useQuery(SavedStatus, { id: id ?? "" }, { skip: id === undefined });
  const isAuthorized = kind.oauth2Type === "AUTHORIZATION_CODE";
  const title =
    existing === undefined
      ? say("configWizard.configPage.connection.add.title")
      : say("configWizard.configPage.connection.edit.title", {
          connectionName: existing.key ?? "",
        });
  const actions = (
    <>
      <Button onClick={onClose}>
        {say(id === undefined ? "common.cancelButton" : "tooltip.close")}
      </Button>
      {!isAuthorized && (
        <Button
          kind="primary"
          aria-disabled={saving.isRunning || missing}
          onClick={() => !saving.isRunning && !missing && void saving.run()}
        >
          {say(saving.isRunning ? "common.saving" : "common.saveButton")}
        </Button>
      )}
    </>
  );
  return (
    <Dialog title={title} actions={actions} onClose={onClose}>
      {existing !== undefined && (
        <Notice kind="warning">
          <strong>{say("configWizard.configPage.connection.usage.warning.label")}</strong>{" "}
          {say("configWizard.configPage.connection.usage.warning")}
        </Notice>
      )}
      <div className={styles["fields"]}>
        <Field
          label={say("configWizard.configPage.connection.name.label")}
          problem={
            key.trim() === ""
              ? say("configWizard.configPage.connection.name.requiredValidation")
              : undefined
          }
          isRequired
        >
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        {reusable.isLoading && <Spinner />}
        <ConnectionInputs inputs={inputs} values={values} isReadOnly={false} change={setValues} />
        {isAuthorized && (
          <Connect
            name={key}
            status={status.data?.customerConfigVariable?.status ?? existing?.status ?? null}
            isComplete={!missing}
            owner={id === undefined ? undefined : ofCustomer(id)}
            save={async () => ofCustomer(await save())}
            refresh={() => void status.refresh()}
          />
        )}
        {saving.error !== undefined && <Notice kind="error">{saving.error.message}</Notice>}
      </div>
    </Dialog>
  );
}

function useReusable({
  kind,
  scoped,
  customer,
  existing,
  prefilled,
  name,
  onSaved,
}: ReusableDialogProps) {
  const [key, setKey] = useState(existing?.key ?? name);
  const [values, setValues] = useState(existing === undefined ? prefilled : {});
  const content = JSON.stringify([key, values]);
  const [known, setKnown] = useState(content);
  const added = useRef(existing?.id);
  const [id, setId] = useState(existing?.id);
  const saved = existing === undefined ? [] : nodes(existing.inputs);
  const shared = useQuery(SharedInputs, { id: scoped });
  const isLoading = shared.data === undefined && shared.error === undefined;
  const set = nodes(shared.data?.scopedConfigVariable?.inputs).filter(({ hasValue }) => hasValue);
  const taken = set.map((input) => input.name);
  const inputs = isLoading ? [] : withSaved(blankInputs(kind, taken), saved);
  const lacks = (input: ConnectionInput) =>
    input.isRequired && !input.hasSaved && !values[input.key];
  const save = async () => {
    const entered = Object.entries(values).map(([input, value]) => ({
      name: input,
      type: "value",
      value,
    }));
    const given = { key: key.trim(), inputs: entered };
    const payload =
      added.current === undefined
        ? done(
            (await mutate(AddConnection, { scoped, customer, ...given }))
              .createCustomerConfigVariable,
          )
        : done(
            (await mutate(ChangeConnection, { id: added.current, ...given }))
              .updateCustomerConfigVariable,
          );
    const found = payload.customerConfigVariable?.id ?? added.current ?? "";
    // A second try changes what the first one added.
    added.current = found;
    setKnown(content);
    setId(found);
    onSaved(found);
    return found;
  };
  return {
    id,
    key,
    inputs,
    values,
    isTyped: content !== known,
    setKey,
    setValues,
    isLoading,
    missing: isLoading || key.trim() === "" || inputs.some(lacks),
    save,
  };
}
