import type { ActivityPolicy, AnyActivity } from "../../definition/index.ts";
import type { CommitBatch, Provider } from "../../providers/contract.ts";
import { effectivePolicy } from "../../runtime/activity-policy.ts";
import { decodeWork } from "../../runtime/work-body.ts";

/** What calls override of their activities' options, seen as it is committed: an activity itself is not told. */
export class CallPolicies {
  readonly #policies = new Map<string, ActivityPolicy>();

  /** The provider, for the node whose calls are to be known. */
  noticing(provider: Provider): Provider {
    const commit = (batch: CommitBatch) => {
      this.#note(batch);
      return provider.commit(batch);
    };
    return new Proxy(provider, {
      get: (target, key): unknown => {
        if (key === "commit") return commit;
        const member: unknown = Reflect.get(target, key);
        return typeof member === "function" ? (member.bind(target) as unknown) : member;
      },
    });
  }

  of(activityId: string, { policy }: AnyActivity): ActivityPolicy {
    return effectivePolicy(policy, this.#policies.get(activityId));
  }

  #note({ turns }: CommitBatch): void {
    for (const { id, body } of turns.flatMap(({ work }) => work)) {
      const { policy } = decodeWork(body);
      if (policy !== undefined) this.#policies.set(id, policy);
    }
  }
}
