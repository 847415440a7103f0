import { describe, expect, test } from "vitest";
import { TokenJudge, identityKey, readToken } from "./token";

const NOW_SECONDS = 1_800_000_000;

function token(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const all = { organization: "o", customer: "c", sub: "ada", iat: 1, exp: NOW_SECONDS + 600 };
  return `${part({ alg: "RS256" })}.${part({ ...all, ...claims })}.signature`;
}

/** A judge whose time passes when told to. */
function setting() {
  const taken: string[] = [];
  let waiting: (() => void) | undefined;
  const timer = {
    after: (_: number, run: () => void) => {
      waiting = run;
      return () => (waiting = undefined);
    },
  };
  const judge = new TokenJudge((text) => taken.push(text), () => NOW_SECONDS * 1000, timer);
  const pass = () => waiting?.();
  return { judge, taken, pass };
}

const [shown, renewed, other] = [token({}), token({ iat: 2 }), token({ sub: "bob" })];

describe("tokens from the host", () => {
  test("the first one counts at once, an empty one never", () => {
    const { judge, taken } = setting();
    judge.hear("");
    judge.hear(shown);
    judge.hearVersion();
    expect(taken).toEqual([shown]);
  });

  test("one that comes alone replaces ours, also for somebody else", () => {
    const { judge, taken, pass } = setting();
    judge.hear(shown);
    judge.hearVersion();
    judge.hear(renewed);
    expect(taken).toEqual([shown]);
    pass();
    judge.hear(other);
    pass();
    expect(taken).toEqual([shown, renewed, other]);
  });

  test("an echo in a later burst does not", () => {
    const { judge, taken, pass } = setting();
    judge.hear(shown);
    judge.hearVersion();
    judge.hear(renewed);
    pass();
    judge.hear(shown);
    judge.hearVersion();
    pass();
    expect(taken).toEqual([shown, renewed]);
  });

  test("an echo counts when ours was refused or is over", () => {
    const refused = setting();
    refused.judge.hear(shown);
    refused.judge.refuse(shown);
    refused.judge.hear(renewed);
    refused.judge.hearVersion();
    expect(refused.taken).toEqual([shown, renewed]);

    const over = setting();
    const old = token({ exp: NOW_SECONDS - 1 });
    over.judge.hear(old);
    over.judge.hear(renewed);
    expect(over.taken).toEqual([old, renewed]);
  });

  test("a refusal of an older token changes nothing", () => {
    const { judge, taken } = setting();
    judge.hear(shown);
    judge.refuse("another");
    judge.hearSibling(token({ iat: 0 }));
    expect(taken).toEqual([shown]);
  });

  test("one that is refused gives way to what the same person had before", () => {
    const { judge, taken, pass } = setting();
    judge.hear(shown);
    judge.prove(shown);
    judge.hear(renewed);
    pass();
    judge.refuse(renewed);
    expect(taken).toEqual([shown, renewed, shown]);
    // What was refused in the end is not gone back to.
    judge.refuse(shown);
    expect(taken).toHaveLength(3);
  });

  test("what is seen to work late is gone back to late", () => {
    const { judge, taken, pass } = setting();
    judge.hear(shown);
    judge.hear(renewed);
    pass();
    judge.refuse(renewed);
    judge.prove(other);
    expect(taken).toEqual([shown, renewed]);
    judge.prove(shown);
    expect(taken).toEqual([shown, renewed, shown]);
  });

  test.each([
    ["nobody has seen it work", token({}), renewed, false],
    ["it is over", token({ exp: NOW_SECONDS - 1 }), renewed, true],
    ["it is somebody else's", token({}), other, true],
  ])("nothing is gone back to if %s", (_, before, after, isProven) => {
    const { judge, taken, pass } = setting();
    judge.hear(before);
    if (isProven) judge.prove(before);
    judge.hear(after);
    pass();
    judge.refuse(after);
    expect(taken).toEqual([before, after]);
  });

  test("siblings share newer tokens of the same person only", () => {
    const { judge, taken } = setting();
    judge.hear(shown);
    judge.hearSibling(token({ sub: "bob", iat: 9 }));
    judge.hearSibling(renewed);
    expect(taken).toEqual([shown, renewed]);
  });
});

test("a token says who it is for, and nonsense says nothing", () => {
  expect(readToken(token({ customer: "Bücher" })).customer).toBe("Bücher");
  expect(identityKey(readToken("nonsense"))).toBe('["","",""]');
});
