import { useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { currentSession } from "@/api/session";
import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/state";
import { phrases } from "./phrases";
import type { Wizard } from "./use-wizard";
import { EndUserConfiguration } from "./wizard.query";

interface UserDeletionProps {
  wizard: Wizard;
  onDeleted: () => void;
}

/** Takes back what one person set up for themselves. */
export function UserDeletion({ wizard, onDeleted }: UserDeletionProps) {
  const { say } = useText(phrases);
  const [isAsking, setIsAsking] = useState(false);
  const isMarketplaceUser = currentSession()?.isMarketplaceUser === true;
  const variant = isMarketplaceUser ? "isCustomerMarketplaceUser" : "isAdmin";
  const id = wizard.data.userConfigId;
  const deletion = useAction(async () => {
    if (id === undefined) return;
    done((await mutate(EndUserConfiguration, { id })).deleteUserLevelConfig);
    onDeleted();
  });
  if (id === undefined) return null;
  const actions = (
    <>
      <Button onClick={() => setIsAsking(false)}>{say("common.cancelButton")}</Button>
      <Button
        kind="danger"
        aria-disabled={deletion.isRunning}
        onClick={() => !deletion.isRunning && void deletion.run()}
      >
        {say(`deleteUserConfigurationDialog.confirmButton--${variant}`)}
      </Button>
    </>
  );
  return (
    <>
      <p>
        <Button kind="danger" onClick={() => setIsAsking(true)}>
          {say("deleteUserConfigurationDialog.openButton")}
        </Button>
      </p>
      {isAsking && (
        <Dialog
          title={say("deleteUserConfigurationDialog.title")}
          actions={actions}
          onClose={() => setIsAsking(false)}
        >
          <p>
            {say(
              isMarketplaceUser
                ? "deleteUserConfigurationDialog.warningText--isCustomerMarketplaceUser"
                : "deleteUserConfigurationDialog.warningText",
            )}
          </p>
          {deletion.error !== undefined && <Notice kind="error">{deletion.error.message}</Notice>}
        </Dialog>
      )}
    </>
  );
}
