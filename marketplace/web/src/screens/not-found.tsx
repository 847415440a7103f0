import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { ButtonLink } from "@/ui/button";
import { Message } from "@/ui/state";

/** What is not there and what is not for this viewer look the same. */
export function NotFoundScreen() {
  const { say } = useText(common);
  const action = (
    <ButtonLink to="/integration-marketplace/">{say("marquetry.toMarketplace")}</ButtonLink>
  );
  return (
    <Message title={say("app.marketplace-not-found__title")} action={action} isScreen>
      {say("app.marketplace-not-found__text")}
    </Message>
  );
}
