/** How an integration stands that a customer builds. */
export type State = "changed" | "published" | "unpublished";

interface Facts {
  versionNumber: number;
  hasUnpublishedChanges: boolean;
}

export function stateOf({ versionNumber, hasUnpublishedChanges }: Facts): State {
  if (versionNumber === 0) return "unpublished";
  return hasUnpublishedChanges ? "changed" : "published";
}

export function designPath({ id }: { id: string }): string {
  return `/integrations/${id}/`;
}
