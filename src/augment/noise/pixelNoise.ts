import { tf } from '../../tensorflow';
import type { Draws } from '../batch';
import { runNative } from '../native';

/**
 * Random numbers for every pixel, from TensorFlow's stateless generator (Philox, Salmon et al. 2011). Its seed is two numbers of
 * the picture's own random number generator, so that the result does not depend on the batch.
 *
 * @param kind standard normal, or uniform in [0, 1)
 * @param shape of one picture's numbers
 * @returns [batch, ...shape]
 */
export function drawPixels(kind: 'normal' | 'uniform', draws: Draws, shape: readonly number[]): tf.Tensor {
  const name = kind === 'normal' ? 'StatelessRandomNormal' : 'StatelessRandomUniform';
  return tf.tidy(() => {
    const size = tf.tensor1d(shape as number[], 'int32');
    return tf.stack(
      draws.map((random) => {
        const seed = tf.tensor1d([random.integer(2 ** 31), random.integer(2 ** 31)], 'int32');
        return runNative(name, { dtype: 'float32', T: 'int32', Tseed: 'int32' }, [size, seed]);
      }),
    );
  });
}
