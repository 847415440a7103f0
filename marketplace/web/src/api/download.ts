/** Documents the server links to. */

/** Links name the server as the world calls it; this page asks where it came from itself. */
export function pathOf(link: string): string {
  const { pathname, search } = new URL(link, window.location.href);
  return pathname + search;
}

/** The document, or nothing if it is no longer kept, or longer than somebody can read. */
export async function download(
  link: string,
  bytesMax: number,
): Promise<Document | "gone" | "long"> {
  const response = await fetch(pathOf(link), { credentials: "omit" });
  if (response.status === 403 || response.status === 404) return "gone";
  if (!response.ok) throw new Error(response.statusText);
  if (Number(response.headers.get("content-length") ?? 0) > bytesMax) {
    await response.body?.cancel();
    return "long";
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.length > bytesMax ? "long" : { bytes };
}

interface Document {
  bytes: Uint8Array;
}

/** Gives a file to whoever looks. */
export function save(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = window.document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the file once the click is over.
  setTimeout(() => URL.revokeObjectURL(address));
}
