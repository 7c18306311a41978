import { tf } from '../../tensorflow';
import { type Draws, takeRows } from '../batch';

/**
 * Another picture of the batch for each: the pictures in a random ring, each mixed with the next. The ring follows from each
 * picture's own random number, whatever its place in the batch; but who is in the batch decides who can be a partner.
 */
export function drawPartners(draws: Draws): number[] {
  const ring = draws.map((random, row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const partners = new Array<number>(draws.length);
  ring.forEach(({ row }, place) => {
    partners[row] = ring[(place + 1) % ring.length]!.row;
  });
  return partners;
}

/** Labels with a share of the partner's. @param own each picture's own share, 0 to 1 */
export function mixLabels(labels: tf.Tensor2D, partners: readonly number[], own: readonly number[]): tf.Tensor2D {
  return tf.tidy(() => {
    const share = tf.tensor2d(own as number[], [own.length, 1]);
    return labels.mul(share).add(takeRows(labels, partners).mul(tf.sub(1, share))) as tf.Tensor2D;
  });
}
