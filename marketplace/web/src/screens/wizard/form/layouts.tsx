/** Layouts of forms: what stands beside and below what. */
import {
  type Categorization,
  type Category,
  type LabelProps,
  type Layout,
  type LayoutProps,
  type StatePropsOfControlWithDetail,
  Generate,
  findUISchema,
  isVisible,
} from "@jsonforms/core";
import { JsonFormsDispatch, useJsonForms } from "@jsonforms/react";
import { useId, useState } from "react";
import { useText } from "@/text/use-text";
import ui from "@/ui/ui.module.css";
import styles from "../wizard.module.css";
import { phrases } from "./phrases";
import { formValidator } from "./validator";

export function Elements(props: LayoutProps) {
  const { uischema, schema, path, enabled, renderers, cells } = props;
  return (uischema as Layout).elements.map((element, index) => (
    <JsonFormsDispatch
      key={index}
      uischema={element}
      {...{ schema, path, enabled, renderers, cells }}
    />
  ));
}

export function VerticalLayout(props: LayoutProps) {
  if (!props.visible) return null;
  return (
    <div className={styles["fields"]}>
      <Elements {...props} />
    </div>
  );
}

export function HorizontalLayout(props: LayoutProps) {
  if (!props.visible) return null;
  return (
    <div className={styles["columns"]}>
      <Elements {...props} />
    </div>
  );
}

export function GroupLayout(props: LayoutProps) {
  const { dynamic } = useText(phrases);
  if (!props.visible) return null;
  const label = props.label ?? dynamic((props.uischema as { label?: string }).label);
  return (
    <fieldset className={styles["box"]}>
      {label !== "" && <legend>{label}</legend>}
      <div className={styles["fields"]}>
        <Elements {...props} />
      </div>
    </fieldset>
  );
}

export function LabelText({ text, visible }: LabelProps) {
  return visible ? <p className={styles["formLabel"]}>{text}</p> : null;
}

/** Sections, one of which is shown. */
export function Tabs(props: LayoutProps) {
  const { say, dynamic } = useText(phrases);
  const { core } = useJsonForms();
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const all = (props.uischema as Categorization).elements;
  const shown = all.filter((category) =>
    isVisible(category, core?.data, "", formValidator as never, undefined),
  );
  const current = shown[Math.min(chosen, shown.length - 1)] as Category | undefined;
  if (!props.visible || current === undefined) return null;
  const at = shown.indexOf(current);
  const move = (by: number) => {
    const next = (at + by + shown.length) % shown.length;
    setChosen(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <div className={styles["fields"]}>
      <div
        role="tablist"
        aria-label={say("marquetry.form.tabs")}
        className={ui["tabs"]}
        onKeyDown={(event) => {
          const isReversed = document.documentElement.dir === "rtl" ? -1 : 1;
          if (event.key === "ArrowRight") move(isReversed);
          if (event.key === "ArrowLeft") move(-isReversed);
        }}
      >
        {shown.map((category, index) => (
          <button
            key={category.label}
            id={`${id}-${index}`}
            type="button"
            role="tab"
            className={ui["tab"]}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            onClick={() => setChosen(index)}
          >
            {dynamic(category.label)}
          </button>
        ))}
      </div>
      <div
        key={at}
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${at}`}
        className={styles["fields"]}
      >
        <Elements {...props} uischema={current as unknown as LayoutProps["uischema"]} />
      </div>
    </div>
  );
}

/** An object inside of the form, as a group of what is in it. */
export function ObjectControl(props: StatePropsOfControlWithDetail) {
  const { uischema, schema, path, label, visible, enabled, renderers, cells, uischemas } = props;
  if (!visible) return null;
  const fallback = () => {
    const layout = Generate.uiSchema(schema, "Group", undefined, props.rootSchema) as Layout & {
      label?: string;
    };
    layout.label = path === "" ? "" : label;
    return layout;
  };
  const found = findUISchema(
    uischemas ?? [],
    schema,
    uischema.scope,
    path,
    fallback,
    uischema,
    props.rootSchema,
  );
  return <JsonFormsDispatch uischema={found} {...{ schema, path, enabled, renderers, cells }} />;
}
