import { useEffect } from "preact/hooks";
import type { InstanceView } from "../../../src/management/index.ts";
import { go, href } from "../shell/router.ts";
import { Status } from "../show/status.tsx";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";
import { statusSummary } from "./status-summary.ts";
import { useRowsInView } from "../show/use-rows-in-view.ts";

interface TableProps {
  readonly rows: readonly InstanceView[];
  readonly isBusy?: boolean;
  readonly more?: () => void;
}

const rowPx = 36;

export function InstanceTable({ rows, isBusy = false, more }: TableProps) {
  const { ref, from, to, onScroll } = useRowsInView(rows.length, rowPx, rowPx);
  useEffect(() => {
    if (to >= rows.length - 20 && rows.length > 0) more?.();
  }, [to, rows.length]);
  return (
    <div
      class="scroll tall"
      ref={ref}
      onScroll={onScroll}
      tabIndex={0}
      role="region"
      aria-label="Table of instances"
      aria-busy={isBusy}
    >
      <table class="instances" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" class="c-id">
              Instance
            </th>
            <th scope="col" class="c-status">
              Status
            </th>
            <th scope="col" class="c-name wide-only">
              Orchestration
            </th>
            <th scope="col" class="c-note wide-only">
              Custom status
            </th>
            <th scope="col" class="c-time wide-only">
              Created
            </th>
            <th scope="col" class="c-time">
              Changed
            </th>
          </tr>
        </thead>
        <tbody>
          <Spacer px={from * rowPx} />
          {rows.slice(from, to).map((row, index) => (
            <Row key={row.instanceId} row={row} index={from + index} />
          ))}
          <Spacer px={(rows.length - to) * rowPx} />
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, index }: { readonly row: InstanceView; readonly index: number }) {
  const { instanceId, name, version, status, customStatus, quarantine, parent, createdAt, updatedAt } = row;
  const to = href(["instances", instanceId]);
  return (
    <tr
      aria-rowindex={index + 2}
      class="openable"
      onClick={(event) => {
        if ((event.target as HTMLElement).closest("a") === null && getSelection()?.isCollapsed !== false) go(to);
      }}
    >
      <td>
        <a href={to}>
          <Text>{instanceId}</Text>
        </a>
        {parent !== null && <span class="muted small"> child</span>}
      </td>
      <td>
        <Status of={quarantine === null ? status : "quarantine"} />
      </td>
      <td class="wide-only">
        <Text>{name}</Text> <span class="muted">{version ?? ""}</span>
      </td>
      <td class="wide-only muted">{customStatus !== null && <Text limit={160}>{statusSummary(customStatus)}</Text>}</td>
      <td class="wide-only muted">
        <Time at={createdAt} />
      </td>
      <td class="muted">
        <Time at={updatedAt} />
      </td>
    </tr>
  );
}

export function Spacer({ px }: { readonly px: number }) {
  return px <= 0 ? null : (
    <tr class="spacer" aria-hidden="true">
      <td style={{ height: `${px}px` }} />
    </tr>
  );
}
