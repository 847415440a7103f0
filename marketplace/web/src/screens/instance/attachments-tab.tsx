import { mediaAddress } from "@/api/media";
import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/state";
import styles from "./instance.module.css";

const phrases = {
  "attachmentsTab.title": "Attachments",
  "marquetry.download": "Download",
  "marquetry.attachments.gone": "The file cannot be read.",
} as const;

interface Attachment {
  name: string;
  url: string;
}

/** Files beside an integration, for whoever uses it. */
export default function AttachmentList({ attachments }: { attachments: readonly Attachment[] }) {
  const { say } = useText(phrases);
  return (
    <section className={styles["panel"]}>
      <h2>{say("attachmentsTab.title")}</h2>
      <ul className={styles["list"]}>
        {attachments.map((attachment) => (
          <OneAttachment key={attachment.url} attachment={attachment} />
        ))}
      </ul>
    </section>
  );
}

function OneAttachment({ attachment: { name, url } }: { attachment: Attachment }) {
  const { say } = useText(phrases);
  const download = useAction(async () => {
    const address = await mediaAddress(url);
    if (address === undefined) throw new Error(say("marquetry.attachments.gone"));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.click();
  });
  return (
    <li>
      <div className={styles["row"]}>
        <span>{name}</span>
        <Button
          aria-label={`${say("marquetry.download")}: ${name}`}
          aria-disabled={download.isRunning}
          onClick={() => void download.run()}
        >
          {say("marquetry.download")}
        </Button>
      </div>
      {download.error !== undefined && <Notice kind="error">{download.error.message}</Notice>}
    </li>
  );
}
