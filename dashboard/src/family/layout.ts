import type { FamilyView } from "../../../src/management/index.ts";

export interface Member {
  readonly view: FamilyView;
  readonly x: number;
  readonly y: number;
}

/** Stands for children that are not shown until somebody asks. */
interface Folded {
  readonly parentId: string;
  readonly count: number;
  readonly x: number;
  readonly y: number;
}

export interface FamilyLayout {
  readonly members: readonly Member[];
  readonly folded: readonly Folded[];
  readonly edges: readonly { readonly from: Point; readonly to: Point }[];
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export const box = { width: 226, height: 44, columnGap: 56, rowGap: 12 };
const childrenShown = 12;

/** Parents to the left of their children, each in the middle of its own. */
export function layOut(root: FamilyView, unfolded: ReadonlySet<string>): FamilyLayout {
  const members: Member[] = [];
  const folded: Folded[] = [];
  const edges: FamilyLayout["edges"][number][] = [];
  let nextRow = 0;
  let columns = 0;
  const rowY = () => nextRow++ * (box.height + box.rowGap);

  const place = (view: FamilyView, depth: number): number => {
    columns = Math.max(columns, depth + 1);
    const x = depth * (box.width + box.columnGap);
    const isWhole = unfolded.has(view.instanceId) || view.children.length <= childrenShown + 1;
    const shown = isWhole ? view.children : view.children.slice(0, childrenShown);
    const ys = shown.map((child) => place(child, depth + 1));
    const childX = x + box.width + box.columnGap;
    if (!isWhole) {
      const y = rowY();
      ys.push(y);
      columns = Math.max(columns, depth + 2);
      folded.push({ parentId: view.instanceId, count: view.children.length - shown.length, x: childX, y });
    }
    const y = ys.length === 0 ? rowY() : ((ys[0] as number) + (ys.at(-1) as number)) / 2;
    members.push({ view, x, y });
    for (const to of ys) edges.push({ from: middleRight({ x, y }), to: { x: childX, y: to + box.height / 2 } });
    return y;
  };
  place(root, 0);
  return {
    members: members.toReversed(),
    folded,
    edges,
    width: columns * (box.width + box.columnGap) - box.columnGap,
    height: nextRow * (box.height + box.rowGap) - box.rowGap,
  };
}

const middleRight = ({ x, y }: Point): Point => ({ x: x + box.width, y: y + box.height / 2 });
