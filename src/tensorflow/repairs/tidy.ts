import * as tf from '#tfjs';

/**
 * Let `tf.tidy` return typed arrays, and lists or objects of them, without delay: tfjs 4.22 searches each element for tensors, which takes
 * longer than to compute them (1.5 s for the pixels of 32 pictures of 224 x 224).
 */
export function repairTidy(): void {
  const engine = tf.engine() as unknown as { endScope(result?: unknown): void };
  const endScope = engine.endScope.bind(engine);
  engine.endScope = (result) => endScope(withoutNumbers(result));
}

/** What of a result can be a tensor, or hold one. */
function withoutNumbers(result: unknown): unknown {
  if (ArrayBuffer.isView(result)) return undefined;
  if (typeof result !== 'object' || result === null) return result;
  const plain = Array.isArray(result) || Object.getPrototypeOf(result) === Object.prototype;
  return plain ? Object.values(result).filter((part) => !ArrayBuffer.isView(part)) : result;
}
