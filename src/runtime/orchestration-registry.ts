import { type AnyOrchestration, anyVersionHandler, isDefinition, versionHandler } from "../definition/index.ts";
import { DuplicateDefinitionError, InvalidArgumentError } from "../errors/index.ts";
import { latestVersion } from "../values/index.ts";

/** The orchestrations that a node can run, by name and version. */
export class OrchestrationRegistry {
  readonly #versions = new Map<string, Map<string, AnyOrchestration>>();

  constructor(definitions: readonly AnyOrchestration[]) {
    for (const definition of definitions) this.#add(definition);
  }

  /** The version given, or the latest one. This is the policy for starts; after that only the history decides. */
  resolve(name: string, version: string | undefined): AnyOrchestration | undefined {
    const versions = this.#versions.get(name);
    const chosen = version ?? (versions && latestVersion([...versions.keys()]));
    return chosen === undefined ? undefined : versions?.get(chosen);
  }

  /** As `name@version`. */
  versions(): string[] {
    return [...this.#versions].flatMap(([name, versions]) =>
      [...versions.keys()].map((version) => versionHandler(name, version)),
    );
  }

  handlers(): string[] {
    return [...[...this.#versions.keys()].map(anyVersionHandler), ...this.versions()];
  }

  #add(definition: AnyOrchestration): void {
    if (!isDefinition(definition, "orchestration") || typeof definition.run !== "function") {
      throw new InvalidArgumentError("`orchestrations` takes what orchestration() returned.");
    }
    const versions = this.#versions.get(definition.name) ?? new Map<string, AnyOrchestration>();
    if (versions.has(definition.version)) {
      throw new DuplicateDefinitionError(
        `Orchestration "${definition.name}" version ${definition.version} is registered twice. ` +
          "Give one of them another name or version.",
      );
    }
    this.#versions.set(definition.name, versions.set(definition.version, definition));
  }
}
