import { createRoot } from "react-dom/client";
import { listenForTokens, startWith } from "@/api/session-token";
import { App } from "@/app/app";
import { takeParameter } from "@/app/router";
import { openChannel, pinParent } from "@/host/channel";
import { listenForSettings } from "@/host/settings";
import { startTheme } from "@/theme/apply";
import "@/theme/base.css";

startTheme();
listenForTokens();
listenForSettings();
const given = takeParameter("jwt");
if (given !== undefined) {
  pinParent();
  startWith(given);
}
openChannel();

const root = document.getElementById("root");
if (root === null) throw new Error("app.html must have an element with the id root");
createRoot(root).render(<App />);
