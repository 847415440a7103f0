// Somebody of the organization signs in at another service, for a client on their own machine.
import { createHash } from "node:crypto";
import { equal, facts, play } from "./stage.mjs";

const VERIFIER = "a-verifier-that-only-the-client-knows-0123456789";

await play(async (host, context) => {
  const { page } = host;
  const asked = {
    response_type: "code",
    client_id: "marquetry",
    redirect_uri: host.url,
    scope: "openid email offline_access",
    state: "a-state",
    code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
    code_challenge_method: "S256",
  };
  const authorize = `${facts.url}/authorize?${new URLSearchParams(asked)}`;

  await page.goto(authorize);
  await page.getByRole("link", { name: "Continue with Acme <accounts>" }).click();
  await page.getByRole("link", { name: "Go on as Ada" }).click();
  await page.waitForURL(`${host.url}?code=*`);
  const { searchParams } = new URL(page.url());
  equal(searchParams.get("state"), "a-state", "what comes back to the client");

  const answer = await fetch(`${facts.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "marquetry",
      redirect_uri: host.url,
      code: searchParams.get("code"),
      code_verifier: VERIFIER,
    }),
  });
  const { id_token } = await answer.json();
  const claims = JSON.parse(Buffer.from(id_token.split(".")[1], "base64url"));
  equal(claims.email, facts.email, "who has signed in");

  // Scripts cannot read what the browser keeps, and it is not kept for long.
  const cookies = await context.cookies();
  const [{ httpOnly, sameSite, expires }] = cookies;
  equal([cookies.length, httpOnly, sameSite], [1, true, "Lax"], "what the browser keeps");
  if (expires > Date.now() / 1000 + 600) throw new Error("it is kept for too long");

  // Another browser that is led to the answer is not signed in as somebody else.
  await page.goto(authorize);
  await page.getByRole("link", { name: /^Continue with/ }).click();
  const address = await page.getByRole("link", { name: "Go on as Ada" }).getAttribute("href");
  await context.clearCookies();
  await page.goto(address);
  await page.getByRole("alert").getByText("was not started in this browser").waitFor();
  host.expectComplaints(/400 \(Bad Request\)/);
});
