import { tf, unaliased } from './backend';

type MakeVariable = (...args: unknown[]) => tf.Variable;

/**
 * Run work that may write variables, and restore the values of all variables afterwards. Variables that the work created (such as
 * the slots of an optimizer in its first step) get their initial values.
 */
export function withVariablesRestored<T>(work: (restore: () => void) => T): T {
  const engine = tf.engine() as unknown as { makeVariable: MakeVariable };
  const saved = new Map<tf.Variable, tf.Tensor>();
  const save = (variable: tf.Variable) => saved.set(variable, tf.keep(variable.clone()));
  const restore = () => {
    for (const [variable, value] of saved) {
      if (!variable.isDisposed && variable.dataId !== value.dataId) variable.assign(value);
    }
  };
  const original = engine.makeVariable;
  try {
    separate();
    for (const variable of registered()) save(variable);
    engine.makeVariable = (...args) => {
      const variable = original.apply(engine, args);
      save(variable);
      return variable;
    };
    return work(restore);
  } finally {
    engine.makeVariable = original;
    restore();
    for (const value of saved.values()) value.dispose();
  }
}

const registered = () => Object.values(tf.engine().registeredVariables).filter((variable) => !variable.isDisposed);

/**
 * Variables that were created from the same tensor, or assigned it, share its data until one is written. Recordings identify data by
 * id, so each variable gets its own copy.
 */
function separate(): void {
  const seen = new Set<object>();
  for (const variable of registered()) {
    if (seen.has(variable.dataId)) {
      const own = unaliased(variable as tf.Tensor);
      variable.assign(own);
      own.dispose();
    }
    seen.add(variable.dataId);
  }
}
