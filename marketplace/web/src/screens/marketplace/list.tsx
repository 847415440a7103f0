import { useDeferredValue, useState } from "react";
import { nodes } from "@/api/error";
import { query } from "@/api/client";
import { useLearning } from "@/api/session";
import { type Answer, useAction, useQuery } from "@/api/use-query";
import { useStore } from "@/app/store";
import { type MarketplaceFilters, filters, screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Failure, Message, Notice, Spinner } from "@/ui/state";
import { Card } from "./card";
import { type Chosen, FilterBar, nothingChosen } from "./filter-bar";
import { MarketplaceList, type MarketplaceListQueryVariables } from "./list.query";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";

/** What may be activated, and what is. */
export function MarketplaceScreen() {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const host = useStore(filters).marketplace;
  const variables = question(useDeferredValue(chosen), host);
  const answer = useQuery(MarketplaceList, variables, { isNarrowed: true });
  const { hideSearch, hideActiveIntegrationsFilter } = useStore(screenConfiguration).marketplace;
  useLearning(answer.data);
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
      <div aria-busy={answer.isLoading}>
        <Cards
          answer={answer}
          all={question(nothingChosen, host)}
          clear={() => setChosen(nothingChosen)}
        />
      </div>
    </main>
  );
}

interface CardsProps {
  answer: Answer<Data, MarketplaceListQueryVariables>;
  /** What is asked when nothing is chosen. */
  all: MarketplaceListQueryVariables;
  clear: () => void;
}

function Cards({ answer, all, clear }: CardsProps) {
  const { say } = useText(phrases);
  const { data, asked, error } = answer;
  const more = useMore(asked, data);
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void answer.refresh()} />;
  }
  if (more.cards.length === 0) {
    // What is not there is said of what was asked, not of what is being typed.
    const isChosen = JSON.stringify(asked) !== JSON.stringify(all);
    return <Nothing isChosen={isChosen} search={asked?.name ?? ""} clear={clear} />;
  }
  return (
    <>
      <ul className={styles["grid"]}>
        {more.cards.map((card) => (
          <Card key={card.id} card={card} refresh={answer.refresh} />
        ))}
      </ul>
      {more.error !== undefined && <Notice kind="error">{more.error.message}</Notice>}
      {more.load !== undefined && (
        <p className={styles["more"]}>
          <Button aria-disabled={more.isRunning} onClick={more.load}>
            {say(more.isRunning ? "common.loading" : "common.loadMore")}
          </Button>
        </p>
      )}
    </>
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
function useMore(asked: MarketplaceListQueryVariables | undefined, first: Data | undefined) {
  const [known, setKnown] = useState<{ first: Data | undefined; pages: Data[] }>();
  const pages = known?.first === first ? (known?.pages ?? []) : [];
  const all = first === undefined ? [] : [first, ...pages];
  const last = all.at(-1)?.marketplaceIntegrations.pageInfo;
  const { run, isRunning, error } = useAction(async () => {
    const page = await query(MarketplaceList, { ...asked, after: last?.endCursor ?? null });
    setKnown({ first, pages: [...pages, page] });
  });
  const load = () => {
    if (!isRunning) void run();
  };
  return {
    cards: all.flatMap((page) => nodes(page.marketplaceIntegrations)),
    load: last?.hasNextPage === true ? load : undefined,
    isRunning,
    error,
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
