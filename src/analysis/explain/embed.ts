import type { EmbeddedPoint } from '../../charts';
import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { Random } from '../../core/random';
import { type Example, thumbnail } from '../../data';

export interface EmbedOptions {
  /**
   * `pca` (default): the two directions in which the features differ most, distances are true as far as two directions can say.
   * `umap` (McInnes, Healy and Melville 2018): neighbours stay neighbours, distances between groups say little.
   */
  method?: 'pca' | 'umap';
  /** of UMAP; 0 unless told */
  seed?: number;
  /** of UMAP: how many neighbours each picture is drawn to; 15 unless told, fewer where there are fewer pictures */
  neighbors?: number;
}

/**
 * Features in the plane.
 *
 * @param values [examples x length], row-major, as `extractFeatures` gives them
 * @param length of a row
 * @returns one point a row; the same for the same seed
 * @throws {UserError} for fewer than three rows, or features that are not finite
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
    const { PCA } = require('ml-pca') as typeof import('ml-pca'); // loaded when used, as is UMAP
    const pca = new PCA(rows, { method: 'NIPALS', nCompNIPALS: 2 });
    return pca
      .predict(rows, { nComponents: 2 })
      .to2DArray()
      .map(([x, y]) => ({ x: known(x), y: known(y) }));
  }
  if (method !== 'umap') throw new UserError(`embed: method must be 'pca' or 'umap', got '${String(method)}'`);
  const random = new Random(seed, 'umap');
  const { UMAP } = require('umap-js') as typeof import('umap-js');
  const umap = new UMAP({ nNeighbors: Math.min(neighbors, count - 1), random: () => random.uniform() });
  return umap.fit(rows).map(([x = 0, y = 0]) => ({ x, y }));
}

/** Where rows lie along a direction: at 0 where there is no such direction, because no rows differ in it. */
const known = (place = 0): number => (Number.isNaN(place) ? 0 : place);

/** Rows of features with what they are of: what `extractFeatures` returns. */
export interface EmbeddedFeatures {
  values: Float32Array;
  length: number;
  examples: readonly Example[];
  labels: Int32Array;
}

/**
 * Points for `embeddingChart`: where each picture lies, its class, the picture itself for the tooltip, and whether it was
 * predicted wrongly.
 *
 * @param classes class names
 * @param options those of {@link embed}; `predictions` of the same pictures; `size` of the tooltips' pictures in pixels, 56
 *   unless told, 0 for none: a thousand of them are some 3 MB of notebook
 * @throws {UserError} as {@link embed}, and if there are not as many examples and labels as rows
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
  const said = new Map(predictions.map((prediction) => [prediction.file, prediction]));
  const points = embed(values, length, rest);
  if (examples.length !== points.length || labels.length !== points.length) {
    throw new UserError(
      `embedPictures: got ${points.length} rows of features, ${examples.length} examples and ${labels.length} labels; give as many of each, as extractFeatures does`,
    );
  }
  return Promise.all(
    examples.map(async (example, i) => {
      const prediction = said.get(example.file);
      const wrong = prediction !== undefined && prediction.predicted !== prediction.label;
      return {
        ...points[i]!,
        class: classes[labels[i]!] ?? `class ${labels[i]}`,
        note: wrong ? `taken for ${classes[prediction.predicted]}` : example.file.split(/[\\/]/).at(-1)!,
        wrong,
        ...(size > 0 && { url: await thumbnail(example, { size }) }),
      };
    }),
  );
}
