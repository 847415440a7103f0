// Inputs for config variables, and what was typed into them.
import { element } from "./element.js";

/** One labelled input for each value that can be typed. */
export function fields(variables) {
  return variables.flatMap((variable) => {
    const { key, dataType, description } = variable.requiredConfigVariable;
    if (dataType === "CONNECTION") return connection(variable);
    return [field(key, description, input(variable))];
  });
}

function field(label, hint, control) {
  return element("label", {}, label, hint ? element("small", {}, hint) : "", control);
}

function input({ value, requiredConfigVariable: { key, dataType, pickList } }) {
  if (dataType === "PICKLIST") {
    const options = (pickList ?? []).map((text) =>
      element("option", { value: text, selected: text === value ? "" : undefined }, text),
    );
    return element("select", { name: key }, ...options);
  }
  if (dataType === "BOOLEAN") {
    const checked = value === "true" ? "" : undefined;
    return element("input", { name: key, type: "checkbox", checked });
  }
  if (["STRING", "NUMBER", "DATE"].includes(dataType)) {
    const type = { STRING: "text", NUMBER: "number", DATE: "date" }[dataType];
    return element("input", { name: key, type, step: "any", value: value ?? "" });
  }
  return element("textarea", { name: key, rows: 4 }, value ?? "");
}

/** Inputs that the customer fills in, and a link to the provider where consent is needed. */
function connection({ authorizeUrl, status, inputs, requiredConfigVariable: { key } }) {
  const shown = (inputs?.nodes ?? []).filter(({ type }) => type === "VALUE");
  const controls = shown.map(({ name, value, hasValue, meta }) => {
    const isSecret = JSON.parse(meta ?? "{}").writeOnly === true || (hasValue && value === "");
    const type = isSecret ? "password" : "text";
    const placeholder = hasValue ? "unchanged" : "";
    return field(
      `${key}: ${name}`,
      "",
      element("input", { name: `${key} ${name}`, type, value, placeholder }),
    );
  });
  if (authorizeUrl === null) return controls;
  const link = element("a", { href: authorizeUrl, target: "_blank" }, `Connect ${key} (${status})`);
  return [...controls, link];
}

/** What was typed, as the API takes it; a secret that was left alone is not sent again. */
export function readFields(form, variables) {
  return variables.flatMap(({ inputs, requiredConfigVariable: { key, dataType } }) => {
    if (dataType !== "CONNECTION") {
      const control = form.elements.namedItem(key);
      const value = control.type === "checkbox" ? String(control.checked) : control.value;
      return [{ key, value }];
    }
    const typed = (inputs?.nodes ?? []).flatMap(({ name }) => {
      const value = form.elements.namedItem(`${key} ${name}`)?.value ?? "";
      return value === "" ? [] : [{ name, type: "value", value }];
    });
    return typed.length === 0 ? [] : [{ key, values: JSON.stringify(typed) }];
  });
}
