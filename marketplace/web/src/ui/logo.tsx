import { type CSSProperties, useEffect, useState } from "react";
import { mediaAddress } from "@/api/media";
import styles from "./ui.module.css";

/** A picture of the server, whose address is behind a token; until it is there, a letter. */
export function Logo({ name, address }: { name: string; address: string | null | undefined }) {
  const picture = usePicture(address ?? undefined);
  const style = { "--hue": hue(name) } as CSSProperties;
  return (
    <span className={styles["logo"]} style={style} aria-hidden="true">
      {picture === undefined ? name.trim().charAt(0).toUpperCase() : <img src={picture} alt="" />}
    </span>
  );
}

/** Names have colours of their own, always the same. */
function hue(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return sum;
}

function usePicture(address: string | undefined): string | undefined {
  const [picture, setPicture] = useState<string>();
  useEffect(() => {
    let isWanted = true;
    setPicture(undefined);
    if (address !== undefined && address !== "") {
      void mediaAddress(address).then((url) => {
        if (isWanted) setPicture(url);
      });
    }
    return () => {
      isWanted = false;
    };
  }, [address]);
  return picture;
}
