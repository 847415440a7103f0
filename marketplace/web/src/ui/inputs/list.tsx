/** Values in a row, and values by keys. */
import { type ReactNode, useRef } from "react";
import { useText } from "@/text/use-text";
import { Button } from "../button";
import { type FieldIds, inputClass } from "../field";
import styles from "./inputs.module.css";
import { phrases } from "./phrases";
import { ScalarInput, type ScalarKind } from "./scalar";

type Ids = FieldIds & { "aria-label": string };

const idsOf = (id: string, label: string): Ids => ({
  id,
  "aria-label": label,
  "aria-describedby": undefined,
  "aria-invalid": undefined,
  "aria-required": undefined,
});

interface RowsProps<Item> {
  id: string;
  items: readonly Item[];
  blank: Item;
  isReadOnly: boolean;
  onChange: (items: readonly Item[]) => void;
  row: (item: Item, index: number, change: (item: Item) => void) => ReactNode;
}

function Rows<Item>({ id, items, blank, isReadOnly, onChange, row }: RowsProps<Item>) {
  const { say } = useText(phrases);
  const list = useRef<HTMLOListElement>(null);
  const replace = (index: number, item: Item) =>
    onChange(items.map((old, at) => (at === index ? item : old)));
  const focusRow = (index: number) =>
    requestAnimationFrame(() => {
      const found =
        list.current?.children[index]?.querySelector<HTMLElement>("input,select,textarea");
      (found ?? document.getElementById(`${id}-add`))?.focus();
    });
  const remove = (index: number) => {
    onChange(items.filter((_, at) => at !== index));
    focusRow(Math.max(0, Math.min(index, items.length - 2)));
  };
  return (
    <>
      <ol ref={list} className={styles["rows"]}>
        {items.map((item, index) => (
          // Rows have no identity of their own, and what they show is what they hold.
          <li key={index} className={styles["row"]}>
            <div className={styles["grow"]}>{row(item, index, (next) => replace(index, next))}</div>
            {!isReadOnly && (
              <RowActions
                number={index + 1}
                isFirst={index === 0}
                isLast={index === items.length - 1}
                move={(by) => onChange(moved(items, index, by))}
                remove={() => remove(index)}
              />
            )}
          </li>
        ))}
      </ol>
      {!isReadOnly && (
        <div>
          <Button
            id={`${id}-add`}
            onClick={() => {
              onChange([...items, blank]);
              focusRow(items.length);
            }}
          >
            {say("input.valueAddButton")}
          </Button>
        </div>
      )}
    </>
  );
}

interface RowActionsProps {
  number: number;
  isFirst: boolean;
  isLast: boolean;
  /** Left out where the order means nothing. */
  move: ((by: -1 | 1) => void) | undefined;
  remove: () => void;
}

export function RowActions({ number, isFirst, isLast, move, remove }: RowActionsProps) {
  const { say } = useText(phrases);
  return (
    <span className={styles["rowActions"]}>
      {move !== undefined && (
        <>
          <Button
            kind="quiet"
            aria-label={say("marquetry.input.up", { number })}
            aria-disabled={isFirst}
            onClick={() => !isFirst && move(-1)}
          >
            ↑
          </Button>
          <Button
            kind="quiet"
            aria-label={say("marquetry.input.down", { number })}
            aria-disabled={isLast}
            onClick={() => !isLast && move(1)}
          >
            ↓
          </Button>
        </>
      )}
      <Button kind="quiet" aria-label={say("marquetry.input.remove", { number })} onClick={remove}>
        ✕
      </Button>
    </span>
  );
}

export function moved<Item>(items: readonly Item[], index: number, by: -1 | 1): readonly Item[] {
  const next = [...items];
  const [item] = next.splice(index, 1);
  if (item !== undefined) next.splice(index + by, 0, item);
  return next;
}

interface ListProps {
  id: string;
  kind: ScalarKind;
  items: readonly string[];
  isReadOnly: boolean;
  onChange: (items: readonly string[]) => void;
}

export function ListInput({ id, kind, items, isReadOnly, onChange }: ListProps) {
  const { say } = useText(phrases);
  const blank = kind.type === "boolean" ? "false" : "";
  return (
    <Rows
      {...{ id, items, blank, isReadOnly, onChange }}
      row={(item, index, change) => (
        <ScalarInput
          kind={kind}
          value={item}
          ids={idsOf(`${id}-${index}`, say("marquetry.input.entry", { number: index + 1 }))}
          isReadOnly={isReadOnly}
          onChange={change}
        />
      )}
    />
  );
}

interface Pair {
  key: string;
  value: string;
}

interface PairsProps extends Omit<ListProps, "items" | "onChange"> {
  items: readonly Pair[];
  onChange: (items: readonly Pair[]) => void;
}

export function PairsInput({ id, kind, items, isReadOnly, onChange }: PairsProps) {
  const { say } = useText(phrases);
  const blank = { key: "", value: kind.type === "boolean" ? "false" : "" };
  return (
    <Rows
      {...{ id, items, blank, isReadOnly, onChange }}
      row={(item, index, change) => (
        <div className={styles["row"]}>
          <input
            {...idsOf(`${id}-${index}-key`, `${say("input.keyLabel")} ${index + 1}`)}
            className={inputClass}
            placeholder={say("input.keyPlaceholder")}
            value={item.key}
            readOnly={isReadOnly}
            onChange={(event) => change({ ...item, key: event.target.value })}
          />
          <ScalarInput
            kind={kind}
            value={item.value}
            ids={idsOf(`${id}-${index}`, `${say("input.valueLabel")} ${index + 1}`)}
            placeholder={say("input.valuePlaceholder")}
            isReadOnly={isReadOnly}
            onChange={(value) => change({ ...item, value })}
          />
        </div>
      )}
    />
  );
}
