/** The text of an operation, with the types of what goes in and comes out. */
export interface Document<Result, Variables> {
  readonly text: string;
  /** Never there: they carry the types. */
  readonly result?: Result;
  readonly variables?: Variables;
}

export function document<Result, Variables>(text: string): Document<Result, Variables> {
  return { text };
}
