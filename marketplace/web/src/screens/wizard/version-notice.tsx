import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useAction, useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/state";
import { phrases } from "./phrases";
import type { Wizard } from "./use-wizard";
import { ChangeVersion, NewerVersions } from "./wizard.query";

/** Offers the newest version there is; what runs is not touched before the end of the set-up. */
export function VersionNotice({ wizard }: { wizard: Wizard }) {
  const { say } = useText(phrases);
  const { data, isReadOnly, isDirty, reload } = wizard;
  const { id, integration, isCustomerUpgradeable } = data.instance;
  const canUpdate = isCustomerUpgradeable === true && !isReadOnly;
  const answer = useQuery(NewerVersions, { id: integration.id }, { skip: !canUpdate });
  const change = useAction(async (version: string) => {
    done((await mutate(ChangeVersion, { id, version })).updateInstance);
    await reload();
  });
  const versions = nodes(answer.data?.integration?.versionSequence);
  const newest = versions.reduce<(typeof versions)[number] | undefined>(
    (best, version) => (number(version) > number(best) ? version : best),
    undefined,
  );
  if (!canUpdate || newest === undefined || number(newest) <= number(integration)) return null;
  const action = (
    <Button
      aria-disabled={change.isRunning || isDirty}
      onClick={() => !change.isRunning && !isDirty && void change.run(newest.id)}
    >
      {say("marquetry.version.update")}
    </Button>
  );
  return (
    <Notice action={action}>
      <strong>{say("marquetry.version.available", { version: number(newest) })}</strong>{" "}
      {say("marquetry.version.text")}
      {change.error !== undefined && <p role="alert">{change.error.message}</p>}
    </Notice>
  );
}

function number(version: { versionNumber: number | null } | undefined): number {
  return version?.versionNumber ?? 0;
}
