import type { Augmentation } from '../augment';
import type { Example } from '../data';
import type { Backbone } from '../models';
import { type ExtractFeaturesOptions, extractFeatures, type Features, selectRows } from './features';
import { PictureNetwork } from './pictureNetwork';
import { PixelMemory } from './pixelMemory';

/** One augmented look at pictures. The same picture, augmentation, seed and number give the same pixels. */
export interface AugmentedView {
  augmentation: Augmentation;
  seed: number;
  /** 1 for the first */
  number: number;
}

/** Labelled rows to train a head on. */
export type FeatureRows = ReturnType<typeof selectRows>;

export interface ExtractViewsOptions extends Omit<ExtractFeaturesOptions, 'view'> {
  augmentation: Augmentation;
  /** how many looks at each picture */
  views: number;
  seed?: number;
}

/**
 * The features of several augmented looks at pictures, each computed once: a frozen backbone is augmented for by widening
 * the training set, not by running the backbone anew in every epoch.
 *
 * @returns one set of features a view
 */
export async function extractViews(
  backbone: Backbone,
  examples: readonly Example[],
  { augmentation, views, seed = 0, ...options }: ExtractViewsOptions,
): Promise<Features[]> {
  const results: Features[] = [];
  const network = options.network ?? new PictureNetwork(backbone, examples.length * views, options.listener?.onMessage);
  const memory = options.memory ?? new PixelMemory();
  try {
    for (let number = 1; number <= views; number++) {
      if (options.listener?.shouldStop?.()) break;
      const view = { augmentation, seed, number };
      results.push(await extractFeatures(backbone, examples, { ...options, network, memory, view }));
    }
  } finally {
    if (!options.network) network.dispose();
  }
  return results;
}

/** Rows with those of views of the same pictures after them. */
export function withViews(rows: FeatureRows, views: readonly Features[]): FeatureRows {
  const parts = [rows, ...views.map((features) => selectRows(features, rows.examples))];
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let place = 0;
  for (const part of parts) {
    values.set(part.values, place);
    place += part.values.length;
  }
  return {
    values,
    shape: rows.shape,
    labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
    examples: parts.flatMap(({ examples }) => examples),
  };
}

/** What several extractions took, together. */
export function sumSeconds(all: readonly Features[]): { decode: number; features: number } {
  return {
    decode: all.reduce((sum, { seconds }) => sum + seconds.decode, 0),
    features: all.reduce((sum, { seconds }) => sum + seconds.features, 0),
  };
}
