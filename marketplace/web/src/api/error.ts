/** What can go wrong between this page and the server, as screens tell it apart. */

export interface FieldError {
  field: string;
  messages: string[];
}

/** The server understood and said no: a field is wrong, a rule is broken. */
export class RefusedError extends Error {
  readonly fields: FieldError[];

  constructor(fields: FieldError[]) {
    super(fields.flatMap((error) => error.messages).join(" "));
    this.fields = fields;
  }
}

/** There is no such thing, or not for this viewer: nobody is told which. */
export class NotFoundError extends Error {}

/** No usable answer came: the network, or the server, is in trouble. */
export class TroubleError extends Error {}

interface Payload {
  errors: { field: string; messages: string[] }[];
}

/** What a mutation did, or the errors it answers with. */
export function done<T extends Payload>(payload: T | null): T {
  if (payload === null) throw new RefusedError([]);
  if (payload.errors.length > 0) throw new RefusedError(payload.errors);
  return payload;
}

/** The nodes of a page of a list; the schema allows gaps that never come. */
export function nodes<T>(connection: { nodes: readonly (T | null)[] } | null | undefined): T[] {
  return (connection?.nodes ?? []).filter((node) => node !== null);
}
