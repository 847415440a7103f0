/** Variables for tests. */
import type { Variable } from "./model";

export function variable(change: Partial<Variable> = {}): Variable {
  return {
    id: "v1",
    key: "Sample",
    description: "",
    header: "",
    dataType: "STRING",
    collection: null,
    pickList: [],
    codeLanguage: null,
    isStored: true,
    timeZone: "",
    isShown: true,
    isEmbedded: false,
    viewer: "customer",
    dataSource: undefined,
    inputs: [],
    reset: undefined,
    validation: "ValidateAndShow",
    connection: undefined,
    reusable: undefined,
    isInline: false,
    status: null,
    saved: { type: "text", text: "" },
    savedInputs: [],
    ...change,
  };
}

type Kind = NonNullable<Variable["connection"]>;
type Field = NonNullable<NonNullable<Kind["inputs"]["nodes"]>[number]>;

export function field(change: Partial<Field> = {}): Field {
  return {
    id: "f1",
    key: "user",
    label: "User",
    comments: null,
    type: "STRING",
    collection: null,
    model: null,
    default: null,
    required: true,
    shown: true,
    ...change,
  };
}

export function connection(change: Partial<Variable> = {}, kind: Partial<Kind> = {}): Variable {
  return variable({
    key: "Login",
    dataType: "CONNECTION",
    status: "PENDING",
    saved: { type: "connection", inputs: {}, reusable: "" },
    connection: {
      id: "c1",
      key: "basic",
      label: "Basic",
      comments: null,
      oauth2Type: null,
      component: { id: "k1", label: "Http" },
      inputs: { nodes: [field(), field({ key: "password", label: "Password", type: "PASSWORD" })] },
      ...kind,
    },
    ...change,
  });
}
