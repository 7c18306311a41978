import { existsSync, readFileSync } from 'node:fs';
import { writeFileAtomically } from '../../core/files';
import type { Listener } from '../../core/listener';
import { cacheFolder } from '../../core/paths';
import { Random } from '../../core/random';
import { type Example, imageFolder, resizedSide } from '../../data';
import type { Backbone } from '../../models';
import { activationStatistics } from './activationStatistics';
import { networkDistance } from './domainDistance';
import photos from './photoReferences.json';

/** Distances of well-known kinds of pictures, measured with the same network, to compare a dataset's distance with. */
export interface DomainReferences {
  /** of photos, as the network was trained on; null for weights for which it has not been measured */
  photos: number | null;
  /** of the emoji of the sample dataset: flat drawings on white */
  drawings: number;
  /** of pictures of random pixels */
  noise: number;
}

/** The distance of photos for one file of weights at one input size, measured by `bench/photoReferences.ts`. */
export interface PhotoReference {
  backbone: string;
  weightsHash: string;
  inputSize: number;
  /** how many photos, and which */
  pictures: number;
  source: string;
  distance: number;
}

const photoReferences: readonly PhotoReference[] = photos;

/** Must change whenever the computation of distances changes, so that cached ones are not used. */
const VERSION = 2;
const DRAWINGS = 64;
const NOISE = 8; // few are enough, as noise pictures hardly differ in their statistics

/**
 * The distances of drawings and of noise, computed once for each network and then cached; and of photos, which are not part of
 * the package: their distances are in `photoReferences.json`, written by `node dist/bench/photoReferences.js`.
 */
export async function domainReferences(backbone: Backbone, listener: Listener = {}): Promise<DomainReferences> {
  const { entry, weightsHash } = backbone;
  const { inputSize } = entry.preprocessing;
  const known = photoReferences.find((row) => row.weightsHash === weightsHash && row.inputSize === inputSize);
  const file = cacheFolder('advice', `${entry.name}-${inputSize}-${weightsHash.slice(0, 16)}-v${VERSION}.json`);
  if (existsSync(file)) return { photos: known?.distance ?? null, ...JSON.parse(readFileSync(file, 'utf8')) };
  const distance = async (examples: readonly Example[], task: string) =>
    networkDistance((await activationStatistics(backbone, examples, { task, listener })).layers);
  const drawings = await distance(someOf(imageFolder('emoji').examples, DRAWINGS, 0), 'reference: drawings');
  const noise = await distance(noisePictures(backbone), 'reference: noise');
  if (!listener.shouldStop?.()) writeFileAtomically(file, JSON.stringify({ drawings, noise }));
  return { photos: known?.distance ?? null, drawings, noise };
}

/** Draw examples at random, the same for the same seed. */
export function someOf(examples: readonly Example[], count: number, seed: number): Example[] {
  return new Random(seed, 'pictures to look at').shuffled(examples).slice(0, count);
}

/** Pictures of random pixels, of the size at which nothing is resized, as resizing would smooth them. */
function noisePictures({ entry: { preprocessing } }: Backbone): Example[] {
  const side = resizedSide(preprocessing);
  const random = new Random(0, 'noise');
  return Array.from({ length: NOISE }, (_, i) => {
    const data = Uint8Array.from({ length: side * side * 3 }, () => random.integer(256));
    return { file: `noise/${i}`, label: -1, pixels: { data, width: side, height: side } };
  });
}
