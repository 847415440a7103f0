import { useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useAction, useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { useUnsaved } from "@/app/use-unsaved";
import { tellHost } from "@/host/channel";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Field, inputClass } from "@/ui/field";
import { Failure, Notice, Spinner } from "@/ui/state";
import { useOnce } from "@/ui/use-once";
import { isUnfinished, wizardPath } from "../marketplace/state";
import { NotFoundScreen } from "../not-found";
import { CreateInstance, IntegrationDetail } from "./integration.query";
import styles from "./integration.module.css";
import { phrases } from "./phrases";

type Data = NonNullable<typeof IntegrationDetail.result>;

/** Begins an activation: what was begun before is gone on with, where only one is allowed. */
export default function ActivateScreen({ id }: { id: string }) {
  const { data, error, refresh } = useQuery(IntegrationDetail, { id });
  useLearning(data);
  if (error !== undefined) return <Failure error={error} retry={() => void refresh()} />;
  if (data === undefined) return <Spinner />;
  if (data.integration === null) return <NotFoundScreen />;
  return <Beginning data={data} integration={data.integration} />;
}

type Integration = NonNullable<Data["integration"]>;

function Beginning({ data, integration }: { data: Data; integration: Integration }) {
  const mode = useStore(screenConfiguration).configurationWizard.mode;
  const instances = nodes(integration.instances);
  const begun = instances.find(isUnfinished);
  const customer = data.authenticatedUser.customer;
  const names = instances.map((instance) => instance.name);
  const creation = useAction(async (name: string, description: string) => {
    if (customer === null) return;
    const input = { integration: integration.id, customer: customer.id, name, description };
    const created = done((await mutate(CreateInstance, input)).createInstance).instance;
    if (created === null) return;
    tellHost("INSTANCE_CREATED", {
      customerId: customer.id,
      customerName: customer.name,
      instanceId: created.id,
      instanceName: created.name,
      integrationName: created.integration.name,
      integrationVersionNumber: created.integration.versionNumber,
      readOnly: false,
    });
    navigate(wizardPath(created), { replace: true });
  });
  const isDirect = mode === "streamlined" || begun !== undefined;
  useOnce(isDirect, () => {
    if (begun !== undefined) navigate(wizardPath(begun), { replace: true });
    else void creation.run(freeName(integration.name, names), "");
  });
  if (isDirect && creation.error === undefined) return <Spinner />;
  return (
    <Form
      integration={integration}
      initial={freeName(integration.name, names)}
      error={creation.error}
      isRunning={creation.isRunning}
      create={(name, description) => void creation.run(name, description)}
    />
  );
}

/** Names are unique for a customer: the second one has a number. */
function freeName(name: string, taken: readonly string[]): string {
  let candidate = name;
  for (let number = 2; taken.includes(candidate); number += 1) candidate = `${name} ${number}`;
  return candidate;
}

interface FormProps {
  integration: Integration;
  initial: string;
  error: Error | undefined;
  isRunning: boolean;
  create: (name: string, description: string) => void;
}

function Form({ integration, initial, error, isRunning, create }: FormProps) {
  const { say, dynamic } = useText(phrases);
  const [name, setName] = useState(initial);
  const [description, setDescription] = useState("");
  const ask = useUnsaved(name !== initial || description !== "");
  return (
    <main className={styles["screen"]}>
      <h1>{say("marquetry.activation.title", { name: dynamic(integration.name) })}</h1>
      <p className={styles["lead"]}>{say("configurationWizardDialog.initialConfiguration")}</p>
      {error !== undefined && <Notice kind="error">{error.message}</Notice>}
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRunning && name.trim() !== "") create(name.trim(), description.trim());
        }}
      >
        <Field label={say("input.nameLabel")} hint={say("marquetry.activation.hint")} isRequired>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={name}
              maxLength={100}
              required
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={say("input.descriptionLabel")} hint={say("marquetry.activation.optional")}>
          {(ids) => (
            <textarea
              {...ids}
              className={inputClass}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <div className={styles["actions"]}>
          <Button onClick={() => ask(() => navigate("/integration-marketplace/"))}>
            {say("common.cancelButton")}
          </Button>
          <Button kind="primary" type="submit" aria-disabled={isRunning}>
            {isRunning ? say("common.saving") : say("marquetry.activation.begin")}
          </Button>
        </div>
      </form>
    </main>
  );
}
