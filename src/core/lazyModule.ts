/**
 * A module that is loaded when one of its exports is first used, so that large packages do not slow down the start of programs
 * that do not need them.
 *
 * @param load requires the module; called once
 * @returns a proxy: its properties are the module's exports
 */
export function lazyModule<T extends object>(load: () => T): T {
  const module = once(load);
  // the target is an arrow function, which has no fixed properties and can be called when the module is a function
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

/** A function that makes a value at its first call and returns the same value at every later call. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
