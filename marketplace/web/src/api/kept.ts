/**
 * What a list shows while the answer to another question is on its way: the last answer, as long as
 * it was given to the same person. Whatever belongs to somebody else is gone at once.
 */

export interface Shown<Data, Question> {
  who: string;
  /** The document, whatever its variables are. */
  text: string;
  data: Data;
  /** What was asked: what the data answers. */
  asked: Question;
}

interface Now<Data, Question> {
  who: string;
  text: string;
  data: Data | undefined;
  asked: Question;
  /** Why there is no answer, and will be none. */
  error: Error | undefined;
}

export function shownNow<Data, Question>(
  last: Shown<Data, Question> | undefined,
  { who, text, data, asked, error }: Now<Data, Question>,
): Shown<Data, Question> | undefined {
  if (data !== undefined) return { who, text, data, asked };
  const isOurs = last?.who === who && last.text === text;
  return isOurs && error === undefined ? last : undefined;
}
