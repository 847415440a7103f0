/** The steps of an execution as a tree: a loop holds its turns, a turn holds its steps. */
import type { StepRowFragment } from "./detail.query";

type Row = Pick<StepRowFragment, "id" | "loopPath" | "startedAt" | "stepName">;

export interface StepNode<Step extends Row = StepRowFragment> {
  /** The step's key; unique beside its siblings. */
  name: string;
  /** Not there for a loop that has not ended: its turns have. */
  step: Step | undefined;
  turns: Turn<Step>[];
}

export interface Turn<Step extends Row = StepRowFragment> {
  index: number;
  nodes: StepNode<Step>[];
}

/** The steps whose names hold a text. */
export function foundSteps<Step extends Pick<StepRowFragment, "displayStepName" | "stepName">>(
  steps: readonly Step[],
  search: string,
): readonly Step[] {
  const wanted = search.trim().toLowerCase();
  return steps.filter(({ stepName, displayStepName }) =>
    (displayStepName ?? stepName ?? "").toLowerCase().includes(wanted),
  );
}

/** Steps may come in any order, and turns without their loop. */
export function treeOf<Step extends Row>(steps: readonly Step[]): StepNode<Step>[] {
  const root: StepNode<Step>[] = [];
  for (const step of [...steps].sort(byStart)) {
    const siblings = siblingsAt(root, placesOf(step.loopPath));
    const name = step.stepName ?? step.id;
    const known = siblings.find((node) => node.name === name);
    // A step of the same name that has a result is another one: a tree must not lose any.
    if (known !== undefined && known.step === undefined) known.step = step;
    else siblings.push({ name, step, turns: [] });
  }
  sortTurns(root);
  return root;
}

function byStart(a: Row, b: Row): number {
  return a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : depth(a) - depth(b);
}

/** What started in the same moment: the outer one was first. */
function depth(step: Row): number {
  return placesOf(step.loopPath).length;
}

interface Place {
  loop: string;
  index: number;
}

/** `eachOrder[2].eachItem[0]` is two places. */
export function placesOf(path: string | null): Place[] {
  return [...(path ?? "").matchAll(/([^.[\]]+)\[(\d+)\]/g)].map(([, loop = "", index]) => ({
    loop,
    index: Number(index),
  }));
}

function siblingsAt<Step extends Row>(root: StepNode<Step>[], places: Place[]): StepNode<Step>[] {
  let siblings = root;
  for (const { loop, index } of places) {
    let node = siblings.find((known) => known.name === loop);
    if (node === undefined) {
      node = { name: loop, step: undefined, turns: [] };
      siblings.push(node);
    }
    let turn = node.turns.find((known) => known.index === index);
    if (turn === undefined) {
      turn = { index, nodes: [] };
      node.turns.push(turn);
    }
    siblings = turn.nodes;
  }
  return siblings;
}

function sortTurns<Step extends Row>(nodes: StepNode<Step>[]): void {
  for (const node of nodes) {
    node.turns.sort((a, b) => a.index - b.index);
    for (const turn of node.turns) sortTurns(turn.nodes);
  }
}
