import { useDeferredValue, useState } from "react";
import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { useStore } from "@/app/store";
import { type ComponentFilters, filters } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, Search } from "@/ui/filters";
import { Logo } from "@/ui/logo";
import { Page } from "@/ui/page";
import {
  type ComponentCardFragment,
  Components as Question,
  type ComponentsQueryVariables,
} from "./components.query";
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

const nothingChosen = { search: "", category: "", tag: "" };

export function Catalogue() {
  const { say, dynamic } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const variables = question(useDeferredValue(chosen), useStore(filters).components);
  const feed = useFeed(Question, variables, (data) => data.components);
  const { data } = useQuery(Question, variables);
  useLearning(data);
  const options = (list: readonly ({ name: string } | null)[] | undefined) =>
    (list ?? [])
      .flatMap((entry) => entry?.name ?? [])
      .filter((name) => name !== "")
      .map((name) => ({ value: name, label: dynamic(name) }));
  const [categories, tags] = [options(data?.componentCategories), options(data?.componentLabels)];
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
            options={categories}
            value={chosen.category}
            onChange={(category) => setChosen({ ...chosen, category })}
          />
        )}
        {tags.length > 1 && (
          <Choice
            label={say("input.labelsLabel")}
            all={say("marquetry.allLabels")}
            options={tags}
            value={chosen.tag}
            onChange={(tag) => setChosen({ ...chosen, tag })}
          />
        )}
      </Filters>
      <FeedView feed={feed} nothing={say("marquetry.components.nothing")}>
        {(rows) => (
          <ul className={styles["grid"]}>
            {rows.map((component) => (
              <Card key={component.id} component={component} />
            ))}
          </ul>
        )}
      </FeedView>
    </>
  );
}

function question(
  { search, category, tag }: typeof nothingChosen,
  host: ComponentFilters,
): ComponentsQueryVariables {
  const [ofCategory, ofTag] = [category || host.category, tag || host.label];
  return {
    ...(search.trim() === "" ? {} : { label: search.trim() }),
    ...(ofCategory === undefined ? {} : { category: ofCategory }),
    ...(ofTag === undefined ? {} : { tag: ofTag }),
    ...(host.filterQuery === undefined ? {} : { filterQuery: JSON.stringify(host.filterQuery) }),
  };
}

function Card({ component }: { component: ComponentCardFragment }) {
  const { dynamic } = useText(phrases);
  return (
    <li className={styles["card"]}>
      <Logo name={component.label} address={component.iconUrl} />
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
