import { useState } from "react";
import { type Problem, mutate, mutateRemarked } from "@/api/client";
import { done } from "@/api/error";
import { useAction } from "@/api/use-query";
import { useUnsaved } from "@/app/use-unsaved";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, inputClass } from "@/ui/field";
import { ScalarInput } from "@/ui/inputs/scalar";
import { Notice } from "@/ui/state";
import { definitionPhrases } from "./definition-phrases";
import { Reasons } from "./reasons";
import { PublishWorkflow, SaveDefinition, type WorkflowHeadFragment } from "./workflow.query";
import styles from "./workflows.module.css";

interface DefinitionProps {
  workflow: WorkflowHeadFragment;
  refresh: () => Promise<void>;
}

const YAML = { type: "code", language: "yaml" } as const;

/** The definition as text, which is changed here and published. */
export default function DefinitionTab({ workflow, refresh }: DefinitionProps) {
  const { say } = useText(definitionPhrases);
  const [isPublishing, setIsPublishing] = useState(false);
  const { text, setText, isChanged, save, problems } = useDraft(workflow, refresh);
  const saving = useAction(save);
  const { allowUpdate, hasUnpublishedChanges, versionNumber } = workflow;
  const mayPublish = isChanged || hasUnpublishedChanges || versionNumber === 0;
  return (
    <div className={styles["definition"]}>
      <Field
        label={say("marquetry.workflows.definition")}
        hint={allowUpdate ? say("marquetry.workflows.hint") : undefined}
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
          <Button
            kind="primary"
            aria-disabled={!mayPublish || saving.isRunning}
            onClick={() => {
              if (mayPublish && !saving.isRunning) setIsPublishing(true);
            }}
          >
            {say("versionHistorySavePublishPopover.openButton")}
          </Button>
        </div>
      )}
      {problems !== undefined && !isChanged && <Saved problems={problems} />}
      {isPublishing && (
        <PublishDialog
          workflow={workflow}
          save={isChanged ? save : undefined}
          refresh={refresh}
          onClose={() => setIsPublishing(false)}
        />
      )}
    </div>
  );
}

/** What is typed, and what of it the server has. */
function useDraft({ id, definition }: WorkflowHeadFragment, refresh: () => Promise<void>) {
  const [typed, setTyped] = useState<string>();
  // The server writes a definition in its own way: what was typed stays as it was typed.
  const [kept, setKept] = useState<string>();
  const [problems, setProblems] = useState<Problem[]>();
  const text = typed ?? definition ?? "";
  const isChanged = text !== (kept ?? definition ?? "");
  useUnsaved(isChanged);
  const save = async () => {
    const answer = await mutateRemarked(SaveDefinition, { id, definition: text });
    done(answer.data.importWorkflow);
    setTyped(text);
    setKept(text);
    setProblems(answer.problems);
    await refresh();
  };
  return { text, setText: setTyped, isChanged, save, problems };
}

function Saved({ problems }: { problems: readonly Problem[] }) {
  const { say } = useText(definitionPhrases);
  if (problems.length === 0) {
    return <Notice kind="success">{say("marquetry.workflows.saved")}</Notice>;
  }
  return (
    <Notice kind="warning">
      {say("marquetry.workflows.saved")} {say("marquetry.workflows.remarks")}
      <ul className={styles["reasons"]}>
        {problems.map(({ message, line }) => (
          <li key={`${line} ${message}`}>
            {line ? say("marquetry.workflows.line", { line, message }) : message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

interface PublishProps extends DefinitionProps {
  /** What has to be saved before. */
  save: (() => Promise<void>) | undefined;
  onClose: () => void;
}

function PublishDialog({ workflow, save, refresh, onClose }: PublishProps) {
  const { say } = useText(definitionPhrases);
  const [typed, setTyped] = useState("");
  const { id, versionNumber } = workflow;
  const publishing = useAction(async () => {
    await save?.();
    const comment = typed.trim();
    const input = { id, ...(comment === "" ? {} : { comment }) };
    done((await mutate(PublishWorkflow, input)).publishWorkflow);
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
  const title = say("versionHistorySavePublishPopover.title", { versionNumber: versionNumber + 1 });
  return (
    <Dialog title={title} actions={actions} onClose={onClose}>
      <p>{say("marquetry.workflows.publishText")}</p>
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
