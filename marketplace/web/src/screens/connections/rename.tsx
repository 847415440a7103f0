import { useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useAction } from "@/api/use-query";
import { useUnsaved } from "@/app/use-unsaved";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Field, inputClass } from "@/ui/field";
import type { Connection } from "./detail";
import { RenameConnection } from "./connections.query";
import styles from "./connections.module.css";
import { phrases } from "./phrases";

/** Gives a connection another name, which is all that others see of it. */
export function Rename({ connection, refresh }: RenameProps) {
  const { say } = useText(phrases);
  const { id, key } = connection;
  const [typed, setTyped] = useState<string>();
  const name = typed ?? key ?? "";
  const isChanged = name.trim() !== "" && name.trim() !== (key ?? "");
  useUnsaved(isChanged);
  const saving = useAction(async () => {
    done((await mutate(RenameConnection, { id, key: name.trim() })).updateCustomerConfigVariable);
    await refresh();
    setTyped(undefined);
  });
  return (
    <form
      className={styles["rename"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && !saving.isRunning) void saving.run();
      }}
    >
      <Field
        label={say("customerConnections.details.name.field.label")}
        problem={saving.error?.message}
      >
        {(ids) => (
          <input
            {...ids}
            className={inputClass}
            value={name}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" aria-disabled={!isChanged || saving.isRunning}>
        {say(
          saving.isRunning ? "common.saving" : "customerConnections.details.name.panel.header",
        )}
      </Button>
    </form>
  );
}

interface RenameProps {
  connection: Connection;
  refresh: () => Promise<void>;
}
