import { type ReactNode, useId } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import styles from "./ui.module.css";

/** What ties an input to its label, hint and problem. */
export interface FieldIds {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
  "aria-required": boolean | undefined;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  isRequired?: boolean;
  children: (ids: FieldIds) => ReactNode;
}

export function Field({ label, hint, problem, isRequired = false, children }: FieldProps) {
  const id = useId();
  const { say } = useText(common);
  const [hintId, problemId] = [`${id}-hint`, `${id}-problem`];
  const described = [hint ? hintId : "", problem ? problemId : ""].filter((part) => part !== "");
  const ids: FieldIds = {
    id,
    "aria-describedby": described.join(" ") || undefined,
    "aria-invalid": problem === undefined ? undefined : true,
    "aria-required": isRequired || undefined,
  };
  return (
    <div className={styles["field"]}>
      <label htmlFor={id} className={styles["label"]}>
        {label} {isRequired && <span className={styles["required"]}>{say("marquetry.required")}</span>}
      </label>
      {hint && (
        <div id={hintId} className={styles["hint"]}>
          {hint}
        </div>
      )}
      {children(ids)}
      {problem !== undefined && (
        <p id={problemId} className={styles["problem"]}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** The look of every text input. */
export const inputClass = styles["input"];
