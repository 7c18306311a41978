/**
 * A module that is loaded when something of it is first used: what is heavy must not slow the start of those who do not
 * use it.
 *
 * @param load requires the module; called once
 * @returns stands for the module: each property is the module's
 */
export function lazyModule<T extends object>(load: () => T): T {
  const module = once(load);
  // an arrow function has no fixed properties, and can be called where the module is a function
  return new Proxy((() => undefined) as unknown as T, {
    apply: (_, self, parameters) =>
      Reflect.apply(module() as unknown as (...all: unknown[]) => unknown, self, parameters),
    // compiled imports ask whether this is a module; they need not load it for that
    get: (_, key) => (key === '__esModule' ? true : Reflect.get(module(), key)),
    set: (_, key, value) => Reflect.set(module(), key, value),
    has: (_, key) => Reflect.has(module(), key),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor(_, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(module(), key);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}

/** Make something when it is first asked for, and keep it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
