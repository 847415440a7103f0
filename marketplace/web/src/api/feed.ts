/** A list that grows at its front while somebody reads it, and that is loaded page by page. */

export interface Feed<Row> {
  /** Newest first. */
  rows: readonly Row[];
  /** Where the next page begins. */
  end: string | null;
  hasMore: boolean;
}

interface Identified {
  id: string;
}

/** The newest page again: what is new goes to the front, what is known is replaced. */
export function mergeFront<Row extends Identified>(
  known: Feed<Row> | undefined,
  page: Feed<Row>,
): Feed<Row> {
  if (known === undefined) return page;
  const ids = new Set(page.rows.map((row) => row.id));
  const rest = known.rows.filter((row) => !ids.has(row.id));
  // With nothing in common there may be a gap between the two; what is old can be loaded again.
  const isJoined = rest.length < known.rows.length || !page.hasMore;
  if (!isJoined || rest.length === 0) return page;
  return { rows: [...page.rows, ...rest], end: known.end, hasMore: known.hasMore };
}

/** The page after the last one. */
export function mergeBack<Row extends Identified>(
  known: Feed<Row>,
  page: Feed<Row>,
): Feed<Row> {
  const ids = new Set(known.rows.map((row) => row.id));
  const fresh = page.rows.filter((row) => !ids.has(row.id));
  return { rows: [...known.rows, ...fresh], end: page.end, hasMore: page.hasMore };
}
