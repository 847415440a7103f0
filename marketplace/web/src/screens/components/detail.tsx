import { useState } from "react";
import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { FeedView } from "@/ui/feed";
import { Filters, Search } from "@/ui/filters";
import { Page } from "@/ui/page";
import { Failure, Spinner } from "@/ui/state";
import { NotFoundScreen } from "../not-found";
import { ComponentDetail as Question, type PartFragment } from "./components.query";
import styles from "./components.module.css";
import { groupsOf } from "./groups";
import { phrases } from "./phrases";

/** One component: what it can do, and how it is connected. */
export default function ComponentScreen({ id }: { id: string }) {
  const { say, dynamic } = useText(phrases);
  const { data, error, refresh } = useQuery(Question, { id });
  const feed = useFeed(Question, { id }, (found) => found.component?.actions);
  const [search, setSearch] = useState("");
  useLearning(data);
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  const { component } = data;
  if (component === null) return <NotFoundScreen />;
  const { versionNumber: version } = component;
  const connections = nodes(component.connections);
  const about = [
    dynamic(component.category),
    say("marquetry.components.version", { version }),
  ];
  return (
    <Page
      title={dynamic(component.label)}
      about={<p className={styles["muted"]}>{about.filter((text) => text !== "").join(" · ")}</p>}
      back={{ to: "/components/", label: say("components__filterBar.title") }}
    >
      <p>{dynamic(component.description)}</p>
      <Filters label={dynamic(component.label)}>
        <Search
          label={say("marquetry.components.searchParts")}
          value={search}
          onChange={setSearch}
        />
      </Filters>
      <FeedView feed={feed} nothing={say("marquetry.components.nothing")}>
        {(rows) => <Parts parts={rows} search={search} />}
      </FeedView>
      {connections.length > 0 && (
        <section className={styles["section"]}>
          <h2>{say("header.connectionsText")}</h2>
          <ul className={styles["parts"]}>
            {connections.map((connection) => (
              <li key={connection.id}>
                <h3>{dynamic(connection.label)}</h3>
                <p className={styles["muted"]}>{dynamic(connection.comments)}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

const TITLES = {
  triggers: "header.triggersText",
  actions: "header.actionsText",
  dataSources: "header.dataSourcesText",
} as const;

function Parts({ parts, search }: { parts: readonly PartFragment[]; search: string }) {
  const { say, dynamic } = useText(phrases);
  return groupsOf(parts, search).map(({ kind, parts: found }) => (
    <section key={kind} className={styles["section"]}>
      <h2>{say(TITLES[kind])}</h2>
      <ul className={styles["parts"]}>
        {found.map((part) => (
          <li key={part.id}>
            <h3>{dynamic(part.label)}</h3>
            <p className={styles["muted"]}>{dynamic(part.description)}</p>
            <Inputs part={part} />
          </li>
        ))}
      </ul>
    </section>
  ));
}

function Inputs({ part }: { part: PartFragment }) {
  const { say, dynamic } = useText(phrases);
  const inputs = nodes(part.inputs).filter((input) => input.shown !== false);
  if (inputs.length === 0) return null;
  return (
    <details>
      <summary>{say("marquetry.components.inputs")}</summary>
      <dl className={styles["inputs"]}>
        {inputs.map((input) => (
          <div key={input.id}>
            <dt>
              {dynamic(input.label)}
              {input.required === true && (
                <span className={styles["muted"]}> {say("marquetry.required")}</span>
              )}
            </dt>
            <dd>{dynamic(input.comments)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
