import { useState } from "react";
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
import { StatusBadge } from "./connect";
import { SavedConnections, type SavedConnectionFragment } from "./connection.query";
import { ReusableDialog } from "./reusable-dialog";

type ConnectionDraft = Draft & { type: "connection" };

/** A connection that several activations use: one is chosen, or added. */
export function ReusableField({
  variable,
  wizard,
  draft,
  scoped,
  change,
}: InputProps<ConnectionDraft> & { scoped: string }) {
  const { say, dynamic } = useText(phrases);
  const answer = useQuery(SavedConnections, { scoped });
  const [edited, setEdited] = useState<SavedConnectionFragment | "new">();
  const saved = nodes(answer.data?.customerConfigVariables);
  const about = describe(variable, wizard, dynamic);
  const hint = about.hint || dynamic(variable.connection?.comments);
  const add = say("configWizard.configPage.connection.field.addNew.label");
  const choose = (reusable: string) => change({ ...draft, inputs: {}, reusable });
  return (
    <div className={styles["connection"]}>
      <FieldGroup {...about} hint={hint} problem={undefined}>
        {answer.data === undefined && answer.error === undefined && <Spinner />}
        {answer.error !== undefined && (
          <Notice
            kind="error"
            action={<Button onClick={() => void answer.refresh()}>{say("marquetry.retry")}</Button>}
          >
            {answer.error.message}
          </Notice>
        )}
        {answer.data !== undefined && saved.length === 0 && (
          <p className={styles["muted"]}>{say("marquetry.connection.none")}</p>
        )}
        <ul
          className={styles["choices"]}
          aria-label={say("configWizard.configPage.connection.field.label")}
        >
          {saved.map((one) => (
            <SavedRow
              key={one.id}
              one={one}
              group={variable.id}
              isChosen={draft.reusable === one.id}
              isReadOnly={wizard.isReadOnly}
              choose={() => choose(one.id)}
              edit={() => setEdited(one)}
            />
          ))}
        </ul>
        {!wizard.isReadOnly && (
          <p>
            <Button aria-label={`${add}: ${about.label}`} onClick={() => setEdited("new")}>
              {add}
            </Button>
          </p>
        )}
        {about.problem !== undefined && <Notice kind="error">{about.problem}</Notice>}
      </FieldGroup>
      {edited !== undefined && variable.connection !== undefined && (
        <ReusableDialog
          kind={variable.connection}
          scoped={scoped}
          customer={wizard.data.session.authenticatedUser.customer?.id ?? null}
          existing={edited === "new" ? undefined : edited}
          prefilled={draft.inputs}
          name={dynamic(variable.key)}
          onSaved={(id) => {
            choose(id);
            void answer.refresh();
          }}
          onClose={() => setEdited(undefined)}
        />
      )}
    </div>
  );
}

interface SavedRowProps {
  one: SavedConnectionFragment;
  group: string;
  isChosen: boolean;
  isReadOnly: boolean;
  choose: () => void;
  edit: () => void;
}

function SavedRow({ one, group, isChosen, isReadOnly, choose, edit }: SavedRowProps) {
  const { say, number } = useText(phrases);
  const name = one.key || say("marquetry.connection.unnamed");
  return (
    <li className={styles["choice"]} data-chosen={isChosen}>
      <label>
        <input
          type="radio"
          name={group}
          checked={isChosen}
          disabled={isReadOnly}
          onChange={choose}
        />
        <span>{name}</span>
      </label>
      {one.instances.totalCount > 0 && (
        <span className={styles["muted"]}>
          {say("configWizard.configPage.connection.field.usageLocations.label", {
            usageCount: number(one.instances.totalCount),
          })}
        </span>
      )}
      <StatusBadge status={one.status} />
      {!isReadOnly && one.allowUpdate && (
        <Button
          kind="quiet"
          aria-label={say("configWizard.configPage.connection.edit.title", {
            connectionName: name,
          })}
          onClick={edit}
        >
          {say("configWizard.configPage.configVariableField.button.edit")}
        </Button>
      )}
    </li>
  );
}
