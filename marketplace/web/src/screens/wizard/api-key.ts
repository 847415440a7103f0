const BYTES = 24;

/** A key that nobody guesses, in letters that every client can send. */
export function newApiKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
