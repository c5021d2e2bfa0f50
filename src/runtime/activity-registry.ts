import { type AnyActivity, activityHandler, isDefinition } from "../definition/index.ts";
import { DuplicateDefinitionError, InvalidArgumentError } from "../errors/index.ts";

/** The activities that a node can run, by name. */
export class ActivityRegistry {
  readonly #activities = new Map<string, AnyActivity>();

  constructor(definitions: readonly AnyActivity[]) {
    for (const definition of definitions) {
      if (!isDefinition(definition, "activity") || typeof definition.run !== "function") {
        throw new InvalidArgumentError("`activities` takes what activity() returned.");
      }
      if (this.#activities.has(definition.name)) {
        throw new DuplicateDefinitionError(
          `Activity "${definition.name}" is registered twice. Give one of them another name.`,
        );
      }
      this.#activities.set(definition.name, definition);
    }
  }

  get(name: string): AnyActivity | undefined {
    return this.#activities.get(name);
  }

  names(): string[] {
    return [...this.#activities.keys()];
  }

  handlers(queues: readonly string[]): string[] {
    return queues.flatMap((queue) => this.names().map((name) => activityHandler(queue, name)));
  }
}
