import { useEffect, useState } from "react";
import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { useStore } from "@/app/store";
import { filters } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, Search } from "@/ui/filters";
import { Logo } from "@/ui/logo";
import { Page } from "@/ui/page";
import { Message } from "@/ui/state";
import { categoriesOf, found } from "./catalogue";
import { type ComponentCardFragment, Components as Question } from "./components.query";
import styles from "./components.module.css";
import { phrases } from "./phrases";

/** What integrations are made of. */
export default function ComponentsScreen() {
  const { say } = useText(phrases);
  return (
    <Page title={say("components__filterBar.title")}>
      <Catalogue />
    </Page>
  );
}

const nothingChosen = { search: "", category: "" };

export function Catalogue() {
  const { say, dynamic } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const host = useStore(filters).components;
  const feed = useFeed(Question, {}, (data) => data.components);
  const { data } = useQuery(Question, {});
  useLearning(data);
  const { rows = [], error, loadMore } = feed;
  // All of them are looked through, so all of them are loaded.
  useEffect(() => {
    if (error === undefined) loadMore?.();
  });
  const categories = categoriesOf(rows, host);
  const shown = found(rows, chosen, host);
  return (
    <>
      <Filters label={say("components__filterBar.title")}>
        <Search
          label={say("marquetry.components.search")}
          value={chosen.search}
          onChange={(search) => setChosen({ ...chosen, search })}
        />
        {categories.length > 1 && (
          <Choice
            label={say("input.categoryLabel")}
            all={say("marquetry.allCategories")}
            options={categories.map((name) => ({ value: name, label: dynamic(name) }))}
            value={chosen.category}
            onChange={(category) => setChosen({ ...chosen, category })}
          />
        )}
      </Filters>
      <FeedView
        feed={{ ...feed, rows: feed.rows && shown, loadMore: undefined }}
        nothing={
          rows.length > 0 ? (
            say("marquetry.components.nothing")
          ) : (
            <Message title={say("emptyState.componentsTitle--embedded")}>
              {say("emptyState.componentsText--embedded")}
            </Message>
          )
        }
      >
        {(components) => (
          <ul className={styles["grid"]}>
            {components.map((component) => (
              <Card key={component.id} component={component} />
            ))}
          </ul>
        )}
      </FeedView>
    </>
  );
}

function Card({ component }: { component: ComponentCardFragment }) {
  const { dynamic } = useText(phrases);
  return (
    <li className={styles["card"]}>
      <Logo name={component.label} address={undefined} />
      <div className={styles["text"]}>
        <h2>
          <Link to={`/components/${component.id}/`} className={styles["link"]}>
            {dynamic(component.label)}
          </Link>
        </h2>
        {component.category !== null && component.category !== "" && (
          <p className={styles["muted"]}>{dynamic(component.category)}</p>
        )}
        <p className={styles["description"]}>{dynamic(component.description)}</p>
      </div>
    </li>
  );
}
