import type { LayerStatistics } from './activationStatistics';

/**
 * How far the channels of a layer lie from what its batch normalization remembers: the Hellinger distance (1909) between the
 * two normal distributions with these means and variances, averaged over channels. 0: the same; 1: no overlap. It is bounded, so that
 * a channel that was always silent in pre-training counts as one channel and no more.
 */
export function layerDistance({ here, remembered, epsilon }: LayerStatistics): number {
  const channels = here.mean.length;
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const [a, b] = [here.variance[c]! + epsilon, remembered.variance[c]! + epsilon];
    const shift = here.mean[c]! - remembered.mean[c]!;
    const overlap = Math.sqrt((2 * Math.sqrt(a * b)) / (a + b)) * Math.exp((-shift * shift) / (4 * (a + b)));
    sum += Math.sqrt(Math.max(0, 1 - overlap));
  }
  return sum / channels;
}

/** The mean of {@link layerDistance} over all layers. */
export function networkDistance(layers: readonly LayerStatistics[]): number {
  return layers.reduce((sum, layer) => sum + layerDistance(layer), 0) / layers.length;
}

/** Whether the moving statistics are as they were before any training: they tell of no pictures then. */
export function areUntrained(layers: readonly LayerStatistics[]): boolean {
  return layers.every(
    ({ remembered: { mean, variance } }) => mean.every((m) => m === 0) && variance.every((v) => v === 0 || v === 1),
  );
}
