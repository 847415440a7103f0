import { type ReactNode, useId } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import ui from "../ui.module.css";
import styles from "./inputs.module.css";

interface GroupProps {
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  isRequired?: boolean;
  children: ReactNode;
}

/** Several inputs that make one value. */
export function FieldGroup({ label, hint, problem, isRequired = false, children }: GroupProps) {
  const id = useId();
  const { say } = useText(common);
  const [hintId, problemId] = [`${id}-hint`, `${id}-problem`];
  const described = [hint ? hintId : "", problem ? problemId : ""].filter((part) => part !== "");
  return (
    <fieldset className={styles["group"]} aria-describedby={described.join(" ") || undefined}>
      <legend className={ui["label"]}>
        {label} {isRequired && <span className={ui["required"]}>{say("marquetry.required")}</span>}
      </legend>
      {hint && (
        <div id={hintId} className={ui["hint"]}>
          {hint}
        </div>
      )}
      {children}
      {problem !== undefined && (
        <p id={problemId} className={ui["problem"]}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
