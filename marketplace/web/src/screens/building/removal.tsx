import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Confirmation } from "@/ui/confirmation";
import { removalPhrases } from "./removal-phrases";

interface RemovalProps {
  name: string;
  title: string;
  remove: () => Promise<void>;
  onClose: () => void;
}

/** Asks for the name of what is to be deleted. */
export function Removal({ name, title, remove, onClose }: RemovalProps) {
  const { say } = useText(removalPhrases);
  const removal = useAction(remove);
  return (
    <Confirmation
      title={title}
      confirm={say("deleteDialog.confirmButton", { removeType: name })}
      typed={name}
      isDanger
      isRunning={removal.isRunning}
      error={removal.error}
      onConfirm={() => void removal.run()}
      onClose={onClose}
    >
      <p>{say("deleteDialog.warningText", { requiredText: name })}</p>
    </Confirmation>
  );
}
