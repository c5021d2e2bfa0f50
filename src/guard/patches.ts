type Method = (...args: never[]) => unknown;
type Holder = Record<string, unknown>;

/** A function of some object, replaced for as long as a guard is in use. */
export interface Patch {
  readonly holder: object;
  readonly name: string;
  readonly replace: (original: Method) => unknown;
}

/** Applies the patches that fit this version of Node, and gives what undoes them. */
export function applyPatches(patches: readonly Patch[]): () => void {
  const undo: (() => void)[] = [];
  for (const { holder, name, replace } of patches) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    const original = (holder as Holder)[name];
    if (typeof original !== "function" || descriptor?.configurable === false) continue;
    const replacement = replace(original as Method);
    if (typeof replacement === "function") disguise(replacement as Method, original as Method);
    Object.defineProperty(holder, name, {
      value: replacement,
      writable: true,
      configurable: true,
      enumerable: descriptor?.enumerable ?? true,
    });
    undo.push(() => {
      // Whoever has patched it meanwhile goes on with what they have.
      if ((holder as Holder)[name] !== replacement) return;
      if (descriptor === undefined) delete (holder as Holder)[name];
      else Object.defineProperty(holder, name, descriptor);
    });
  }
  return () => {
    for (const restore of undo.toReversed()) restore();
  };
}

// `setTimeout` carries a promisified form of itself, and people look at names and lengths of functions.
function disguise(replacement: Method, original: Method): void {
  for (const key of Reflect.ownKeys(original)) {
    const own = Object.getOwnPropertyDescriptor(replacement, key);
    if (key === "prototype" || own?.configurable === false) continue;
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
  }
}
