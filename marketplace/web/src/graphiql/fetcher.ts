import type { GraphiQLProps } from "graphiql";

type Fetcher = GraphiQLProps["fetcher"];
type Reply = { data?: unknown; errors?: unknown[] };

/** Posts as the token's owner. A header typed in the headers editor wins over the token field. */
export function apiFetcher(endpoint: string, token: string): Fetcher {
  return async (params, options): Promise<Reply> => {
    const headers = new Headers({ "content-type": "application/json" });
    if (token !== "") headers.set("authorization", `Bearer ${token}`);
    for (const [name, value] of Object.entries(options?.headers ?? {})) {
      headers.set(name, String(value));
    }
    const response = await fetch(endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify(params),
    });
    return readReply(response);
  };
}

async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Reply;
  } catch {
    // A proxy or a crashed server answers in HTML; its status says more than a parse error would.
    throw new Error(`The server answered ${response.status} ${response.statusText} without JSON.`);
  }
}
