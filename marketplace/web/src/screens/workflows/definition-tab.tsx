import { mutate, mutateRemarked } from "@/api/client";
import { done } from "@/api/error";
import { useText } from "@/text/use-text";
import { DefinitionEditor } from "../building/definition-editor";
import { phrases } from "./phrases";
import { PublishWorkflow, SaveDefinition, type WorkflowHeadFragment } from "./workflow.query";

interface DefinitionTabProps {
  workflow: WorkflowHeadFragment;
  refresh: () => Promise<void>;
}

/** The definition as text, which is changed here and published. */
export default function DefinitionTab({ workflow, refresh }: DefinitionTabProps) {
  const { say } = useText(phrases);
  const { id, allowUpdate } = workflow;
  return (
    <DefinitionEditor
      draft={workflow}
      mayPublish={allowUpdate}
      hint={say("marquetry.workflows.hint")}
      consequence={say("marquetry.workflows.publishText")}
      save={async (definition) => {
        const { data, problems } = await mutateRemarked(SaveDefinition, { id, definition });
        done(data.importWorkflow);
        return problems;
      }}
      publish={async (comment) => {
        const input = { id, ...(comment === "" ? {} : { comment }) };
        done((await mutate(PublishWorkflow, input)).publishWorkflow);
      }}
      refresh={refresh}
    />
  );
}
