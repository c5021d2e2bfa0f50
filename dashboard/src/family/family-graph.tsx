import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FamilyTree, FamilyView } from "../../../src/management/index.ts";
import { href } from "../shell/router.ts";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { visibleLine } from "../show/visible.ts";
import { FamilyList } from "./family-list.tsx";
import { box, layOut, type Member } from "./layout.ts";

interface FamilyGraphProps {
  readonly tree: FamilyTree;
  readonly selfId: string;
  readonly hrefOf?: (instanceId: string) => string;
}

/** An instance with its ancestors, brothers and descendants. */
export function FamilyGraph({ tree, selfId, hrefOf = (id) => href(["instances", id, "family"]) }: FamilyGraphProps) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set([selfId]));
  const layout = useMemo(() => layOut(tree.root, unfolded), [tree, unfolded]);
  const ref = useRef<HTMLDivElement>(null);
  const self = layout.members.find(({ view }) => view.instanceId === selfId);
  useEffect(() => {
    if (self === undefined) return;
    ref.current?.scrollTo({ left: self.x - 120, top: self.y - 160 });
  }, [selfId]);
  const count = layout.members.length + layout.folded.reduce((sum, { count: more }) => sum + more, 0);
  return (
    <Panel title="Family" isFlush beside={<span class="muted small">{count.toLocaleString("en")} members</span>}>
      {tree.isTruncated && <p class="inside muted">It is too large to be shown whole. These are the first.</p>}
      <ul class="family-list">
        <FamilyList of={tree.root} selfId={selfId} hrefOf={hrefOf} />
      </ul>
      <div class="family" ref={ref} tabIndex={0} role="region" aria-label="Graph of the family">
        <svg
          width={layout.width + 32}
          height={layout.height + 32}
          viewBox={`-16 -16 ${layout.width + 32} ${layout.height + 32}`}
        >
          {layout.edges.map(({ from, to }, index) => {
            const middle = (from.x + to.x) / 2;
            return (
              <path
                key={index}
                class="edge"
                d={`M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`}
              />
            );
          })}
          {layout.members.map((member) => (
            <MemberBox
              key={member.view.instanceId}
              member={member}
              isSelf={member.view.instanceId === selfId}
              to={hrefOf(member.view.instanceId)}
            />
          ))}
          {layout.folded.map(({ parentId, count: more, x, y }) => {
            const unfold = () => setUnfolded(new Set([...unfolded, parentId]));
            return (
              <g
                key={parentId}
                transform={`translate(${x} ${y})`}
                role="button"
                tabIndex={0}
                aria-label={`Show ${more} more children of ${visibleLine(parentId)}`}
                onClick={unfold}
                onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && unfold()}
              >
                <rect width={box.width} height={box.height} rx="8" stroke-dasharray="4 3" />
                <text x="14" y="27">
                  Show {more.toLocaleString("en")} more
                </text>
              </g>
            );
          })}
        </svg>
      </div>
    </Panel>
  );
}

interface MemberBoxProps {
  readonly member: Member;
  readonly isSelf: boolean;
  readonly to: string;
}

function MemberBox({ member: { view, x, y }, isSelf, to }: MemberBoxProps) {
  const status = view.quarantine === null ? view.status : "quarantine";
  const id = visibleLine(view.instanceId);
  return (
    <a href={to} class={isSelf ? "self" : ""} aria-current={isSelf ? "true" : undefined}>
      <g transform={`translate(${x} ${y})`}>
        <title>{id}</title>
        <rect width={box.width} height={box.height} rx="8" />
        <g transform="translate(12 8)" class={`tone-${status}`}>
          <svg width="13" height="13" y="1">
            <Glyph of={status} />
          </svg>
        </g>
        <text x="32" y="18">
          {shortened(shownId(view), 24)}
        </text>
        <text x="32" y="34" class="second">
          {shortened(`${view.name} · ${status}`, 31)}
        </text>
      </g>
    </a>
  );
}

// A child's id usually begins with its parent's, which stands to the left of it.
function shownId({ instanceId, parent }: FamilyView): string {
  const isPrefixed = parent !== null && instanceId.startsWith(parent.instanceId);
  return visibleLine(isPrefixed ? `…${instanceId.slice(parent.instanceId.length)}` : instanceId);
}

// The ends of ids are what tells children apart.
function shortened(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, Math.ceil(length / 2) - 1)}…${text.slice(-Math.floor(length / 2))}`;
}
