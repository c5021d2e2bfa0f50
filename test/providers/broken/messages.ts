import type { EnqueuedMessage, FetchedInstance, MessageToken, NewMessage } from "../../../src/providers/contract.ts";
import { turnOf } from "../../../src/providers/conformance/scene.ts";
import { broken, changeInstances, changeTurns, mailOf } from "./broken-provider.ts";

const ackOnly = (instance: FetchedInstance, ackedMessages: readonly MessageToken[]) =>
  turnOf(instance, 0, { ackedMessages });

const withoutLimit = ({ inbound: _limit, ...message }: EnqueuedMessage): EnqueuedMessage => message;

export const brokenMessages = [
  broken("M1 M3 M8 O14 E4", "a turn acks messages that arrived meanwhile", (real) => ({
    commit: async (batch) => {
      const turns = await Promise.all(
        batch.turns.map(async (turn) => {
          const tokens = (await mailOf(real, batch, turn.instanceId)).map(({ token }) => token);
          return { ...turn, ackedMessages: [...new Set([...turn.ackedMessages, ...tokens])] };
        }),
      );
      return real.commit({ ...batch, turns });
    },
  })),
  broken("M6 L4a", "messages are removed when they are handed out", (real) => ({
    fetchInstances: async (request) => {
      const answer = await real.fetchInstances(request);
      const turns = answer.instances.map((one) =>
        ackOnly(
          one,
          one.messages.map(({ token }) => token),
        ),
      );
      await real.commit({ nodeId: request.nodeId, turns, results: [], claimWork: [] });
      return answer;
    },
  })),
  broken(
    "M7 M10 O3 M6 M4",
    "messages come in another order",
    changeInstances((instance) => ({ ...instance, messages: instance.messages.toReversed() })),
  ),
  broken("M9", "a turn acks messages of others", (real) => {
    const owners = new Map<MessageToken, FetchedInstance>();
    return {
      fetchInstances: async (request) => {
        const answer = await real.fetchInstances(request);
        for (const one of answer.instances) for (const { token } of one.messages) owners.set(token, one);
        return answer;
      },
      commit: async (batch) => {
        for (const turn of batch.turns) {
          for (const token of turn.ackedMessages) {
            const owner = owners.get(token);
            if (owner === undefined || owner.ref === turn.ref) continue;
            await real.commit({ ...batch, turns: [ackOnly(owner, [token])], results: [], claimWork: [] });
          }
        }
        return real.commit(batch);
      },
    };
  }),
  broken("M11", "a batch of messages is cut at a hundred", (real) => ({
    enqueue: async (messages) => {
      const answers = await real.enqueue(messages.slice(0, 100));
      return messages.map((_, index) => answers[index] ?? "queued");
    },
  })),
  broken("M5", "all messages come at once", (real) => ({
    fetchInstances: (request) => real.fetchInstances({ ...request, messageLimit: 9_999 }),
  })),
  broken("P5 M7", "of messages that are sent at the same time some are lost", (real) => {
    let underWay = 0;
    return {
      enqueue: async (messages) => {
        underWay += 1;
        try {
          return underWay > 2 ? messages.map(() => "queued" as const) : await real.enqueue(messages);
        } finally {
          underWay -= 1;
        }
      },
    };
  }),
  broken("K5", "cancelling a timer takes its message back", (real) => ({
    commit: async (batch) => {
      const turns = await Promise.all(
        batch.turns.map(async (turn) => {
          if (turn.cancelledTimers.length === 0) return turn;
          const fired = (await mailOf(real, batch, turn.instanceId)).filter(({ body }) => body.startsWith("timer"));
          return { ...turn, ackedMessages: [...turn.ackedMessages, ...fired.map(({ token }) => token)] };
        }),
      );
      return real.commit({ ...batch, turns });
    },
  })),
  broken("M12 M13 M14", "no limit of inbound messages is looked at", (real) => ({
    enqueue: (messages) => real.enqueue(messages.map(withoutLimit)),
  })),
  broken("M12 M13", "what is answered as refused is queued all the same", (real) => ({
    enqueue: async (messages) => {
      const answers = await real.enqueue(messages);
      await real.enqueue(messages.filter((_, index) => answers[index] === "full").map(withoutLimit));
      return answers;
    },
  })),
  broken("M13", "those who send at once do not see each other's messages", (real) => {
    let underWay = 0;
    return {
      enqueue: async (messages) => {
        underWay += 1;
        try {
          return await real.enqueue(underWay > 1 ? messages.map(withoutLimit) : messages);
        } finally {
          underWay -= 1;
        }
      },
    };
  }),
  broken(
    "M14",
    "what a turn says of the room for messages is forgotten",
    changeTurns(({ mailboxRoom: _room, ...turn }) => turn),
  ),
  broken(
    "M14",
    "a turn that says nothing of the room for messages makes it large",
    changeTurns((turn) => ({ mailboxRoom: 1_000, ...turn })),
  ),
  broken("R3 T6", "messages to nobody are accepted", (real) => ({
    enqueue: async (messages) => (await real.enqueue(messages)).map(() => "queued"),
  })),
  broken("X9", "messages to nobody wait for whoever takes the id", (real) => {
    const parked: NewMessage[] = [];
    return {
      enqueue: async (messages) => {
        const answers = await real.enqueue(messages);
        parked.push(...messages.filter((_, index) => answers[index] === "unknown"));
        return answers;
      },
      createInstances: async (starts) => {
        const answers = await real.createInstances(starts);
        const ids = starts.map(({ instanceId }) => instanceId);
        await real.enqueue(parked.filter(({ instanceId }) => ids.includes(instanceId)));
        return answers;
      },
    };
  }),
];
