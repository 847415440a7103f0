import { useText } from "@/text/use-text";
import { Message } from "@/ui/state";
import { phrases } from "./phrases";

/** How a wizard ended that leads nowhere: the page around it takes over. */
export type Ending = "deleted" | "finished" | "left";

export function EndState({ ending }: { ending: Ending }) {
  const { say } = useText(phrases);
  return (
    <main>
      <Message title={say(`marquetry.wizard.${ending}.title`)}>
        {say(`marquetry.wizard.${ending}.text`)}
      </Message>
    </main>
  );
}
