/** A product that embeds the marketplace, as its customers see it. */
import prismatic from "@prismatic-io/embedded";
import { useEffect, useState } from "react";
import { type Person, people, signIn } from "./session";

const SCREENS = {
  Integrations: () => prismatic.showMarketplace({ selector: "#place" }),
  Connections: () => prismatic.showConnections({ selector: "#place" }),
  Logs: () => prismatic.showLogs({ selector: "#place" }),
  Dashboard: () => prismatic.showDashboard({ selector: "#place" }),
} as const;

type ScreenName = keyof typeof SCREENS;

const names = Object.keys(SCREENS) as ScreenName[];

export function HostPage() {
  const [known, setKnown] = useState<Person[]>([]);
  const [person, setPerson] = useState(0);
  const [theme, setTheme] = useState<"DARK" | "LIGHT">("LIGHT");
  const [screen, setScreen] = useState<ScreenName>("Integrations");
  const [failure, setFailure] = useState<string>();

  useEffect(() => {
    people().then(setKnown, (error: Error) => setFailure(error.message));
  }, []);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    signIn(person, theme).then(
      () => SCREENS[screen](),
      (error: Error) => setFailure(error.message),
    );
  }, [person, theme, screen]);

  return (
    <div className="product">
      <header>
        <strong>Larkspur CRM</strong>
        <label>
          Signed in as{" "}
          <select value={person} onChange={(event) => setPerson(Number(event.target.value))}>
            {known.map(({ name, company }, index) => (
              <option key={name} value={index}>
                {name}, {company}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => setTheme(theme === "LIGHT" ? "DARK" : "LIGHT")}>
          {theme === "LIGHT" ? "Dark" : "Light"}
        </button>
      </header>
      <nav aria-label="Larkspur CRM">
        {names.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={name === screen ? "page" : undefined}
            onClick={() => setScreen(name)}
          >
            {name}
          </button>
        ))}
        <button type="button" onClick={() => prismatic.showMarketplace({ usePopover: true })}>
          In a popover
        </button>
      </nav>
      <main>
        {failure !== undefined && <p role="alert">{failure}</p>}
        <div id="place" />
      </main>
    </div>
  );
}
