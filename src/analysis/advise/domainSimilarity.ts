import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import type { Dataset } from '../../data';
import { type Backbone, type BackboneName, loadBackbone } from '../../models';
import { isBatchNormalization } from '../../tensorflow';
import { activationStatistics } from './activationStatistics';
import { areUntrained, layerDistance, networkDistance } from './domainDistance';
import { type DomainReferences, domainReferences, someOf } from './domainReferences';

/** How much pictures resemble those that a backbone was trained on, as the backbone itself sees it. */
export interface DomainSimilarity {
  backbone: BackboneName;
  /**
   * from 0, the pictures that the weights were trained on, to 1; null for a network that keeps no statistics of them, as VGG,
   * which has no batch normalization
   */
  distance: number | null;
  /** the distance put on a scale from 1 (none) to 0 (as far as noise, or farther); null as the distance */
  similarity: number | null;
  /** 'similar': nearer to photos than to drawings; 'far': nearer to noise than to drawings; 'different': between */
  verdict: 'similar' | 'different' | 'far' | 'unknown';
  /** the same in words */
  explanation: string;
  references: DomainReferences | null;
  /** columns layer, distance: from the picture upwards */
  layers: ColumnTable;
  /** how many pictures were looked at */
  pictures: number;
}

export interface DomainSimilarityOptions {
  /** pictures to look at, drawn at random; default 128: means and variances of channels need no more */
  pictures?: number;
  /** default 0 */
  seed?: number;
  listener?: Listener;
}

/** Fewer pictures look far away only because their means are uncertain. */
const FEWEST = 8;

/**
 * How far a dataset lies from what a backbone was trained on, without a picture of that: each batch normalization remembers
 * mean and variance of its channels over the training pictures (Ioffe and Szegedy 2015), and these differ between domains (Li
 * et al. 2017, Revisiting Batch Normalization for Practical Domain Adaptation). The distance is Hellinger's between what is
 * remembered and what the dataset gives, averaged over channels and layers.
 *
 * Compare it with the references, which are computed for the same network: it says whether pictures look like photos to the
 * network, not whether its features tell the classes apart; for that see {@link compareBackbones}.
 *
 * @param backbone loaded, or the name of one
 * @throws {UserError} if fewer than 8 pictures can be read, or the weights are no trained ones
 */
export async function domainSimilarity(
  dataset: Dataset,
  backbone: Backbone | BackboneName,
  options?: DomainSimilarityOptions,
): Promise<DomainSimilarity> {
  const { pictures, seed, listener } = withDefaults('domainSimilarity', options, {
    ...{ pictures: 128, seed: 0 },
    listener: {} as Listener,
  });
  checkNumber('domainSimilarity: pictures', pictures, { min: FEWEST, integer: true });
  if (typeof backbone === 'string') {
    const loaded = await loadBackbone(backbone, { listener });
    return domainSimilarity(dataset, loaded, options).finally(() => loaded.model.dispose());
  }
  if (!backbone.model.layers.some(isBatchNormalization)) return unknown(backbone);
  const examples = someOf(dataset.examples, pictures, seed);
  const found = await activationStatistics(backbone, examples, { task: 'domain similarity', listener });
  if (listener.shouldStop?.()) throw new UserError('domainSimilarity: stopped before all pictures were looked at');
  if (found.pictures < FEWEST) {
    throw new UserError(
      `domainSimilarity: ${found.pictures} pictures could be read, expected at least ${FEWEST}: fewer say nothing of means and variances`,
    );
  }
  if (areUntrained(found.layers)) {
    throw new UserError(
      `domainSimilarity: the weights of ${backbone.entry.title} are those before training, and remember no pictures: load it with weights: 'imagenet'`,
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

/** Half of the way to drawings where no photos were measured: those lie a good third of it away in the networks that were. */
function judge(distance: number, { photos, drawings, noise }: DomainReferences): Judged {
  if (distance > (drawings + noise) / 2) return 'far';
  return distance > ((photos ?? drawings / 3) + drawings) / 2 ? 'different' : 'similar';
}

type Judged = Exclude<DomainSimilarity['verdict'], 'unknown'>;

const MEANING: Record<Judged, string> = {
  similar: 'they look like photos to it, so its features are likely to serve as they are',
  different: 'they look unlike the photos it learned from, so expect to train more of its upper blocks',
  far: 'they look nearer to noise than to drawings, so published accuracies say little: compare backbones on the pictures themselves',
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

function unknown({ entry }: Backbone): DomainSimilarity {
  return {
    ...{ backbone: entry.name, distance: null, similarity: null, verdict: 'unknown', references: null, pictures: 0 },
    explanation: `${entry.title} has no batch normalization, and so remembers nothing of the pictures it was trained on: ask a network that has some, such as efficientnet-lite0; ImageNet is what all were trained on`,
    layers: arquero.table({ layer: [], distance: [] }),
  };
}
