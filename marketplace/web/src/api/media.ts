import { token } from "./session-token";

/** Where a file of the server can be read by anybody for a while; its own address needs a token. */
export async function mediaAddress(address: string): Promise<string | undefined> {
  if (/^(https:|data:image\/)/.test(address)) return address;
  const headers = { authorization: `Bearer ${token.get()}` };
  const answer = await fetch(address, { headers }).catch(() => undefined);
  if (answer === undefined || !answer.ok) return undefined;
  const { url } = (await answer.json().catch(() => ({}))) as { url?: string };
  return url;
}
