/** What the demo's own server knows: who may sign in, and tokens for them. */
import prismatic from "@prismatic-io/embedded";

export interface Person {
  name: string;
  company: string;
}

interface Ticket {
  token: string;
  url: string;
  /** Seconds from now. */
  expiresIn: number;
}

/** How long before its end a token is replaced, in seconds. */
const MARGIN = 60;

let renewal: ReturnType<typeof setTimeout> | undefined;

export async function people(): Promise<Person[]> {
  const answer = await fetch("/people");
  return (await answer.json()) as Person[];
}

/** Signs in as one of them, and stays signed in. */
export async function signIn(index: number, theme: "DARK" | "LIGHT"): Promise<void> {
  clearTimeout(renewal);
  const { token, url, expiresIn } = await ticket(index);
  prismatic.init({ prismaticUrl: url, theme });
  await prismatic.authenticate({ token });
  keepSignedIn(index, expiresIn);
}

function keepSignedIn(index: number, expiresIn: number): void {
  renewal = setTimeout(
    async () => {
      const next = await ticket(index);
      await prismatic.authenticate({ token: next.token });
      keepSignedIn(index, next.expiresIn);
    },
    (expiresIn - MARGIN) * 1000,
  );
}

async function ticket(index: number): Promise<Ticket> {
  const answer = await fetch(`/token?person=${index}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Ticket;
}
