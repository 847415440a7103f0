import { useText } from "@/text/use-text";
import { common } from "@/text/common";
import { ButtonLink } from "@/ui/button";
import { Message, NotFound } from "@/ui/state";

export function NotFoundScreen() {
  return <NotFound isScreen />;
}

/** An address that no screen has. */
export function NoScreen() {
  const { say } = useText(common);
  const action = <ButtonLink to="/dashboard/">{say("404__button")}</ButtonLink>;
  return (
    <Message title={say("404__title")} action={action} isScreen>
      {say("404__text")}
    </Message>
  );
}
