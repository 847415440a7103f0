import { useDeferredValue, useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Filters, Search } from "@/ui/filters";
import { Message } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { roleOf } from "../instance/user-phrases";
import { AddUserDialog } from "./add-user";
import { phrases } from "./phrases";
import { CustomerUsers, type UserRowFragment } from "./users.query";

interface UsersProps {
  /** Somebody of the organization has no colleagues here. */
  customer: { id: string; allowAddUser: boolean } | null;
}

/** The colleagues who work with the integrations of a customer. */
export default function Users({ customer }: UsersProps) {
  const { say } = useText(phrases);
  if (customer === null) return <Message title={say("nullState.permissionDenied.message")} />;
  return <List customer={customer.id} mayAdd={customer.allowAddUser} />;
}

function List({ customer, mayAdd }: { customer: string; mayAdd: boolean }) {
  const { say } = useText(phrases);
  const [search, setSearch] = useState("");
  const [isAdding, setIsAdding] = useState(false);
  const name = useDeferredValue(search.trim());
  const variables = { customer, ...(name === "" ? {} : { name }) };
  const feed = useFeed(CustomerUsers, variables, (data) => data.users);
  const columns = useColumns();
  return (
    <>
      <Filters label={say("usersTab.title")}>
        <Search label={say("marquetry.dashboard.search")} value={search} onChange={setSearch} />
        {mayAdd && (
          <Button kind="primary" onClick={() => setIsAdding(true)}>
            {say("addUserDialog.title")}
          </Button>
        )}
      </Filters>
      <FeedView
        feed={feed}
        nothing={
          name === "" ? (
            <Message title={say("emptyState.usersTitle--embedded")}>
              {say("emptyState.usersText--embedded")}
            </Message>
          ) : (
            say("noResults.title")
          )
        }
      >
        {(rows) => (
          <Table
            caption={say("usersTab.title")}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
          />
        )}
      </FeedView>
      {isAdding && (
        <AddUserDialog
          customer={customer}
          onAdded={() => void feed.refresh()}
          onClose={() => setIsAdding(false)}
        />
      )}
    </>
  );
}

function useColumns(): Column<UserRowFragment>[] {
  const { say, date } = useText(phrases);
  return [
    {
      key: "name",
      title: say("dataTable.nameLabel"),
      isHead: true,
      cell: ({ name, email }) => name || email,
    },
    { key: "email", title: say("dataTable.emailLabel"), cell: ({ email }) => email },
    { key: "role", title: say("dataTable.roleLabel"), cell: ({ role }) => roleOf(role.name, say) },
    {
      key: "created",
      title: say("dataTable.createdOnLabel"),
      cell: ({ createdAt }) => date(createdAt),
    },
  ];
}
