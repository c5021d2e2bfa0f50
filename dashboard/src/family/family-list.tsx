import type { FamilyView } from "../../../src/management/index.ts";
import { Status } from "../show/status.tsx";
import { Text } from "../show/text.tsx";

interface FamilyListProps {
  readonly of: FamilyView;
  readonly selfId: string;
  readonly hrefOf: (instanceId: string) => string;
}

/** The same as a list, where there is no room for a graph. */
export function FamilyList({ of, selfId, hrefOf }: FamilyListProps) {
  const { instanceId, name, status, quarantine, children } = of;
  const isSelf = instanceId === selfId;
  return (
    <li>
      <div class={`row member ${isSelf ? "self" : ""}`}>
        <a class="wrap" href={hrefOf(instanceId)} aria-current={isSelf ? "true" : undefined}>
          <Text>{instanceId}</Text>
        </a>
        <span class="row small muted">
          <Text>{name}</Text> <Status of={quarantine === null ? status : "quarantine"} />
        </span>
      </div>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <FamilyList key={child.instanceId} of={child} selfId={selfId} hrefOf={hrefOf} />
          ))}
        </ul>
      )}
    </li>
  );
}
