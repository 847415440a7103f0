import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { inputClass } from "@/ui/field";
import styles from "./instance.module.css";
import type { Header } from "./test-call";
import { testPhrases } from "./test-phrases";

interface HeaderRowsProps {
  headers: readonly Header[];
  onChange: (headers: Header[]) => void;
}

export function HeaderRows({ headers, onChange }: HeaderRowsProps) {
  const { say, number } = useText(testPhrases);
  const change = (at: number, next: Partial<Header>) =>
    onChange(headers.map((header, index) => (index === at ? { ...header, ...next } : header)));
  return (
    <fieldset className={styles["fieldset"]}>
      <legend>{say("input.headersLabel")}</legend>
      {headers.map((header, index) => {
        const place = number(index + 1);
        return (
          <div key={index} className={styles["headerRow"]}>
            <input
              dir="ltr"
              className={inputClass}
              aria-label={`${say("input.headersKeyLabel")} ${place}`}
              placeholder={say("input.headersKeyLabel")}
              value={header.name}
              onChange={(event) => change(index, { name: event.target.value })}
            />
            <input
              dir="ltr"
              className={inputClass}
              aria-label={`${say("input.headersValueLabel")} ${place}`}
              placeholder={say("input.headersValueLabel")}
              value={header.value}
              onChange={(event) => change(index, { value: event.target.value })}
            />
            <Button
              kind="quiet"
              aria-label={`${say("marquetry.test.removeHeader")} ${place}`}
              onClick={() => onChange(headers.filter((_, other) => other !== index))}
            >
              ✕
            </Button>
          </div>
        );
      })}
      <div>
        <Button onClick={() => onChange([...headers, { name: "", value: "" }])}>
          {say("input.headersAddButton")}
        </Button>
      </div>
    </fieldset>
  );
}
