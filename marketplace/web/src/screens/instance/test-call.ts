/** A test call of a flow, as it is typed and as it is sent. */

export interface Header {
  name: string;
  value: string;
}

export interface Call {
  payload: string;
  contentType: string;
  headers: Header[];
}

interface Stored {
  testPayload: string | null;
  testContentType: string | null;
  testHeaders: string | null;
}

/** What was remembered from the last call. */
export function callOf({ testPayload, testContentType, testHeaders }: Stored): Call {
  return {
    payload: testPayload ?? "",
    contentType: testContentType || "application/json",
    headers: readHeaders(testHeaders),
  };
}

function readHeaders(text: string | null): Header[] {
  try {
    const read: unknown = JSON.parse(text || "{}");
    if (typeof read !== "object" || read === null) return [];
    return Object.entries(read).map(([name, value]) => ({ name, value: String(value) }));
  } catch {
    return [];
  }
}

/** Headers as JSON text; those without a name are not sent. */
export function writeHeaders(headers: readonly Header[]): string {
  const named = headers
    .map(({ name, value }) => [name.trim(), value] as const)
    .filter(([name]) => name !== "");
  return JSON.stringify(Object.fromEntries(named));
}

/** Whether the payload is not what it says it is; other kinds than JSON are not looked at. */
export function isBroken({ payload, contentType }: Call): boolean {
  if (!/\bjson\b/i.test(contentType) || payload.trim() === "") return false;
  try {
    JSON.parse(payload);
    return false;
  } catch {
    return true;
  }
}

export function isSame(a: Call, b: Call): boolean {
  return (
    a.payload === b.payload &&
    a.contentType === b.contentType &&
    writeHeaders(a.headers) === writeHeaders(b.headers)
  );
}
