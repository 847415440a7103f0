import { useState } from "react";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { type Bar, barsOf, heights, times } from "./chart-bars";
import { ExecutionChart as Question } from "./chart.query";
import styles from "./executions.module.css";
import { phrases } from "./phrases";

const HEIGHT = 72;
const WIDTH = 20;
const GAP = 4;

/** How much ran in the last 24 hours: as a picture, and as a table for those who do not see it. */
export function Chart({ instance }: { instance?: string }) {
  const { say, number } = useText(phrases);
  const [edges] = useState(() => times(new Date()));
  const given = instance === undefined ? {} : { instance };
  const { data } = useQuery(Question, { ...given, ...edges }, { pollMs: 60_000 });
  if (data === undefined) return <div className={styles["chart"]} />;
  const bars = barsOf(data, edges);
  const sum = (count: (bar: Bar) => number) => bars.reduce((total, bar) => total + count(bar), 0);
  const counts = {
    all: number(sum((bar) => bar.all)),
    failed: number(sum((bar) => bar.failed)),
  };
  return (
    <figure className={styles["chartFigure"]}>
      <Picture bars={bars} label={say("marquetry.chart.label", counts)} />
      <figcaption>{say("marquetry.chart.caption", counts)}</figcaption>
      <Numbers bars={bars} />
    </figure>
  );
}

function Picture({ bars, label }: { bars: Bar[]; label: string }) {
  const highest = Math.max(...bars.map((bar) => bar.all));
  const width = bars.length * (WIDTH + GAP) - GAP;
  return (
    <svg
      role="img"
      aria-label={label}
      className={styles["chart"]}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      {bars.map((bar, index) => {
        const x = index * (WIDTH + GAP);
        const { good, failed } = heights(bar, highest);
        const [goodHeight, failedHeight] = [good * (HEIGHT - 2), failed * (HEIGHT - 2)];
        const top = Math.max(HEIGHT - 2 - goodHeight - failedHeight, 0);
        return (
          <g key={bar.start.getTime()}>
            <rect className={styles["ground"]} x={x} y={HEIGHT - 2} width={WIDTH} height={2} />
            <rect className={styles["bad"]} x={x} y={top} width={WIDTH} height={failedHeight} />
            <rect
              className={styles["good"]}
              x={x}
              y={top + failedHeight}
              width={WIDTH}
              height={goodHeight}
            />
          </g>
        );
      })}
    </svg>
  );
}

function Numbers({ bars }: { bars: Bar[] }) {
  const { say, number } = useText(phrases);
  const { hour } = useTime();
  return (
    <table className="hidden-visually">
      <thead>
        <tr>
          <th scope="col">{say("executionRuns.field.startedLabel")}</th>
          <th scope="col">{say("executionsTab.title")}</th>
          <th scope="col">{say("executionRuns.status.errorValue")}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.start.getTime()}>
            <th scope="row">{hour(bar.start)}</th>
            <td>{number(bar.all)}</td>
            <td>{number(bar.failed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
