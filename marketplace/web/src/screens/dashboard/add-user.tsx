import { useState } from "react";
import { mutate } from "@/api/client";
import { RefusedError, done } from "@/api/error";
import { useAction, useQuery } from "@/api/use-query";
import { useUnsaved } from "@/app/use-unsaved";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { Notice, Spinner } from "@/ui/state";
import { roleOf } from "../instance/user-phrases";
import styles from "./dashboard.module.css";
import { phrases } from "./phrases";
import { AddUser, CustomerRoles } from "./users.query";

const blank = { name: "", email: "", role: "" };

type Name = keyof typeof blank;

interface AddUserDialogProps {
  customer: string;
  onAdded: () => void;
  onClose: () => void;
}

export function AddUserDialog({ customer, onAdded, onClose }: AddUserDialogProps) {
  const { say } = useText(phrases);
  const [typed, setTyped] = useState(blank);
  const ask = useUnsaved(typed !== blank);
  const { data, error } = useQuery(CustomerRoles, {});
  const adding = useAction(async () => {
    const { name, email, role } = typed;
    const input = { customer, name: name.trim(), email: email.trim(), role };
    done((await mutate(AddUser, input)).createCustomerUser);
    onAdded();
    onClose();
  });
  const isComplete = typed.email.trim() !== "" && typed.role !== "";
  const act = () => {
    if (isComplete && !adding.isRunning) void adding.run();
  };
  const refused = adding.error instanceof RefusedError ? adding.error.fields : [];
  const problem = (name: Name) =>
    refused.find(({ field }) => field === name)?.messages.join(" ");
  const isElsewhere = !refused.some(({ field }) => field in blank);
  const set = (name: Name, value: string) => setTyped({ ...typed, [name]: value });
  const close = () => ask(onClose);
  const actions = (
    <>
      <Button onClick={close}>{say("common.cancelButton")}</Button>
      <Button kind="primary" aria-disabled={!isComplete || adding.isRunning} onClick={act}>
        {say(adding.isRunning ? "common.saving" : "common.saveButton")}
      </Button>
    </>
  );
  return (
    <Dialog title={say("addUserDialog.title")} actions={actions} onClose={close}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <TextField name="name" value={typed.name} problem={problem("name")} set={set} />
        <TextField name="email" value={typed.email} problem={problem("email")} set={set} />
        <Field label={say("addUserDialog.roleLabel")} problem={problem("role")} isRequired>
          {(ids) => (
            <select
              {...ids}
              className={inputClass}
              value={typed.role}
              onChange={(event) => set("role", event.target.value)}
            >
              <option value="" />
              {(data?.customerRoles ?? []).map(
                (role) =>
                  role !== null && (
                    <option key={role.id} value={role.id}>
                      {roleOf(role.name, say)}
                    </option>
                  ),
              )}
            </select>
          )}
        </Field>
        {data === undefined && error === undefined && <Spinner />}
        {error !== undefined && <Notice kind="error">{error.message}</Notice>}
        {adding.error !== undefined && isElsewhere && (
          <Notice kind="error">{adding.error.message}</Notice>
        )}
        <input type="submit" hidden />
      </form>
    </Dialog>
  );
}

interface TextFieldProps {
  name: "email" | "name";
  value: string;
  problem: string | undefined;
  set: (name: Name, value: string) => void;
}

function TextField({ name, value, problem, set }: TextFieldProps) {
  const { say } = useText(phrases);
  return (
    <Field
      label={say(`addUserDialog.${name}Label`)}
      problem={problem}
      isRequired={name === "email"}
    >
      {(ids) => (
        <input
          {...ids}
          type={name === "email" ? "email" : "text"}
          autoComplete="off"
          className={inputClass}
          value={value}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </Field>
  );
}
