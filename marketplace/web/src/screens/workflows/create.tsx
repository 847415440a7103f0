import { useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useAction } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { phrases } from "./phrases";
import { workflowPath } from "./state";
import { CreateWorkflow } from "./workflows.query";

/** Begins a workflow, which is only a name at first. */
export function CreateButton() {
  const { say } = useText(phrases);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button kind="primary" onClick={() => setIsOpen(true)}>
        {say("marquetry.workflows.new")}
      </Button>
      {isOpen && <CreateDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const { say } = useText(phrases);
  const [typed, setTyped] = useState("");
  const name = typed.trim();
  const creating = useAction(async () => {
    const { workflow } = done((await mutate(CreateWorkflow, { name })).importWorkflow);
    if (workflow !== null) navigate(`${workflowPath(workflow)}definition/`);
  });
  const act = () => {
    if (name !== "" && !creating.isRunning) void creating.run();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{say("common.cancelButton")}</Button>
      <Button kind="primary" aria-disabled={name === "" || creating.isRunning} onClick={act}>
        {say(creating.isRunning ? "common.saving" : "marquetry.workflows.create")}
      </Button>
    </>
  );
  return (
    <Dialog title={say("marquetry.workflows.new")} actions={actions} onClose={onClose}>
      <p>{say("marquetry.workflows.about")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <Field label={say("input.nameLabel")} problem={creating.error?.message} isRequired>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={typed}
              autoComplete="off"
              maxLength={100}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
