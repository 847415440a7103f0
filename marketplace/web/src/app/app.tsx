/** Chooses the screen by the address, once there is somebody to show it to. */
import { Suspense, useEffect, useState } from "react";
import { trouble } from "@/api/client";
import { useKnownSession } from "@/api/session";
import { identity, isExpired } from "@/api/session-token";
import { isEmbedded } from "@/host/channel";
import { isSettled } from "@/host/settings";
import { common } from "@/text/common";
import { Namespace, useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Message, Notice, Spinner } from "@/ui/state";
import styles from "./app.module.css";
import { Leaving } from "./leaving";
import { PopoverBar, useEscape } from "./popover";
import { usePath } from "./router";
import { screenAt } from "./screens";
import { useStore } from "./store";
import { useLanguage } from "./language";

/** How long hosts may take to say what they wish, after the token. */
const SETTLING_MS = 150;

/** How long a host may take to sign in before the page says what it waits for. */
const WAITING_MS = 10_000;

export function App() {
  const who = useStore(identity);
  const settled = useSettled(who);
  useEscape();
  if (who === "" || !settled) return <Waiting />;
  return (
    <>
      <PopoverBar />
      <Banners />
      {/* Another person starts from nothing. */}
      <Screen key={who} />
      <Leaving />
    </>
  );
}

function Screen() {
  const path = usePath();
  const { say } = useText(common);
  const session = useKnownSession();
  const { namespace, element } = screenAt(path);
  useLanguage();
  if (session?.isWelcome === false) {
    return (
      <Message title={say("marquetry.refused.title")}>{say("marquetry.refused.text")}</Message>
    );
  }
  return (
    <Namespace value={namespace}>
      <Suspense fallback={<Spinner />}>{element}</Suspense>
    </Namespace>
  );
}

function useSettled(who: string): boolean {
  const said = useStore(isSettled);
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    if (who === "") return;
    const timer = setTimeout(() => setWaited(true), SETTLING_MS);
    return () => clearTimeout(timer);
  }, [who]);
  return said || waited;
}

function Waiting() {
  const { say } = useText(common);
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), WAITING_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isEmbedded) {
    return <Message title={say("marquetry.alone.title")}>{say("marquetry.alone.text")}</Message>;
  }
  return (
    <div className={styles["initial"]}>
      <Spinner {...(isLong ? { label: say("marquetry.waiting") } : {})} />
    </div>
  );
}

function Banners() {
  const { say } = useText(common);
  const expired = useStore(isExpired);
  const what = useStore(trouble);
  if (expired) {
    const reload = <Button onClick={() => window.location.reload()}>{say("marquetry.retry")}</Button>;
    return (
      <div className={styles["banner"]}>
        <Notice kind="warning" action={reload}>
          <strong>{say("common.unauthorized")}</strong> {say("marquetry.expired.text")}
        </Notice>
      </div>
    );
  }
  if (what === undefined) return null;
  return (
    <div className={styles["banner"]}>
      <Notice kind="warning">{say(`marquetry.${what}`)}</Notice>
    </div>
  );
}
