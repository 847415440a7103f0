/** The ways out of a popover of the host: it does not hear keys that are typed in here. */
import { useEffect } from "react";
import { tellHost } from "@/host/channel";
import { screenConfiguration } from "@/host/settings";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { isDialogOpen } from "@/ui/dialog";
import styles from "./app.module.css";
import { useStore } from "./store";
import { leave } from "./unsaved";

function requestClose(): void {
  leave(() => tellHost("POPOVER_CLOSE_REQUESTED", {}));
}

export function useEscape(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || isDialogOpen()) return;
      if (screenConfiguration.get().isInPopover) requestClose();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

/** The SDK puts its `✕` over this page's corner: nothing else may be there but the word for it. */
export function PopoverBar() {
  const { say } = useText(common);
  if (!useStore(screenConfiguration).isInPopover) return null;
  return (
    <div className={styles["popoverBar"]}>
      <Button kind="quiet" onClick={requestClose}>
        {say("tooltip.close")}
      </Button>
    </div>
  );
}
