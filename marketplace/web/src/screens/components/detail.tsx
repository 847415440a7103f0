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
import { type Column, Table } from "@/ui/table";
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
      back={{ to: "/components/", label: say("filterBar.breadcrumb.components") }}
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

function Kind({ type }: { type: string }) {
  return <span className={styles["kind"]}>{type.toLowerCase().replaceAll("_", " ")}</span>;
}

type Input = NonNullable<PartFragment["inputs"]["nodes"][number]>;

function Inputs({ part }: { part: PartFragment }) {
  const { say, dynamic, number } = useText(phrases);
  const inputs = nodes(part.inputs).filter((input) => input.shown !== false);
  if (inputs.length === 0) return null;
  const columns: Column<Input>[] = [
    {
      key: "input",
      title: say("dataTable.inputLabel"),
      isHead: true,
      cell: ({ label }) => dynamic(label),
    },
    { key: "type", title: say("dataTable.typeLabel"), cell: ({ type }) => <Kind type={type} /> },
    {
      key: "required",
      title: say("dataTable.requiredLabel"),
      cell: ({ required }) => (required === true ? say("marquetry.yes") : ""),
    },
    {
      key: "default",
      title: say("dataTable.defaultLabel"),
      cell: (input) => (typeof input.default === "string" ? input.default : ""),
    },
    {
      key: "description",
      title: say("dataTable.descriptionLabel"),
      cell: ({ comments }) => dynamic(comments),
    },
  ];
  return (
    <details>
      <summary>{say("dataTable.inputsText", { count: number(inputs.length) })}</summary>
      <Table
        caption={dynamic(part.label)}
        columns={columns}
        rows={inputs}
        keyOf={({ id }) => id}
      />
    </details>
  );
}
