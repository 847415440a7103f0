/** An integration that a customer builds: how it stands, what it does, and its versions. */
import { type ReactElement, Suspense, lazy, useEffect, useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Page } from "@/ui/page";
import { Failure, Notice, Spinner } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { useOnce } from "@/ui/use-once";
import styles from "../building/building.module.css";
import { Removal } from "../building/removal";
import { maySee } from "../building/rights";
import { NotFoundScreen } from "../not-found";
import UnavailableScreen from "../unavailable/unavailable";
import {
  DeleteDesign,
  type DesignHeadFragment,
  DesignScreen as Question,
  DraftOfDesign,
} from "./design.query";
import { phrases } from "./phrases";
import { StateBadge } from "./state-badge";
import { designPath, stateOf } from "./state";

const StepsTab = lazy(() => import("./steps-tab"));
const DefinitionTab = lazy(() => import("./definition-tab"));
const VersionsTab = lazy(() => import("./versions-tab"));

interface DesignScreenProps {
  id: string;
  tab: string | undefined;
}

export default function DesignScreen({ id, tab }: DesignScreenProps) {
  const { data, error, refresh } = useQuery(Question, { id });
  useLearning(data);
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  if (!maySee(data.authenticatedUser, "allowEmbeddedDesigner")) return <UnavailableScreen />;
  const design = data.integration;
  // What customers are offered has a page of its own, and is not theirs to build.
  if (design === null || design.customer === null) return <NotFoundScreen />;
  if (!design.versionIsLatest) return <ToDraft sequence={design.versionSequenceId ?? ""} />;
  return <Found design={design} refresh={refresh} asked={tab} />;
}

/** Addresses may hold the id of any version: what is shown is the draft. */
function ToDraft({ sequence }: { sequence: string }) {
  const { data, error, refresh } = useQuery(DraftOfDesign, { sequence });
  const [draft] = nodes(data?.integrations);
  useOnce(draft !== undefined, () => {
    if (draft !== undefined) navigate(designPath(draft), { replace: true });
  });
  if (error !== undefined) return <Failure error={error} retry={() => void refresh()} isScreen />;
  return data !== undefined && draft === undefined ? <NotFoundScreen /> : <Spinner />;
}

interface FoundProps {
  design: DesignHeadFragment;
  refresh: () => Promise<void>;
  asked: string | undefined;
}

function Found(props: FoundProps) {
  const { design, asked } = props;
  const { say, dynamic } = useText(phrases);
  return (
    <Page
      title={dynamic(design.name)}
      about={
        <p className={styles["about"]}>
          <StateBadge state={stateOf(design)} />
          {design.versionNumber > 0 && (
            <span>{say("marquetry.version", { version: design.versionNumber })}</span>
          )}
        </p>
      }
      back={{ to: "/integrations/", label: say("integrations__filterBar.title") }}
      actions={<Deletion design={design} />}
    >
      <Remark design={design} isThere={asked === "definition"} />
      <Parts {...props} />
    </Page>
  );
}

interface DesignProps {
  design: DesignHeadFragment;
}

function Deletion({ design: { id, name, allowRemove } }: DesignProps) {
  const { say, dynamic } = useText(phrases);
  const { hideRemoveIntegration: isHidden } = useStore(screenConfiguration).designer;
  const [isOpen, setIsOpen] = useState(false);
  if (!allowRemove || isHidden) return undefined;
  const remove = async () => {
    done((await mutate(DeleteDesign, { id })).deleteIntegration);
    navigate("/integrations/", { replace: true });
  };
  return (
    <>
      <Button kind="danger" onClick={() => setIsOpen(true)}>
        {say("deleteDialog.openButton")}
      </Button>
      {isOpen && (
        <Removal
          name={dynamic(name)}
          title={say("deleteDialog.title")}
          remove={remove}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}

const REMARKS = {
  unpublished: "marquetry.designer.unpublished",
  changed: "marquetry.building.changes",
  published: undefined,
} as const;

/** What is still to be done, and the way to where it is done. */
function Remark({ design, isThere }: DesignProps & { isThere: boolean }) {
  const { say } = useText(phrases);
  const text = REMARKS[stateOf(design)];
  if (text === undefined) return undefined;
  const action = design.allowUpdate && !isThere && (
    <ButtonLink to={`${designPath(design)}definition/`}>
      {say("marquetry.building.toDefinition")}
    </ButtonLink>
  );
  return (
    <Notice kind="info" action={action}>
      {say(text)}
    </Notice>
  );
}

const TITLES = {
  steps: "marquetry.building.steps",
  definition: "marquetry.building.definition",
  versions: "marquetry.building.versions",
} as const;

type TabKey = keyof typeof TITLES;

const TABS: TabKey[] = ["steps", "definition", "versions"];

function Parts({ design, refresh, asked }: FoundProps) {
  const { say } = useText(phrases);
  const tab = TABS.find((key) => key === asked) ?? "steps";
  const pathOf = (key: TabKey) => `${designPath(design)}${key === "steps" ? "" : `${key}/`}`;
  const isElsewhere = asked !== undefined && asked !== tab;
  useEffect(() => {
    if (isElsewhere) navigate(pathOf(tab), { replace: true });
  });
  return (
    <>
      <Tabs
        label={say("marquetry.tabs")}
        tabs={TABS.map((key) => ({ key, label: say(TITLES[key]), to: pathOf(key) }))}
        current={tab}
      />
      <Suspense fallback={<Spinner />}>
        <Part key={tab} tab={tab} design={design} refresh={refresh} />
      </Suspense>
    </>
  );
}

interface PartProps extends Omit<FoundProps, "asked"> {
  tab: TabKey;
}

function Part({ tab, design, refresh }: PartProps): ReactElement {
  switch (tab) {
    case "steps":
      return <StepsTab design={design} />;
    case "definition":
      return <DefinitionTab design={design} refresh={refresh} />;
    case "versions":
      return <VersionsTab id={design.id} />;
  }
}
