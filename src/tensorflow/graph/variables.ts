import { tf, unaliased } from './backend';

type MakeVariable = (...args: unknown[]) => tf.Variable;

/**
 * Run work that may write variables, and restore the values of all variables afterwards. Variables that the work created (such as
 * the slots of an optimizer in its first step) get their initial values.
 */
export function withVariablesRestored<T>(work: (restore: () => void) => T): T {
  const saved = new Map<tf.Variable, tf.Tensor>();
  const save = (variable: tf.Variable) => saved.set(variable, tf.keep(variable.clone()));
  const restore = () => {
    for (const [variable, value] of saved) {
      if (!variable.isDisposed && variable.dataId !== value.dataId) variable.assign(value);
    }
  };
  const undo = hookNewVariables((make) => {
    const variable = make();
    save(variable);
    return variable;
  });
  try {
    separate();
    for (const variable of registeredVariables()) save(variable);
    return work(restore);
  } finally {
    undo();
    restore();
    for (const value of saved.values()) value.dispose();
  }
}

/** All variables of the program. */
export const registeredVariables = (): tf.Variable[] =>
  Object.values(tf.engine().registeredVariables).filter((variable) => !variable.isDisposed);

/**
 * Let a function stand before the making of each variable.
 *
 * @param hook gets the function that makes it
 * @returns a function that takes the hook away
 */
export function hookNewVariables(hook: (make: () => tf.Variable) => tf.Variable): () => void {
  const engine = tf.engine() as unknown as { makeVariable: MakeVariable };
  const original = engine.makeVariable;
  engine.makeVariable = (...args) => hook(() => original.apply(engine, args));
  return () => {
    engine.makeVariable = original;
  };
}

/**
 * Variables that were created from the same tensor, or assigned it, share its data until one is written. Recordings identify data by
 * id, so each variable gets its own copy.
 */
function separate(): void {
  const seen = new Set<object>();
  for (const variable of registeredVariables()) {
    if (seen.has(variable.dataId)) {
      const own = unaliased(variable as tf.Tensor);
      variable.assign(own);
      own.dispose();
    }
    seen.add(variable.dataId);
  }
}
