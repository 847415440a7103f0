import { type ReactNode, useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useKnownSession } from "@/api/session";
import { type Action, useAction } from "@/api/use-query";
import { navigate } from "@/app/router";
import { tellHost } from "@/host/channel";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Notice } from "@/ui/state";
import { Reasons } from "../building/reasons";
import { Removal } from "../building/removal";
import { wizardPath } from "../marketplace/state";
import { phrases } from "./phrases";
import { type Remark, factsOf, isConfigured, remarksOf, workflowPath } from "./state";
import {
  DeleteWorkflow,
  DisableWorkflow,
  EnableWorkflow,
  type WorkflowHeadFragment,
} from "./workflow.query";

/** Enabling and disabling, of which one waits for the other. */
export function useRunning(workflow: WorkflowHeadFragment, refresh: () => Promise<void>) {
  const { id } = workflow;
  const enabling = useAction(async () => {
    const { instance: copy } = done((await mutate(EnableWorkflow, { id })).enableWorkflow);
    tellHost("WORKFLOW_ENABLED", factsOf(workflow, copy));
    await refresh();
  });
  const disabling = useAction(async () => {
    const { instance: copy } = done((await mutate(DisableWorkflow, { id })).disableWorkflow);
    tellHost("WORKFLOW_DISABLED", factsOf(workflow, copy));
    await refresh();
  });
  const isRunning = enabling.isRunning || disabling.isRunning;
  const act = (one: Action<[]>, other: Action<[]>) => () => {
    if (isRunning) return;
    other.clear();
    void one.run();
  };
  return {
    isRunning,
    enable: act(enabling, disabling),
    disable: act(disabling, enabling),
    enablingError: enabling.error,
    disablingError: disabling.error,
  };
}

type Running = ReturnType<typeof useRunning>;

interface ActionsProps {
  workflow: WorkflowHeadFragment;
  running: Running;
}

/** What can be done with a workflow. */
export function Actions({ workflow, running }: ActionsProps) {
  const { say, dynamic } = useText(phrases);
  const [isRemoving, setIsRemoving] = useState(false);
  const { allowUpdate, allowRemove, instance, versionNumber } = workflow;
  const { isRunning, enable, disable } = running;
  const isEnabled = instance?.enabled === true;
  return (
    <>
      {allowUpdate && !isEnabled && versionNumber > 0 && (
        <Button kind="primary" aria-disabled={isRunning} onClick={enable}>
          {say(isRunning ? "common.loading" : "marquetry.workflows.enable")}
        </Button>
      )}
      {instance !== null && isConfigured(instance) && (
        <ButtonLink to={wizardPath(instance)}>
          {say("integrations.id__filterBar.reconfigureButton")}
        </ButtonLink>
      )}
      {allowUpdate && isEnabled && (
        <Button aria-disabled={isRunning} onClick={disable}>
          {say(isRunning ? "common.loading" : "marquetry.workflows.disable")}
        </Button>
      )}
      {allowRemove && (
        <Button kind="danger" onClick={() => setIsRemoving(true)}>
          {say("deleteDialog.openButton")}
        </Button>
      )}
      {isRemoving && (
        <Removal
          name={dynamic(workflow.name)}
          title={say("deleteDialog.title")}
          remove={() => remove(workflow)}
          onClose={() => setIsRemoving(false)}
        />
      )}
    </>
  );
}

async function remove(workflow: WorkflowHeadFragment) {
  done((await mutate(DeleteWorkflow, { id: workflow.id })).deleteWorkflow);
  tellHost("WORKFLOW_DELETED", factsOf(workflow, workflow.instance));
  navigate("/workflows/", { replace: true });
}

/** What there is to say about a workflow, and what was just refused. */
export function Notices({ workflow, running }: ActionsProps) {
  const { say } = useText(phrases);
  const { enablingError, disablingError } = running;
  return (
    <>
      {enablingError !== undefined && (
        <Notice kind="error">
          {say("marquetry.workflows.refused")}
          <Reasons error={enablingError} />
        </Notice>
      )}
      {disablingError !== undefined && <Notice kind="error">{disablingError.message}</Notice>}
      <Remarks workflow={workflow} running={running} />
    </>
  );
}

function Remarks({ workflow, running: { isRunning, enable } }: ActionsProps) {
  const { say } = useText(phrases);
  const organization = useKnownSession()?.organizationName ?? "";
  const { allowUpdate, versionNumber: newest, deployedVersion } = workflow;
  const running = deployedVersion?.versionNumber ?? 0;
  const edit = allowUpdate && (
    <ButtonLink to={`${workflowPath(workflow)}definition/`}>
      {say("marquetry.building.toDefinition")}
    </ButtonLink>
  );
  const run = allowUpdate && (
    <Button aria-disabled={isRunning} onClick={enable}>
      {say("marquetry.workflows.run", { version: newest })}
    </Button>
  );
  const texts: Record<Remark, [string, ReactNode]> = {
    suspended: [
      say("marquetry.workflows.suspended", organization === "" ? {} : { organization }),
      undefined,
    ],
    unpublished: [say("marquetry.workflows.unpublished"), edit],
    outdated: [say("marquetry.workflows.outdated", { newest, running }), run],
    changed: [say("marquetry.building.changes"), edit],
  };
  return remarksOf(workflow).map((remark) => {
    const [text, action] = texts[remark];
    return (
      <Notice key={remark} kind={remark === "suspended" ? "error" : "info"} action={action}>
        {text}
      </Notice>
    );
  });
}
