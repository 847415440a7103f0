import { useState } from "react";
import type { Problem } from "@/api/client";
import { useAction } from "@/api/use-query";
import { useUnsaved } from "@/app/use-unsaved";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { ScalarInput } from "@/ui/inputs/scalar";
import { Notice } from "@/ui/state";
import styles from "./building.module.css";
import { definitionPhrases } from "./definition-phrases";
import { Reasons } from "./reasons";

export interface DefinitionProps {
  draft: {
    definition: string | null;
    allowUpdate: boolean;
    hasUnpublishedChanges: boolean;
    versionNumber: number;
  };
  mayPublish: boolean;
  /** What a definition has to be. */
  hint: string;
  /** What publishing means for what runs. */
  consequence: string;
  /** Keeps it, and answers what is wrong with it all the same. */
  save: (definition: string) => Promise<Problem[]>;
  /** Makes a version of what is kept; a comment may be empty. */
  publish: (comment: string) => Promise<void>;
  refresh: () => Promise<void>;
}

const YAML = { type: "code", language: "yaml" } as const;

/** The definition as text, which is changed here and published. */
export function DefinitionEditor(props: DefinitionProps) {
  const { draft, mayPublish, hint } = props;
  const { say } = useText(definitionPhrases);
  const [isPublishing, setIsPublishing] = useState(false);
  const { text, setText, isChanged, save, problems } = useDraft(props);
  const saving = useAction(save);
  const { allowUpdate, hasUnpublishedChanges, versionNumber } = draft;
  const isNew = isChanged || hasUnpublishedChanges || versionNumber === 0;
  return (
    <div className={styles["definition"]}>
      <Field
        label={say("marquetry.building.definition")}
        hint={allowUpdate ? hint : undefined}
        problem={saving.error?.message}
      >
        {(ids) => (
          <ScalarInput
            kind={YAML}
            ids={ids}
            value={text}
            isReadOnly={!allowUpdate}
            onChange={setText}
          />
        )}
      </Field>
      {allowUpdate && (
        <div className={styles["actions"]}>
          <Button
            aria-disabled={!isChanged || saving.isRunning}
            onClick={() => {
              if (isChanged && !saving.isRunning) void saving.run();
            }}
          >
            {say(saving.isRunning ? "common.saving" : "common.saveButton")}
          </Button>
          {mayPublish && (
            <Button
              kind="primary"
              aria-disabled={!isNew || saving.isRunning}
              onClick={() => {
                if (isNew && !saving.isRunning) setIsPublishing(true);
              }}
            >
              {say("versionHistorySavePublishPopover.openButton")}
            </Button>
          )}
        </div>
      )}
      {problems !== undefined && !isChanged && <Saved problems={problems} />}
      {isPublishing && (
        <PublishDialog
          {...props}
          saveFirst={isChanged ? save : undefined}
          onClose={() => setIsPublishing(false)}
        />
      )}
    </div>
  );
}

/** What is typed, and what of it the server has. */
function useDraft({ draft: { definition }, save, refresh }: DefinitionProps) {
  const [typed, setTyped] = useState<string>();
  // The server writes a definition in its own way: what was typed stays as it was typed.
  const [kept, setKept] = useState<string>();
  const [problems, setProblems] = useState<Problem[]>();
  const text = typed ?? definition ?? "";
  const isChanged = text !== (kept ?? definition ?? "");
  useUnsaved(isChanged);
  const keep = async () => {
    const found = await save(text);
    setTyped(text);
    setKept(text);
    setProblems(found);
    await refresh();
  };
  return { text, setText: setTyped, isChanged, save: keep, problems };
}

function Saved({ problems }: { problems: readonly Problem[] }) {
  const { say } = useText(definitionPhrases);
  if (problems.length === 0) {
    return <Notice kind="success">{say("marquetry.building.saved")}</Notice>;
  }
  return (
    <Notice kind="warning">
      {say("marquetry.building.saved")} {say("marquetry.building.remarks")}
      <ul className={styles["reasons"]}>
        {problems.map(({ message, line }) => (
          <li key={`${line} ${message}`}>
            {line ? say("marquetry.building.line", { line, message }) : message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

interface PublishProps extends DefinitionProps {
  /** What has to be saved before. */
  saveFirst: (() => Promise<void>) | undefined;
  onClose: () => void;
}

function PublishDialog(props: PublishProps) {
  const { draft, consequence, saveFirst, publish, refresh, onClose } = props;
  const { say } = useText(definitionPhrases);
  const [typed, setTyped] = useState("");
  const versionNumber = draft.versionNumber + 1;
  const publishing = useAction(async () => {
    await saveFirst?.();
    await publish(typed.trim());
    onClose();
    await refresh();
  });
  const act = () => {
    if (!publishing.isRunning) void publishing.run();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{say("common.cancelButton")}</Button>
      <Button kind="primary" aria-disabled={publishing.isRunning} onClick={act}>
        {say(
          publishing.isRunning
            ? "common.saving"
            : "versionHistorySavePublishPopover.saveButton",
        )}
      </Button>
    </>
  );
  const title = say("versionHistorySavePublishPopover.title", { versionNumber });
  return (
    <Dialog title={title} actions={actions} onClose={onClose}>
      <p>{consequence}</p>
      <Field label={say("input.commentLabel")}>
        {(ids) => (
          <textarea
            {...ids}
            className={inputClass}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {publishing.error !== undefined && (
        <Notice kind="error">
          <Reasons error={publishing.error} />
        </Notice>
      )}
    </Dialog>
  );
}
