import { tf } from '../../src/tensorflow';

/** The names of the operations that TensorFlow executes one by one, and not in a graph. */
export const operations = (work: () => void) => {
  const binding = (tf.backend() as unknown as { binding: object }).binding as { executeOp: unknown };
  const seen: string[] = [];
  const backend = tf.backend() as unknown as { binding: object };
  const executeOp = binding.executeOp as (name: string, ...rest: unknown[]) => unknown;
  const names = Object.getOwnPropertyNames(binding) as (keyof typeof binding)[];
  const copy = Object.fromEntries(names.map((name) => [name, binding[name]]));
  copy.executeOp = (name: string, ...rest: unknown[]) => {
    seen.push(name);
    return executeOp.call(binding, name, ...rest);
  };
  backend.binding = copy;
  try {
    work();
  } finally {
    backend.binding = binding;
  }
  return seen;
};
