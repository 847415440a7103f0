/** Results of steps, as text that can be read. */

/** What a step left behind: a value, or bytes of some kind. */
export interface Result {
  data: unknown;
  contentType: string | undefined;
}

const TEXT = /^text\/|[/+](json|xml|javascript|yaml|csv|x-www-form-urlencoded)\b/i;

/** Characters somebody may want to scroll through. */
const LENGTH_MAX = 100_000;

export interface Preview {
  text: string;
  isCut: boolean;
}

export function preview(result: Result): Preview {
  const text = textOf(result);
  return text.length <= LENGTH_MAX
    ? { text, isCut: false }
    : { text: text.slice(0, LENGTH_MAX), isCut: true };
}

function textOf({ data, contentType }: Result): string {
  if (data === undefined || data === null) return "";
  if (typeof data === "string") return data;
  if (data instanceof Uint8Array) {
    return TEXT.test(contentType ?? "") ? new TextDecoder().decode(data) : bytesText(data);
  }
  return JSON.stringify(data, withoutBytes, 2) ?? "";
}

/** JSON has no bytes; thousands of numbers would help nobody. */
function withoutBytes(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? bytesText(value) : value;
}

function bytesText(bytes: Uint8Array): string {
  return `<${bytes.length} bytes>`;
}

/** The result as a file. */
export function fileOf({ data, contentType }: Result, name: string) {
  if (data instanceof Uint8Array) {
    const type = contentType ?? "application/octet-stream";
    return { name, content: data as Uint8Array<ArrayBuffer>, type };
  }
  if (typeof data === "string") return { name: `${name}.txt`, content: data, type: "text/plain" };
  const content = JSON.stringify(data ?? null, withoutBytes, 2);
  return { name: `${name}.json`, content, type: "application/json" };
}

export interface Payload {
  contentType: string | undefined;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What started an execution: JSON whose body is in base64. */
export function readPayload(bytes: Uint8Array): Payload {
  const read = JSON.parse(new TextDecoder().decode(bytes)) as {
    contentType?: string | null;
    headers?: Record<string, unknown> | null;
    body?: string | null;
  };
  const body = Uint8Array.from(atob(read.body ?? ""), (char) => char.charCodeAt(0));
  const headers = Object.entries(read.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    contentType: read.contentType ?? undefined,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
  };
}
