import { tf, unaliased } from './backend';

type MakeVariable = (...args: unknown[]) => tf.Variable;

/**
 * Run work that may write variables, and afterwards give every variable the value it had before: those that existed, and
 * those that the work created (an optimizer's slots, made in its first step), which go back to what they were made with.
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
 * Variables that were made from, or assigned, the same tensor share its data until one is written. A recording knows data
 * only by its id, so each gets an id of its own.
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
