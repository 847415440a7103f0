/** The inputs of a connection that a person fills in. */
import { asText } from "../draft";
import { asObject, readJson } from "../json";
import { type SavedInput, type Variable, isVisible } from "../model";
import { nodes } from "@/api/error";
import type { ConnectionKindFragment } from "../wizard.query";

type InputNode = NonNullable<NonNullable<ConnectionKindFragment["inputs"]["nodes"]>[number]>;

export interface ConnectionInput {
  key: string;
  label: string;
  help: string;
  placeholder: string;
  type: InputNode["type"];
  collection: InputNode["collection"];
  /** To choose from; empty where anything may be entered. */
  options: readonly { value: string; label: string }[];
  isRequired: boolean;
  /** Never shown again once it is saved. */
  isSecret: boolean;
  /** What is saved, as far as it is shown. */
  saved: string;
  hasSaved: boolean;
  /** What the author, or the integration, begins with. */
  preset: string;
}

export function inputsOf(variable: Variable): ConnectionInput[] {
  const presets = new Map(variable.inputs.map((input) => [input.name, input]));
  const fields = variable.connection === undefined ? [] : nodes(variable.connection.inputs);
  return fields.flatMap((field): ConnectionInput[] => {
    const preset = presets.get(field.key);
    const meta = asObject(readJson(preset?.meta));
    const isOfOrganization = meta["orgOnly"] === true && variable.viewer === "customer";
    if (!field.shown || isOfOrganization || !isVisible(meta, variable.viewer)) return [];
    const saved = variable.savedInputs.find((input) => input.name === field.key);
    const isSecret = field.type === "PASSWORD" || meta["writeOnly"] === true;
    return [
      {
        ...described(field),
        isSecret,
        saved: isSecret ? "" : (saved?.value ?? ""),
        hasSaved: saved?.hasValue === true,
        preset: preset?.type === "VALUE" && !isSecret ? preset.value : "",
      },
    ];
  });
}

/** Whether something is missing that the connection does not work without. */
export function lacksInputs(variable: Variable, values: Readonly<Record<string, string>>): boolean {
  return inputsOf(variable).some(({ key, isRequired, hasSaved, preset }) => {
    const entered = values[key];
    return isRequired && (entered === undefined ? !hasSaved && preset === "" : entered === "");
  });
}

/** The inputs of a kind of connection that nobody has filled in yet, for all or for one. */
export function blankInputs(
  kind: ConnectionKindFragment,
  taken: readonly string[],
): ConnectionInput[] {
  return nodes(kind.inputs)
    .filter((field) => field.shown && !taken.includes(field.key))
    .map((field) => ({
      ...described(field),
      isSecret: field.type === "PASSWORD",
      saved: "",
      hasSaved: false,
      preset: "",
    }));
}

type Described = Omit<ConnectionInput, "hasSaved" | "isSecret" | "preset" | "saved">;

function described(field: InputNode): Described {
  return {
    key: field.key,
    label: field.label,
    help: field.comments ?? "",
    placeholder: asText(field.default),
    type: field.type,
    collection: field.collection,
    options: readModel(field.model),
    isRequired: field.required && asText(field.default) === "",
  };
}

/** A list to choose from: of texts, or of `{label, value}`. */
function readModel(text: string | null): { value: string; label: string }[] {
  const list = readJson(text);
  return (Array.isArray(list) ? list : []).map((item) => {
    const { label, value } = asObject(item);
    const own = asText(value ?? (typeof item === "object" ? "" : item));
    return { value: own, label: asText(label) || own };
  });
}

export function withSaved(
  inputs: readonly ConnectionInput[],
  saved: readonly SavedInput[],
): ConnectionInput[] {
  return inputs.map((input) => {
    const found = saved.find(({ name }) => name === input.key);
    const value = input.isSecret ? "" : (found?.value ?? "");
    return { ...input, saved: value, hasSaved: found?.hasValue === true };
  });
}
