import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import type { Column } from "@/ui/table";
import styles from "./building.module.css";
import { listPhrases } from "./list-phrases";

interface BuiltRow {
  name: string;
  description: string | null;
  category: string | null;
  updatedAt: string;
}

/** What lists say of everything that was built; what has no path has no page here. */
export function useColumns<Row extends BuiltRow>(pathOf: (row: Row) => string | undefined) {
  const { say, dynamic } = useText(listPhrases);
  return {
    name: {
      key: "name",
      title: say("dataTable.nameLabel"),
      isHead: true,
      cell: (row) => {
        const path = pathOf(row);
        const name = dynamic(row.name);
        return path === undefined ? name : <Link to={path}>{name}</Link>;
      },
    },
    description: {
      key: "description",
      title: say("dataTable.descriptionLabel"),
      cell: (row) => dynamic(row.description),
    },
    category: {
      key: "category",
      title: say("dataTable.categoryLabel"),
      cell: ({ category }) =>
        category !== null &&
        category !== "" && <span className={styles["word"]}>{dynamic(category)}</span>,
    },
    changed: {
      key: "changed",
      title: say("marquetry.building.changed"),
      cell: (row) => <Moment at={row.updatedAt} />,
    },
  } as const satisfies Record<string, Column<Row>>;
}

export function Moment({ at }: { at: string }) {
  const { date } = useText(listPhrases);
  return <span className={styles["moment"]}>{date(at)}</span>;
}
