/** Authorization in a window of the provider, followed by asking the server how it stands. */
import { useEffect, useRef, useState } from "react";
import { useStore } from "@/app/store";
import { isClosed } from "@/host/settings";
import { type Reading, type Verdict, isConsentUrl, judge } from "./judge";
import type { Owner } from "./owner";

const POLL_MS = 3_000;

export type Authorization =
  | { state: "idle" }
  | { state: "failed"; verdict: Exclude<Verdict, "active" | "waiting">; reason?: string }
  | { state: "refused"; reason: string }
  | { state: "starting" }
  | { state: "waiting"; link: string | undefined };

interface Run {
  owner: Owner;
  start: Reading;
  since: Date;
  popup: Window | null;
}

interface Handles {
  authorization: Authorization;
  /** Must be called from a click: only then may a window be opened. */
  connect: (save: () => Promise<Owner>) => Promise<void>;
  stop: () => void;
}

export function useAuthorization(onDone: () => void): Handles {
  const [authorization, setAuthorization] = useState<Authorization>({ state: "idle" });
  const [run, setRun] = useState<Run>();
  const latest = useRef(onDone);
  latest.current = onDone;
  usePolling(run, (verdict, reason) => {
    setRun(undefined);
    if (verdict === "active") {
      setAuthorization({ state: "idle" });
      run?.popup?.close();
    } else {
      setAuthorization({ state: "failed", verdict, ...(reason === undefined ? {} : { reason }) });
    }
    latest.current();
  });
  const connect = async (save: () => Promise<Owner>) => {
    const popup = window.open("about:blank", "_blank", "popup,width=620,height=740");
    setAuthorization({ state: "starting" });
    try {
      const owner = await save();
      const start = await owner.read();
      const url = await owner.authorizeUrl();
      if (url === null || !isConsentUrl(url)) throw new Error("");
      if (popup !== null) popup.location.replace(url);
      setAuthorization({ state: "waiting", link: popup === null ? url : undefined });
      setRun({ owner, start, since: new Date(), popup });
    } catch (error) {
      popup?.close();
      setAuthorization({ state: "refused", reason: (error as Error).message });
    }
  };
  const stop = () => {
    setRun(undefined);
    setAuthorization({ state: "idle" });
  };
  return { authorization, connect, stop };
}

type Settle = (verdict: Exclude<Verdict, "waiting">, reason: string | undefined) => void;

function usePolling(run: Run | undefined, settle: Settle): void {
  const latest = useRef(settle);
  latest.current = settle;
  const closed = useStore(isClosed);
  useEffect(() => {
    if (run === undefined || closed) return;
    let isOver = false;
    const look = async () => {
      const now = await run.owner.read().catch(() => undefined);
      if (now === undefined || isOver) return;
      const elapsedMs = Date.now() - run.since.getTime();
      const verdict = judge({
        start: run.start,
        now,
        elapsedMs,
        isWindowClosed: run.popup?.closed,
      });
      if (verdict === "waiting") return;
      isOver = true;
      const reason = verdict === "failed" ? await run.owner.reason(run.since) : undefined;
      latest.current(verdict, reason);
    };
    const ask = () => void look();
    const hear = (event: MessageEvent) => {
      if (event.origin === window.location.origin) ask();
    };
    const timer = setInterval(ask, POLL_MS);
    window.addEventListener("focus", ask);
    window.addEventListener("message", hear);
    document.addEventListener("visibilitychange", ask);
    return () => {
      isOver = true;
      clearInterval(timer);
      window.removeEventListener("focus", ask);
      window.removeEventListener("message", hear);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [run, closed]);
}
