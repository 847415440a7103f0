/** Rows of facts. On a narrow page each row is a small card that names its facts. */
import type { ReactNode } from "react";
import styles from "./table.module.css";

export interface Column<Row> {
  key: string;
  title: string;
  /** Its cells say what they are; the head of the table says it only to those who do not see. */
  isTitleHidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** What tells the rows apart; usually a link. */
  isHead?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The facts say themselves what they are; what has `data-block` has a line of its own. */
  isCompact?: boolean;
}

/** Browsers forget what a table is once it is laid out otherwise; the roles remind them. */
export function Table<Row>({ caption, columns, rows, keyOf, isCompact = false }: TableProps<Row>) {
  const className = isCompact ? `${styles["table"]} ${styles["compact"]}` : styles["table"];
  return (
    <div className={styles["frame"]}>
      <table role="table" className={className}>
        <caption className="hidden-visually">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ key, title, isTitleHidden = false }) => (
              <th key={key} role="columnheader" scope="col">
                {isTitleHidden ? <span className="hidden-visually">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const content = column.cell(row);
  if (column.isHead === true) {
    return (
      <th role="rowheader" scope="row">
        {content}
      </th>
    );
  }
  return (
    <td role="cell">
      {/* Only seen where the head of the table is not. */}
      <span className={styles["name"]} aria-hidden="true">
        {column.title}
      </span>
      <span className={styles["value"]}>{content}</span>
    </td>
  );
}
