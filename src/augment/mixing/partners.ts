import { tf } from '../../tensorflow';
import { type Draws, takeRows } from '../batch';

/**
 * A partner for each picture of a batch: pictures are sorted by a random number each, and mixed with the next one. The result does
 * not depend on the order of the batch, but on which pictures are in it.
 */
export function drawPartners(draws: Draws): number[] {
  const order = draws.map((random, row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const partners = new Array<number>(draws.length);
  order.forEach(({ row }, place) => {
    partners[row] = order[(place + 1) % order.length]!.row;
  });
  return partners;
}

/**
 * Mix labels with those of the partners.
 *
 * @param own weight of each picture's own label, 0 to 1
 */
export function mixLabels(labels: tf.Tensor2D, partners: readonly number[], own: readonly number[]): tf.Tensor2D {
  return tf.tidy(() => {
    const weight = tf.tensor2d(own as number[], [own.length, 1]);
    return labels.mul(weight).add(takeRows(labels, partners).mul(tf.sub(1, weight))) as tf.Tensor2D;
  });
}
