import { useDeferredValue, useEffect, useState } from "react";
import { nodes } from "@/api/error";
import { query } from "@/api/client";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { useStore } from "@/app/store";
import { type MarketplaceFilters, filters, screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Failure, Message, Spinner } from "@/ui/state";
import { Card } from "./card";
import { type Chosen, FilterBar, nothingChosen } from "./filter-bar";
import { MarketplaceList, type MarketplaceListQueryVariables } from "./list.query";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";

/** What may be activated, and what is. */
export function MarketplaceScreen() {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const variables = question(useDeferredValue(chosen), useStore(filters).marketplace);
  const answer = useQuery(MarketplaceList, variables);
  const { hideSearch, hideActiveIntegrationsFilter } = useStore(screenConfiguration).marketplace;
  useLearning(answer.data);
  const more = useMore(variables, answer.data);
  const isChosen = chosen !== nothingChosen;
  return (
    <main className={styles["screen"]}>
      <header className={styles["head"]}>
        <h1>{say("integration-marketplace__filterBar.title")}</h1>
        <FilterBar
          chosen={chosen}
          onChange={setChosen}
          categories={names(answer.data?.integrationCategories)}
          labels={names(answer.data?.integrationLabels)}
          hidden={{ search: hideSearch, activated: hideActiveIntegrationsFilter }}
          isLoading={answer.isLoading}
          refresh={() => void answer.refresh()}
        />
      </header>
      {answer.data === undefined ? (
        answer.error === undefined ? (
          <Spinner />
        ) : (
          <Failure error={answer.error} retry={() => void answer.refresh()} />
        )
      ) : more.cards.length === 0 ? (
        <Nothing isChosen={isChosen} search={chosen.search} clear={() => setChosen(nothingChosen)} />
      ) : (
        <>
          <ul className={styles["grid"]} aria-busy={answer.isLoading}>
            {more.cards.map((card) => (
              <Card key={card.id} card={card} />
            ))}
          </ul>
          {more.load !== undefined && (
            <p className={styles["more"]}>
              <Button onClick={more.load}>{say("common.loadMore")}</Button>
            </p>
          )}
        </>
      )}
    </main>
  );
}

function names(list: readonly ({ name: string } | null)[] | undefined): string[] {
  return (list ?? []).flatMap((entry) => entry?.name ?? []).filter((name) => name !== "");
}

function question(chosen: Chosen, host: MarketplaceFilters): MarketplaceListQueryVariables {
  const category = chosen.category || host.category;
  const label = chosen.label || host.label;
  return {
    ...(chosen.search.trim() === "" ? {} : { name: chosen.search.trim() }),
    ...(category === undefined ? {} : { category }),
    ...(label === undefined ? {} : { label }),
    ...(chosen.isActivated ? { activated: true } : {}),
    ...(host.filterQuery === undefined ? {} : { filterQuery: JSON.stringify(host.filterQuery) }),
    strictMatchFilterQuery: host.strictMatchFilterQuery,
    includeActiveIntegrations: host.includeActiveIntegrations,
  };
}

type Data = NonNullable<typeof MarketplaceList.result>;

/** The first cards, and those that were asked for after them. */
function useMore(variables: MarketplaceListQueryVariables, first: Data | undefined) {
  const [pages, setPages] = useState<Data[]>([]);
  useEffect(() => setPages([]), [first]);
  const all = first === undefined ? [] : [first, ...pages];
  const last = all.at(-1)?.marketplaceIntegrations.pageInfo;
  const load = async () => {
    const after = last?.endCursor ?? null;
    const page = await query(MarketplaceList, { ...variables, after });
    setPages((known) => [...known, page]);
  };
  return {
    cards: all.flatMap((page) => nodes(page.marketplaceIntegrations)),
    load: last?.hasNextPage === true ? () => void load() : undefined,
  };
}

interface NothingProps {
  isChosen: boolean;
  search: string;
  clear: () => void;
}

function Nothing({ isChosen, search, clear }: NothingProps) {
  const { say } = useText(phrases);
  if (!isChosen) {
    return <Message title={say("marquetry.nothing.title")}>{say("emptyState.integrationMarketplaceText--customer")}</Message>;
  }
  const action = <Button onClick={clear}>{say("filterBar.clearFiltersButton")}</Button>;
  return (
    <Message title={say("noResults.title")} action={action}>
      {say("noResults.text", { searchTerm: search })}
    </Message>
  );
}
