import { pathOf, save } from "@/api/download";
import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { CopyButton } from "@/ui/copy";
import { Notice, Spinner } from "@/ui/state";
import type { StepRowFragment } from "./detail.query";
import styles from "./executions.module.css";
import { phrases } from "./phrases";
import { type Result, fileOf, preview } from "./preview";
import { useDownload } from "./use-download";

/** What a step left behind. */
export function StepResult({ step }: { step: StepRowFragment }) {
  const { say, dynamic } = useText(phrases);
  const { moment, between } = useTime();
  const result = useDownload(`${step.id} ${step.endedAt ?? ""}`, step.resultsUrl, unpack);
  const name = step.displayStepName ?? step.stepName ?? "";
  return (
    <section className={styles["result"]} aria-label={`${say("stepOutputsTab.title")}: ${name}`}>
      <h3>{dynamic(name)}</h3>
      {step.hasError && (
        <p className={styles["failed"]}>{say("executionRuns.field.errorStepLabel")}</p>
      )}
      <p className={styles["muted"]}>
        {moment(step.startedAt)} {between(step.startedAt, step.endedAt)}
      </p>
      {result.state === "loading" && <Spinner />}
      {result.state === "gone" && <p>{say("stepOutputsTab.noResultsText")}</p>}
      {result.state === "failed" && <Notice kind="error">{result.error.message}</Notice>}
      {result.state === "long" && (
        <p>
          {say("marquetry.tooLong")}{" "}
          <a href={pathOf(step.resultsUrl)} download={`${step.stepName ?? "result"}.msgpack`}>
            {say("marquetry.download")}
          </a>
        </p>
      )}
      {result.state === "read" && <Shown result={result.value} name={step.stepName ?? "result"} />}
    </section>
  );
}

async function unpack(bytes: Uint8Array): Promise<Result> {
  const { decode } = await import("@msgpack/msgpack");
  const { data, contentType } = decode(bytes) as { data?: unknown; contentType?: string | null };
  return { data, contentType: contentType ?? undefined };
}

interface ShownProps {
  result: Result;
  name: string;
  /** What the buttons say, where it is not only "copy" and "download". */
  copy?: string;
  download?: string;
  cut?: string;
}

export function Shown({ result, name, ...words }: ShownProps) {
  const { say } = useText(phrases);
  const { text, isCut } = preview(result);
  if (text === "") return <p>{say("stepOutputsTab.noResultsText")}</p>;
  const file = () => {
    const { name: fileName, content, type } = fileOf(result, name);
    save(fileName, content, type);
  };
  return (
    <>
      {isCut && <Notice>{words.cut ?? say("marquetry.tooLong")}</Notice>}
      <CodeBlock text={text} label={name} />
      <div className={styles["actions"]}>
        <CopyButton text={text} label={name} name={words.copy} />
        <Button title={words.download} onClick={file}>
          {say("marquetry.download")}
        </Button>
      </div>
    </>
  );
}
