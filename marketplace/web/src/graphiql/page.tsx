import { GraphiQL } from "graphiql";
import { useMemo, useState } from "react";
import { apiFetcher } from "./fetcher";
import { memoryStorage } from "./storage";

const welcome = `# Paste an access token above.
# Ctrl+Enter runs the query.

query WhoAmI {
  authenticatedUser {
    name
    email
    org {
      name
    }
  }
}
`;

/**
 * GraphiQL with a token field. Nothing typed here outlives the tab: a token must not end up in
 * the browser's storage.
 */
export function GraphiqlPage() {
  const [token, setToken] = useState("");
  // A new fetcher makes GraphiQL load the schema again, now as the new caller.
  const fetcher = useMemo(() => apiFetcher("/api", token), [token]);
  const storage = useMemo(memoryStorage, []);
  return (
    <>
      <TokenBar token={token} onToken={setToken} />
      <div className="ide">
        <GraphiQL
          fetcher={fetcher}
          storage={storage}
          defaultQuery={welcome}
          isHeadersEditorEnabled
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>Marquetry</GraphiQL.Logo>
        </GraphiQL>
      </div>
    </>
  );
}

function TokenBar({ token, onToken }: { token: string; onToken: (token: string) => void }) {
  const [draft, setDraft] = useState("");
  return (
    <form
      className="token-bar"
      onSubmit={(event) => {
        event.preventDefault();
        onToken(draft.trim());
      }}
    >
      <label htmlFor="token">Access token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <button type="submit">Use</button>
      <output>
        {token === ""
          ? "Without a token the API answers only what anyone may see."
          : "Sent with every request; forgotten when this tab closes."}
      </output>
    </form>
  );
}
