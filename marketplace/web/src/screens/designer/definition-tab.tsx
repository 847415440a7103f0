import { mutate, mutateRemarked } from "@/api/client";
import { done } from "@/api/error";
import { useKnownSession } from "@/api/session";
import { useText } from "@/text/use-text";
import { DefinitionEditor } from "../building/definition-editor";
import { type DesignHeadFragment, PublishDesign, SaveDesign } from "./design.query";
import { phrases } from "./phrases";

interface DefinitionTabProps {
  design: DesignHeadFragment;
  refresh: () => Promise<void>;
}

/** The definition as text, which is changed here and published. */
export default function DefinitionTab({ design, refresh }: DefinitionTabProps) {
  const { say } = useText(phrases);
  const organization = useKnownSession()?.organizationName ?? "";
  const { id, allowPublish } = design;
  return (
    <DefinitionEditor
      draft={design}
      mayPublish={allowPublish}
      hint={say("marquetry.designer.hint")}
      consequence={say(
        "marquetry.designer.publishText",
        organization === "" ? {} : { organization },
      )}
      save={async (definition) => {
        const { data, problems } = await mutateRemarked(SaveDesign, { id, definition });
        done(data.importIntegration);
        return problems;
      }}
      publish={async (comment) => {
        const input = { id, ...(comment === "" ? {} : { comment }) };
        done((await mutate(PublishDesign, input)).publishIntegration);
      }}
      refresh={refresh}
    />
  );
}
