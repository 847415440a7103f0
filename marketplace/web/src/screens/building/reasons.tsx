import { RefusedError } from "@/api/error";
import styles from "./building.module.css";

/** Everything that the server found, one below the other. */
export function Reasons({ error }: { error: Error }) {
  const found = error instanceof RefusedError ? error.fields.flatMap((one) => one.messages) : [];
  return (
    <ul className={styles["reasons"]}>
      {(found.length > 0 ? found : [error.message]).map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}
