import { useSession } from "@/api/session";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { ButtonLink } from "@/ui/button";
import { Message } from "@/ui/state";

/** Parts of the product that this customer has not been given: whom to ask, not an error. */
export default function UnavailableScreen() {
  const { say } = useText(common);
  const organization = useSession()?.organizationName ?? "";
  const action = (
    <ButtonLink to="/integration-marketplace/">{say("marquetry.toMarketplace")}</ButtonLink>
  );
  return (
    <Message title={say("marquetry.unavailable.title")} action={action} isScreen>
      {say("marquetry.unavailable.text", organization === "" ? {} : { organization })}
    </Message>
  );
}
