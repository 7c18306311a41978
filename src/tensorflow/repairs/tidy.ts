import * as tf from '#tfjs';

/**
 * Let `tf.tidy` return typed arrays without delay: tfjs 4.22 searches each element for tensors, which takes longer than to compute
 * them (1.5 s for the pixels of 32 pictures of 224 x 224).
 */
export function repairTidy(): void {
  const engine = tf.engine() as unknown as { endScope(result?: unknown): void };
  const endScope = engine.endScope.bind(engine);
  engine.endScope = (result) => endScope(ArrayBuffer.isView(result) ? undefined : result);
}
