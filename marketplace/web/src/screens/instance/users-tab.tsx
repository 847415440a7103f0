import { useDeferredValue, useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useSession } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useAction } from "@/api/use-query";
import { tellHost } from "@/host/channel";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { Confirmation } from "@/ui/confirmation";
import { FeedView } from "@/ui/feed";
import { Filters, Search } from "@/ui/filters";
import { type Column, Table } from "@/ui/table";
import { userWizardPath } from "../marketplace/state";
import { factsOf } from "./facts";
import type { InstanceHeadFragment } from "./instance.query";
import styles from "./instance.module.css";
import { RemoveUserConfig, type UserConfigFragment, UserConfigs } from "./users.query";
import { roleOf, userPhrases } from "./user-phrases";

interface UsersTabProps {
  instance: InstanceHeadFragment;
  isMarketplaceUser: boolean;
}

/** Settings that users have of their own: one's own, and for those who may see them, all. */
export default function UsersTab({ instance, isMarketplaceUser }: UsersTabProps) {
  const { say } = useText(userPhrases);
  const session = useSession();
  const [search, setSearch] = useState("");
  const [removing, setRemoving] = useState<UserConfigFragment>();
  const name = useDeferredValue(search.trim());
  const variables = { id: instance.id, ...(name === "" ? {} : { name }) };
  const feed = useFeed(UserConfigs, variables, (data) => data.instance?.userLevelConfigs);
  const own = feed.rows?.find((config) => config.user.id === session?.userId);
  const columns = useColumns(setRemoving);
  const refresh = () => void feed.refresh();
  return (
    <section className={styles["form"]} aria-label={say("configurationTab.title")}>
      <div className={styles["row"]}>
        <p>{say(own === undefined ? "marquetry.users.none" : "marquetry.users.own")}</p>
        <ButtonLink to={userWizardPath(instance)} kind={own === undefined ? "primary" : "plain"}>
          {say(
            own === undefined
              ? "integrations.id__filterBar.configureUserButton"
              : "integrations.id__filterBar.reconfigureUserButton",
          )}
        </ButtonLink>
      </div>
      {!isMarketplaceUser && (
        <Filters label={say("configurationTab.title")}>
          <Search
            label={say("integrations.id.configurations__input.filterSearchPlaceholder")}
            value={search}
            onChange={setSearch}
          />
        </Filters>
      )}
      <FeedView feed={feed} nothing={say("marquetry.users.nobody")}>
        {(rows) => (
          <Table
            caption={say("configurationTab.title")}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
          />
        )}
      </FeedView>
      {removing !== undefined && (
        <Removal
          instance={instance}
          config={removing}
          refresh={refresh}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
  );
}

function useColumns(
  remove: (config: UserConfigFragment) => void,
): Column<UserConfigFragment>[] {
  const { say, date } = useText(userPhrases);
  return [
    {
      key: "name",
      title: say("dataTable.nameLabel"),
      isHead: true,
      cell: ({ user }) => user.name || user.email,
    },
    { key: "email", title: say("dataTable.emailLabel"), cell: ({ user }) => user.email },
    {
      key: "role",
      title: say("dataTable.roleLabel"),
      cell: ({ user }) => roleOf(user.role.name, say),
    },
    { key: "created", title: say("dataTable.createdOnLabel"), cell: (row) => date(row.createdAt) },
    { key: "changed", title: say("marquetry.users.changed"), cell: (row) => date(row.updatedAt) },
    {
      key: "actions",
      title: say("marquetry.users.actions"),
      cell: (row) =>
        row.allowRemove && (
          <Button
            aria-label={`${say("deleteUserConfigurationDialog.openButton")}: ${row.user.name}`}
            onClick={() => remove(row)}
          >
            {say("deleteUserConfigurationDialog.openButton")}
          </Button>
        ),
    },
  ];
}

interface RemovalProps {
  instance: InstanceHeadFragment;
  config: UserConfigFragment;
  refresh: () => void;
  onClose: () => void;
}

function Removal({ instance, config, refresh, onClose }: RemovalProps) {
  const { say } = useText(userPhrases);
  const { id, user } = config;
  const removal = useAction(async () => {
    done((await mutate(RemoveUserConfig, { id })).deleteUserLevelConfig);
    tellHost("USER_CONFIGURATION_DELETED", {
      ...factsOf(instance),
      userConfigId: id,
      userId: user.id,
      userName: user.name,
      userEmail: user.email,
      userLevelConfigVariables: {},
    });
    refresh();
    onClose();
  });
  return (
    <Confirmation
      title={say("deleteUserConfigurationDialog.title")}
      confirm={say("deleteUserConfigurationDialog.confirmButton--isAdmin")}
      isDanger
      isRunning={removal.isRunning}
      error={removal.error}
      onConfirm={() => void removal.run()}
      onClose={onClose}
    >
      {say("deleteUserConfigurationDialog.warningText--isAdmin", { email: user.email })}
    </Confirmation>
  );
}
