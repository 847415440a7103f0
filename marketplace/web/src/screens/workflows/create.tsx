import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { CreateButton } from "../building/create-dialog";
import { phrases } from "./phrases";
import { workflowPath } from "./state";
import { CreateWorkflow } from "./workflows.query";

export function CreateWorkflowButton() {
  const { say } = useText(phrases);
  return (
    <CreateButton
      title={say("marquetry.workflows.new")}
      about={say("marquetry.workflows.about")}
      create={async (name) => {
        const { workflow } = done((await mutate(CreateWorkflow, { name })).importWorkflow);
        if (workflow !== null) navigate(`${workflowPath(workflow)}definition/`);
      }}
    />
  );
}
