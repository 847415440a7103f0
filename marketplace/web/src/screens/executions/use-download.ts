import { useEffect, useRef, useState } from "react";
import { download } from "@/api/download";

/** Longer documents are for editors, not for a page inside a page. */
const BYTES_MAX = 5 * 1024 * 1024;

export type Downloaded<Value> =
  | { state: "failed"; error: Error }
  | { state: "gone" | "loading" | "long" }
  | { state: "read"; value: Value };

/** A document that is read once for a key: links to the same document differ from day to day. */
export function useDownload<Value>(
  key: string,
  link: string,
  read: (bytes: Uint8Array) => Promise<Value> | Value,
): Downloaded<Value> {
  const [found, setFound] = useState<{ key: string; what: Downloaded<Value> }>();
  const latest = useRef({ link, read });
  latest.current = { link, read };
  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<Downloaded<Value>> => {
      const document = await download(latest.current.link, BYTES_MAX);
      if (typeof document === "string") return { state: document };
      return { state: "read", value: await latest.current.read(document.bytes) };
    };
    load()
      .catch((error: Error): Downloaded<Value> => ({ state: "failed", error }))
      .then((what) => {
        if (isWanted) setFound({ key, what });
      });
    return () => {
      isWanted = false;
    };
  }, [key]);
  return found?.key === key ? found.what : { state: "loading" };
}
