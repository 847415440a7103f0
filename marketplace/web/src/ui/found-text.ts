/** Where a text stands in another one, in any case. */

/** More are not worth a look. */
const FOUND_MAX = 1_000;

export interface Part {
  text: string;
  /** Which of those found it is; none for what stands between them. */
  found?: number;
}

export function partsOf(text: string, search: string): Part[] {
  const wanted = search.trim().toLowerCase();
  const lower = text.toLowerCase();
  // Some letters change their length with their case: nothing could be marked at the right place.
  if (wanted === "" || lower.length !== text.length) return [{ text }];
  const parts: Part[] = [];
  let end = 0;
  for (let found = 0; found < FOUND_MAX; found += 1) {
    const start = lower.indexOf(wanted, end);
    if (start < 0) break;
    if (start > end) parts.push({ text: text.slice(end, start) });
    end = start + wanted.length;
    parts.push({ text: text.slice(start, end), found });
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

export function countOf(parts: readonly Part[]): number {
  return parts.filter(({ found }) => found !== undefined).length;
}
