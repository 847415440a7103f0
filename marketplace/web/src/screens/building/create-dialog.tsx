import { useState } from "react";
import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { createPhrases } from "./create-phrases";

interface CreateProps {
  /** What the button says that opens the dialog; the dialog is called so too. */
  title: string;
  about: string;
  create: (name: string) => Promise<void>;
}

/** Begins something, which is only a name at first. */
export function CreateButton(props: CreateProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button kind="primary" onClick={() => setIsOpen(true)}>
        {props.title}
      </Button>
      {isOpen && <CreateDialog {...props} onClose={() => setIsOpen(false)} />}
    </>
  );
}

interface DialogProps extends CreateProps {
  onClose: () => void;
}

function CreateDialog({ title, about, create, onClose }: DialogProps) {
  const { say } = useText(createPhrases);
  const [typed, setTyped] = useState("");
  const name = typed.trim();
  const creating = useAction(() => create(name));
  const act = () => {
    if (name !== "" && !creating.isRunning) void creating.run();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{say("common.cancelButton")}</Button>
      <Button kind="primary" aria-disabled={name === "" || creating.isRunning} onClick={act}>
        {say(creating.isRunning ? "common.saving" : "marquetry.building.create")}
      </Button>
    </>
  );
  return (
    <Dialog title={title} actions={actions} onClose={onClose}>
      <p>{about}</p>
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
