import type { LayerStatistics } from './activationStatistics';

/**
 * The distance between a dataset and the training pictures in one layer: the Hellinger distance (1909) between the normal
 * distributions with the two means and variances of each channel, averaged over channels. 0: equal; 1: no overlap. As it is
 * bounded, a channel that was constant in pre-training counts no more than any other.
 */
export function layerDistance({ dataset, training, epsilon }: LayerStatistics): number {
  const channels = dataset.mean.length;
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const [a, b] = [dataset.variance[c]! + epsilon, training.variance[c]! + epsilon];
    const shift = dataset.mean[c]! - training.mean[c]!;
    const overlap = Math.sqrt((2 * Math.sqrt(a * b)) / (a + b)) * Math.exp((-shift * shift) / (4 * (a + b)));
    sum += Math.sqrt(Math.max(0, 1 - overlap));
  }
  return sum / channels;
}

/** The mean of {@link layerDistance} over all layers. */
export function networkDistance(layers: readonly LayerStatistics[]): number {
  return layers.reduce((sum, layer) => sum + layerDistance(layer), 0) / layers.length;
}

/** Whether the moving statistics still have their initial values, from before any training. */
export function areUntrained(layers: readonly LayerStatistics[]): boolean {
  return layers.every(
    ({ training: { mean, variance } }) => mean.every((m) => m === 0) && variance.every((v) => v === 0 || v === 1),
  );
}
