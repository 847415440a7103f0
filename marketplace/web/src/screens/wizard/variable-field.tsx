import { type ReactNode, Suspense, lazy } from "react";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Field, type FieldIds } from "@/ui/field";
import { FieldGroup } from "@/ui/inputs/group";
import { ListInput, PairsInput } from "@/ui/inputs/list";
import { ScalarInput } from "@/ui/inputs/scalar";
import { Notice, Spinner } from "@/ui/state";
import { ConnectionField } from "./connection/connection-field";
import { InlineField } from "./connection/inline-field";
import { ReusableField } from "./connection/reusable-field";
import type { Content } from "./content";
import type { Draft } from "./draft";
import type { Variable } from "./model";
import { phrases } from "./phrases";
import { scalarKindOf } from "./scalar-kind";
import { ScheduleField } from "./schedule/schedule-field";
import type { Wizard } from "./use-wizard";
import styles from "./wizard.module.css";

const FormField = lazy(() => import("./form/form-field"));
const ObjectsField = lazy(() => import("./objects/objects-field"));
const MappingField = lazy(() => import("./objects/mapping-field"));

interface VariableFieldProps {
  variable: Variable;
  wizard: Wizard;
}

/** A variable, with what its data source has to say. */
export function VariableField({ variable, wizard }: VariableFieldProps) {
  const { say, dynamic } = useText(phrases);
  const source = wizard.sources[variable.key];
  return (
    <div
      className={styles["variable"]}
      data-problem={wizard.problems.byKey[variable.key]}
      aria-busy={source?.state === "loading"}
    >
      {variable.header !== "" && <h3>{dynamic(variable.header)}</h3>}
      <Input variable={variable} wizard={wizard} />
      {source?.state === "loading" && (
        <p role="status" className={styles["muted"]}>
          {say("marquetry.source.loading")}
        </p>
      )}
      {source?.state === "blocked" && (
        <Notice kind="warning">
          {say(
            source.by.dataType === "CONNECTION"
              ? "marquetry.source.unconnected"
              : "marquetry.source.blocked",
            { name: dynamic(source.by.key) },
          )}
        </Notice>
      )}
      {source?.state === "failed" && (
        <Notice
          kind="error"
          action={
            <Button onClick={() => wizard.retry(variable.key)}>{say("marquetry.retry")}</Button>
          }
        >
          {say("marquetry.source.failed", { message: source.message })}
        </Notice>
      )}
      {wizard.offers[variable.key] !== undefined && (
        <Notice
          action={
            <Button onClick={() => wizard.accept(variable)}>
              {say("configurationWizardDialog.dataSourceResetButton")}
            </Button>
          }
        >
          {say("configurationWizardDialog.dataSourceResetText")}
        </Notice>
      )}
    </div>
  );
}

export interface InputProps<Of extends Draft = Draft> {
  variable: Variable;
  wizard: Wizard;
  draft: Of;
  content: Content | undefined;
  change: (draft: Draft) => void;
}

function Input({ variable, wizard }: VariableFieldProps) {
  const draft = wizard.drafts[variable.key] ?? variable.saved;
  const source = wizard.sources[variable.key];
  const isRead = source?.state === "ready" || source?.state === "loading";
  const content = isRead ? source.content : undefined;
  const change = (next: Draft) => wizard.set(variable, next);
  const rest = { variable, wizard, content, change };
  switch (draft.type) {
    case "connection":
      if (variable.reusable === undefined) return <ConnectionField {...rest} draft={draft} />;
      return variable.isInline ? (
        <InlineField {...rest} draft={draft} scoped={variable.reusable} />
      ) : (
        <ReusableField {...rest} draft={draft} scoped={variable.reusable} />
      );
    case "schedule":
      return <ScheduleField {...rest} draft={draft} />;
    case "list":
    case "pairs":
      return <CollectionField {...rest} draft={draft} />;
    case "text":
      return <TextField {...rest} draft={draft} />;
  }
}

function CollectionField({
  variable,
  wizard,
  draft,
  content,
  change,
}: InputProps<Draft & { type: "list" | "pairs" }>) {
  const { dynamic } = useText(phrases);
  const shared = {
    id: `variable-${variable.id}`,
    kind: scalarKindOf(variable, content, dynamic),
    isReadOnly: wizard.isReadOnly,
  };
  return (
    <FieldGroup {...describe(variable, wizard, dynamic)}>
      {draft.type === "list" ? (
        <ListInput
          {...shared}
          items={draft.items}
          onChange={(items) => change({ type: "list", items })}
        />
      ) : (
        <PairsInput
          {...shared}
          items={draft.items}
          onChange={(items) => change({ type: "pairs", items })}
        />
      )}
    </FieldGroup>
  );
}

function TextField({
  variable,
  wizard,
  draft,
  content,
  change,
}: InputProps<Draft & { type: "text" }>) {
  const { dynamic } = useText(phrases);
  const set = (text: string) => change({ type: "text", text });
  const about = describe(variable, wizard, dynamic);
  const structured = { ...about, text: draft.text, isReadOnly: wizard.isReadOnly, set };
  switch (content?.type) {
    case "form":
      return (
        <Lazy>
          <FormField
            {...structured}
            content={content}
            validation={variable.validation}
            note={(isValid) => wizard.noteForm(variable.key, isValid)}
          />
        </Lazy>
      );
    case "objects":
      return (
        <Lazy>
          <ObjectsField {...structured} objects={content.objects} />
        </Lazy>
      );
    case "mapping":
      return (
        <Lazy>
          <MappingField {...structured} content={content} />
        </Lazy>
      );
  }
  if (isStructured(variable) && variable.dataSource !== undefined) {
    return <FieldGroup {...about}>{null}</FieldGroup>;
  }
  return (
    <Field {...about}>
      {(ids: FieldIds) => (
        <ScalarInput
          ids={ids}
          kind={scalarKindOf(variable, content, dynamic)}
          value={draft.text}
          isReadOnly={wizard.isReadOnly}
          onChange={set}
        />
      )}
    </Field>
  );
}

function isStructured({ dataType }: Variable): boolean {
  return dataType === "JSONFORM" || dataType === "OBJECTSELECTION" || dataType === "OBJECTFIELDMAP";
}

function Lazy({ children }: { children: ReactNode }) {
  return <Suspense fallback={<Spinner />}>{children}</Suspense>;
}

export interface About {
  label: string;
  hint: string;
  problem: string | undefined;
  isRequired: boolean;
}

export function describe(
  variable: Variable,
  wizard: Wizard,
  dynamic: (text: string) => string,
): About {
  return {
    label: dynamic(variable.key),
    hint: dynamic(variable.description),
    problem: wizard.problems.byKey[variable.key],
    isRequired:
      !wizard.isReadOnly && variable.dataType !== "BOOLEAN" && variable.dataType !== "CONNECTION",
  };
}
