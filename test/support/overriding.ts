import type { Provider } from "../../src/providers/contract.ts";

/** The provider itself, but for these methods, which watch it or get in its way. */
export function overriding(provider: Provider, overrides: Partial<Provider>): Provider {
  return new Proxy(provider, {
    get(target, key) {
      if (Object.hasOwn(overrides, key)) return overrides[key as keyof Provider];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
