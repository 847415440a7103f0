import { useEffect } from "react";
import { translation } from "@/host/settings";
import { readTranslation } from "@/text/translate";
import { useStore } from "./store";

/** Languages that are written from right to left, for browsers that cannot say. */
const RIGHT_TO_LEFT = ["ar", "dv", "fa", "he", "ku", "ps", "ug", "ur", "yi"];

/** Tells the browser which language the page is in, and how it runs. */
export function useLanguage(): void {
  const data = useStore(translation);
  useEffect(() => {
    const { locale } = readTranslation(data);
    const root = document.documentElement;
    root.lang = locale ?? "en";
    const language = new Intl.Locale(root.lang).language;
    root.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  }, [data]);
}
