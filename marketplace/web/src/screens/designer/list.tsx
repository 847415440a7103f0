import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { FeedView } from "@/ui/feed";
import { Page } from "@/ui/page";
import { Failure, Message, Spinner } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { useColumns } from "../building/columns";
import { CreateButton } from "../building/create-dialog";
import { Narrowing, useNarrowing } from "../building/narrowing";
import { mayCreate, maySee } from "../building/rights";
import UnavailableScreen from "../unavailable/unavailable";
import { CreateDesign, Designs, DesignsHome, type DesignsQuery } from "./designs.query";
import { phrases } from "./phrases";
import { StateBadge } from "./state-badge";
import { designPath, stateOf } from "./state";

type Row = NonNullable<DesignsQuery["integrations"]["nodes"][number]>;

/** The integrations that the customer has built. */
export default function DesignsScreen() {
  const { data, error, refresh } = useQuery(DesignsHome, {});
  useLearning(data);
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  const viewer = data.authenticatedUser;
  if (!maySee(viewer, "allowEmbeddedDesigner")) return <UnavailableScreen />;
  return <Found isBuilder={mayCreate(viewer, "allowEmbeddedDesigner")} />;
}

function Found({ isBuilder }: { isBuilder: boolean }) {
  const { say } = useText(phrases);
  const narrowing = useNarrowing();
  const pick = (data: DesignsQuery) => data.integrations;
  const feed = useFeed(Designs, narrowing.variables, pick, { pollMs: 15_000 });
  const title = say("integrations__filterBar.title");
  return (
    <Page title={title} actions={isBuilder ? <Creation /> : undefined}>
      <Narrowing label={title} of={narrowing} />
      <FeedView
        feed={feed}
        nothing={
          narrowing.isNarrowed ? say("noResults.title") : <Nothing isBuilder={isBuilder} />
        }
      >
        {(rows) => <Rows rows={rows} />}
      </FeedView>
    </Page>
  );
}

function Creation() {
  const { say } = useText(phrases);
  return (
    <CreateButton
      title={say("integrations__filterBar.addButton")}
      about={say("emptyState.integrationsText--embedded")}
      create={async (name) => {
        const { integration } = done((await mutate(CreateDesign, { name })).createIntegration);
        if (integration !== null) navigate(`${designPath(integration)}definition/`);
      }}
    />
  );
}

function Nothing({ isBuilder }: { isBuilder: boolean }) {
  const { say } = useText(phrases);
  return (
    <Message title={say("emptyState.integrationsTitle--embedded")}>
      {say("emptyState.integrationsText--embedded")}
      {isBuilder && <> {say("marquetry.designer.how")}</>}
    </Message>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  const { say, number } = useText(phrases);
  const { name, description, category, changed } = useColumns<Row>(designPath);
  const columns: Column<Row>[] = [
    name,
    description,
    category,
    {
      key: "state",
      title: say("dataTable.statusLabel"),
      cell: (row) => <StateBadge state={stateOf(row)} />,
    },
    {
      key: "version",
      title: say("dataTable.versionLabel"),
      cell: ({ versionNumber }) => versionNumber > 0 && number(versionNumber),
    },
    changed,
  ];
  return (
    <Table
      caption={say("integrations__filterBar.title")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
    />
  );
}
