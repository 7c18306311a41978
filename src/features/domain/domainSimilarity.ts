import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import type { Dataset } from '../../data';
import { type Backbone, type BackboneName, type BackboneSource, loadBackbone } from '../../models';
import { isBatchNormalization } from '../../tensorflow';
import { activationStatistics } from './activationStatistics';
import { areUntrained, layerDistance, networkDistance } from './domainDistance';
import { type DomainReferences, domainReferences, someOf } from './domainReferences';

/** How similar a dataset is to the pictures that a backbone was trained on, measured with the backbone. */
export interface DomainSimilarity {
  /** name of the backbone */
  backbone: BackboneName;
  /** from 0, equal statistics, to 1; null for a network without batch normalization, such as VGG */
  distance: number | null;
  /** from 1, no distance, to 0, as far as noise or farther; null where the distance is */
  similarity: number | null;
  /** `similar`: nearer to photos than to drawings; `far`: nearer to noise than to drawings; `different`: in between */
  verdict: 'similar' | 'different' | 'far' | 'unknown';
  /** the verdict and the distances, in a sentence */
  explanation: string;
  /** distances of photos, drawings and noise with the same network; null where the distance is */
  references: DomainReferences | null;
  /** a row for each batch normalization, from the input to the output; columns `layer`, `distance` */
  layers: ColumnTable;
  /** number of pictures that were measured */
  pictures: number;
}

/** Options of `domainSimilarity`. */
export interface DomainSimilarityOptions {
  /** pictures to measure, drawn at random, at least 8. Default: 128, enough for means and variances of channels */
  pictures?: number;
  /** decides which pictures are drawn. Default: 0 */
  seed?: number;
  /** receives progress in pictures. Default: none */
  listener?: Listener;
}

/** With fewer pictures the means are so uncertain that the distance comes out too large. */
const FEWEST = 8;

/**
 * Measure how similar a dataset is to the pictures that a backbone was trained on. Those pictures are not needed: each batch
 * normalization keeps the mean and variance of its channels over them (Ioffe and Szegedy 2015), and these differ between
 * domains (Li et al. 2017, Revisiting Batch Normalization for Practical Domain Adaptation). The distance is the Hellinger
 * distance between those statistics and the dataset's, averaged over channels and layers.
 *
 * Compare it with the references, which are measured with the same network. It says whether the pictures look like photos to
 * the network, not whether its features separate the classes: for that see {@link compareBackbones}.
 *
 * @param backbone a loaded backbone, or one to load: a name, or an architecture with weights of your own
 * @throws {UserError} if fewer than 8 pictures can be read, or the weights are not pre-trained
 *
 * @example
 * ```ts no-run
 * import { domainSimilarity, imageFolder } from 'tunebook';
 * const { verdict, explanation } = await domainSimilarity(imageFolder('photos'), 'efficientnet-lite0');
 * console.log(verdict, explanation); // such as: similar, with the distances of photos, drawings and noise
 * ```
 */
export async function domainSimilarity(
  dataset: Dataset,
  backbone: Backbone | BackboneSource,
  options?: DomainSimilarityOptions,
): Promise<DomainSimilarity> {
  const { pictures, seed, listener } = withDefaults('domainSimilarity', options, {
    ...{ pictures: 128, seed: 0 },
    listener: {} as Listener,
  });
  checkNumber('domainSimilarity: pictures', pictures, { min: FEWEST, integer: true });
  if (typeof backbone === 'string' || !('model' in backbone)) {
    const loaded = await loadBackbone(backbone, { listener });
    return domainSimilarity(dataset, loaded, options).finally(() => loaded.model.dispose());
  }
  const { title, preprocessing } = backbone.entry;
  if (preprocessing.channels !== undefined) {
    return unknown(
      backbone,
      `the pictures have ${preprocessing.channels} channels, and those that ${title} was trained on have red, green and blue: they cannot be compared`,
    );
  }
  if (!backbone.model.layers.some(isBatchNormalization)) {
    return unknown(
      backbone,
      `${title} has no batch normalization, and so keeps no statistics of the pictures it was trained on: use a network that has, such as efficientnet-lite0; all were trained on ImageNet`,
    );
  }
  const examples = someOf(dataset.examples, pictures, seed);
  const found = await activationStatistics(backbone, examples, { task: 'domain similarity', listener });
  if (listener.shouldStop?.()) throw new UserError('domainSimilarity: stopped before all pictures were measured');
  if (found.pictures < FEWEST) {
    throw new UserError(
      `domainSimilarity: ${found.pictures} pictures could be read, expected at least ${FEWEST}, as fewer give no reliable means and variances`,
    );
  }
  if (areUntrained(found.layers)) {
    throw new UserError(
      `domainSimilarity: the weights of ${backbone.entry.title} are not pre-trained, so their statistics describe no pictures: load it with weights: 'imagenet'`,
    );
  }
  const distance = networkDistance(found.layers);
  const references = await domainReferences(backbone, listener);
  const verdict = judge(distance, references);
  return {
    backbone: backbone.entry.name,
    distance,
    similarity: Math.min(1, Math.max(0, 1 - distance / references.noise)),
    verdict,
    explanation: inWords(backbone.entry.title, distance, references, verdict),
    references,
    layers: arquero.table({
      layer: found.layers.map(({ layer }) => layer),
      distance: found.layers.map(layerDistance),
    }),
    pictures: found.pictures,
  };
}

/** Where photos were not measured, their distance is taken as a third of that of drawings, as in the networks where they were. */
function judge(distance: number, { photos, drawings, noise }: DomainReferences): Judged {
  if (distance > (drawings + noise) / 2) return 'far';
  return distance > ((photos ?? drawings / 3) + drawings) / 2 ? 'different' : 'similar';
}

type Judged = Exclude<DomainSimilarity['verdict'], 'unknown'>;

const MEANING: Record<Judged, string> = {
  similar: 'they look like photos to the network, so its features are likely to suit them without fine-tuning',
  different: 'they look unlike the photos it was trained on, so expect to fine-tune more of its upper blocks',
  far: 'they are nearer to noise than to drawings, so published accuracies say little: compare backbones on the pictures themselves',
};

function inWords(
  title: string,
  distance: number,
  { photos, drawings, noise }: DomainReferences,
  verdict: Judged,
): string {
  const d = (value: number) => value.toFixed(3);
  const others = [...(photos === null ? [] : [`photos ${d(photos)}`]), `drawings ${d(drawings)}`, `noise ${d(noise)}`];
  return `distance ${d(distance)} from the pictures that ${title} was trained on (${others.join(', ')}): ${MEANING[verdict]}`;
}

function unknown({ entry }: Backbone, explanation: string): DomainSimilarity {
  return {
    ...{ backbone: entry.name, distance: null, similarity: null, verdict: 'unknown', references: null, pictures: 0 },
    explanation,
    layers: arquero.table({ layer: [], distance: [] }),
  };
}
