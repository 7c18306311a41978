import type { EmbeddedPoint } from '../../charts';
import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { Random } from '../../core/random';
import { type Example, thumbnail } from '../../data';

/** Options of `embed`. */
export interface EmbedOptions {
  /**
   * `pca`: the two directions of largest variance (principal components, Pearson 1901); distances are approximately kept.
   * `umap` (McInnes, Healy and Melville 2018): neighbours stay neighbours, distances between groups mean little. Default: `pca`
   */
  method?: 'pca' | 'umap';
  /** of UMAP's random numbers. Default: 0 */
  seed?: number;
  /** of UMAP: how many nearest neighbours of each picture count, at least 2. Default: 15, or all others where there are fewer */
  neighbors?: number;
}

/**
 * Project features to two dimensions, to draw them.
 *
 * @param values one row of features an example, row-major, as `extractFeatures` returns them // [examples x length]
 * @param length of a row
 * @returns one point a row; the same for the same seed
 * @throws {UserError} if there are fewer than three rows, or features are not finite
 *
 * @example
 * ```ts
 * import { explain } from 'tunebook';
 * const values = Float32Array.from([0, 0, 1, 1, 2, 2]); // three rows of two features
 * const points = explain.embed(values, 2);
 * points.map(({ x }) => Math.round(Math.abs(x))); // => [ 1, 0, 1 ]
 * ```
 */
export function embed(values: Float32Array, length: number, options?: EmbedOptions): { x: number; y: number }[] {
  const { method, seed, neighbors } = withDefaults<Required<EmbedOptions>>('embed', options, {
    method: 'pca',
    seed: 0,
    neighbors: 15,
  });
  checkNumber('embed: length', length, { min: 2, integer: true });
  checkNumber('embed: neighbors', neighbors, { min: 2, integer: true });
  const count = values.length / length;
  if (!Number.isInteger(count) || count < 3)
    throw new UserError(`embed: expected at least three rows of ${length} features, got ${values.length} values`);
  if (!values.every(Number.isFinite)) throw new UserError('embed: a feature is not a finite number');
  const rows = Array.from({ length: count }, (_, i) => Array.from(values.subarray(i * length, (i + 1) * length)));
  if (method === 'pca') {
    const { PCA } = require('ml-pca') as typeof import('ml-pca'); // loaded only when used, as is UMAP, to keep the import of tunebook fast
    const pca = new PCA(rows, { method: 'NIPALS', nCompNIPALS: 2 });
    return pca
      .predict(rows, { nComponents: 2 })
      .to2DArray()
      .map(([x, y]) => ({ x: coordinate(x), y: coordinate(y) }));
  }
  if (method !== 'umap') throw new UserError(`embed: method must be 'pca' or 'umap', got '${String(method)}'`);
  const random = new Random(seed, 'umap');
  const { UMAP } = require('umap-js') as typeof import('umap-js');
  const umap = new UMAP({ nNeighbors: Math.min(neighbors, count - 1), random: () => random.uniform() });
  return umap.fit(rows).map(([x = 0, y = 0]) => ({ x, y }));
}

/** A coordinate; PCA returns NaN along a direction in which all rows are equal. */
const coordinate = (value = 0): number => (Number.isNaN(value) ? 0 : value);

/** Features with their examples and labels, as `extractFeatures` returns them. */
export interface EmbeddedFeatures {
  /** one row of features an example, row-major // [examples x length] */
  values: Float32Array;
  /** of a row */
  length: number;
  /** the pictures, in the order of the rows */
  examples: readonly Example[];
  /** class indices // [examples] */
  labels: Int32Array;
}

/**
 * Make the points of `charts.embeddingChart`: the position of each picture, its class, the picture itself for the tooltip, and
 * whether it was misclassified.
 *
 * @param classes class names
 * @param options those of {@link embed}; `predictions` of the same pictures, to mark the misclassified ones (default: none);
 *   `size` of the tooltips' pictures in pixels, 0 for none (default: 56): a thousand of them add some 3 MB to a notebook
 * @throws {UserError} as {@link embed}, and if the numbers of rows, examples and labels differ
 *
 * @example
 * ```ts
 * import { charts, explain, extractFeatures, imageFolder, openRun } from 'tunebook';
 * const { examples, classes } = imageFolder('photos');
 * const { network } = await openRun('runs/first');
 * const points = await explain.embedPictures(await extractFeatures(network, examples), classes);
 * charts.embeddingChart(points); // a notebook draws the chart if it is the last value of a cell
 * points.length === examples.length; // => true
 * ```
 */
export async function embedPictures(
  { values, length, examples, labels }: EmbeddedFeatures,
  classes: readonly string[],
  options?: EmbedOptions & {
    predictions?: readonly { file: string; predicted: number; label: number }[];
    size?: number;
  },
): Promise<EmbeddedPoint[]> {
  const { predictions = [], size = 56, ...rest } = options ?? {};
  const byFile = new Map(predictions.map((prediction) => [prediction.file, prediction]));
  const points = embed(values, length, rest);
  if (examples.length !== points.length || labels.length !== points.length) {
    throw new UserError(
      `embedPictures: got ${points.length} rows of features, ${examples.length} examples and ${labels.length} labels; give the same number of each, as extractFeatures returns them`,
    );
  }
  return Promise.all(
    examples.map(async (example, i) => {
      const prediction = byFile.get(example.file);
      const wrong = prediction !== undefined && prediction.predicted !== prediction.label;
      return {
        ...points[i]!,
        class: classes[labels[i]!] ?? `class ${labels[i]}`,
        note: wrong ? `predicted: ${classes[prediction.predicted]}` : example.file.split(/[\\/]/).at(-1)!,
        wrong,
        ...(size > 0 && { url: await thumbnail(example, { size }) }),
      };
    }),
  );
}
