import { useState } from "react";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Notice, Spinner } from "@/ui/state";
import { pathOf } from "@/api/download";
import styles from "./executions.module.css";
import { phrases } from "./phrases";
import { readPayload } from "./preview";
import { Shown } from "./step-result";
import { useDownload } from "./use-download";

interface PayloadProps {
  id: string;
  link: string;
}

/** What started an execution; read only when somebody asks for it. */
export function Payload({ id, link }: PayloadProps) {
  const { say } = useText(phrases);
  const [isOpen, setIsOpen] = useState(false);
  if (isOpen) return <Content id={id} link={link} />;
  return (
    <p>
      <Button onClick={() => setIsOpen(true)}>{say("marquetry.payload.show")}</Button>
    </p>
  );
}

function Content({ id, link }: PayloadProps) {
  const { say } = useText(phrases);
  const payload = useDownload(id, link, readPayload);
  switch (payload.state) {
    case "loading":
      return <Spinner />;
    case "gone":
      return <p>{say("marquetry.payload.gone")}</p>;
    case "failed":
      return <Notice kind="error">{say("executionRuns.sidebar.downloadFailedMessage")}</Notice>;
    case "long":
      return (
        <a href={pathOf(link)} download="payload.json">
          {say("executionRuns.sidebar.downloadPayloadButton")}
        </a>
      );
    case "read": {
      const { headers, body, contentType } = payload.value;
      const names = Object.entries(headers);
      return (
        <div className={styles["part"]}>
          {names.length > 0 && (
            <details>
              <summary>{say("marquetry.payload.headers")}</summary>
              <dl className={styles["headers"]} dir="ltr">
                {names.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </details>
          )}
          <Shown
            result={{ data: body, contentType }}
            name="payload"
            copy={say("executionRuns.sidebar.copyPayloadButton")}
            download={say("executionRuns.sidebar.downloadPayloadTooltip")}
            cut={say("executionRuns.sidebar.payloadTruncatedMessage")}
          />
        </div>
      );
    }
  }
}
