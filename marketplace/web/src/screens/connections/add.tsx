import { useState } from "react";
import { nodes } from "@/api/error";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ReusableDialog } from "../wizard/connection/reusable-dialog";
import type { ConnectionKindsQuery } from "./connections.query";
import styles from "./connections.module.css";
import { phrases } from "./phrases";

interface AddButtonProps {
  kinds: ConnectionKindsQuery;
  refresh: () => void;
}

type Kind = NonNullable<ConnectionKindsQuery["scopedConfigVariables"]["nodes"][number]>;

/** Asks for the app first, unless there is only one. */
export function AddButton({ kinds, refresh }: AddButtonProps) {
  const { say, dynamic } = useText(phrases);
  const [isAsking, setIsAsking] = useState(false);
  const [chosen, setChosen] = useState<Kind>();
  const { customer } = kinds.authenticatedUser;
  const all = nodes(kinds.scopedConfigVariables);
  const choices = all.filter(({ connection }) => connection !== null);
  const [first, ...others] = choices;
  if (customer?.allowAddCustomerConfigVariable !== true || first === undefined) return null;
  const choose = (kind: Kind) => {
    setIsAsking(false);
    setChosen(kind);
  };
  return (
    <>
      <Button
        kind="primary"
        onClick={() => (others.length === 0 ? setChosen(first) : setIsAsking(true))}
      >
        {say("marquetry.connections.add")}
      </Button>
      {isAsking && (
        <Dialog title={say("marquetry.connections.add")} onClose={() => setIsAsking(false)}>
          <p>{say("marquetry.connections.addText")}</p>
          <ul className={styles["kinds"]}>
            {choices.map((kind) => (
              <li key={kind.id}>
                <Button onClick={() => choose(kind)}>{dynamic(titleOf(kind))}</Button>
                {kind.description !== null && kind.description !== "" && (
                  <p className={styles["muted"]}>{dynamic(kind.description)}</p>
                )}
              </li>
            ))}
          </ul>
        </Dialog>
      )}
      {chosen?.connection != null && (
        <ReusableDialog
          kind={chosen.connection}
          scoped={chosen.id}
          customer={customer.id}
          existing={undefined}
          prefilled={{}}
          name={dynamic(titleOf(chosen))}
          onSaved={refresh}
          onClose={() => {
            setChosen(undefined);
            refresh();
          }}
        />
      )}
    </>
  );
}

function titleOf({ key, connection }: Kind): string {
  return key || (connection?.component.label ?? "");
}
