import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/core/errors';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { freshCache } from '../cache';
import { median } from '../measure';
import { missingPeers, peerEnvironment, peerFile, peerPython, startPeer } from '../peers';
import { type Ran, runCommand } from '../process';
import type { Goal, Measurement, Requirement, Row, Settings } from '../row';

type KerasVariant = 'feature-extraction' | 'hybrid' | 'fine-tune';

/** Environment variables of a process whose cache contains nothing computed. */
export function benchCache(name: string): NodeJS.ProcessEnv {
  const folder = join(projectFolder, 'build', 'bench', `cache-${name}`);
  freshCache(folder);
  return { ...peerEnvironment(), TUNEBOOK_CACHE: folder };
}

/** Runs `tunebook train`, from the start of its process to its end. */
export function tunebookTrain(parameters: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return runCommand(
    process.execPath,
    [join(projectFolder, 'kernel-setup', 'tunebook.mjs'), 'train', '--json', ...parameters],
    env,
  );
}

function kerasTrain(variant: KerasVariant, epochs: number, settings: Settings): Promise<Ran> {
  const { shared, photos: folder, onProgress } = settings;
  const key = `keras ${variant} ${epochs}`;
  if (!shared.has(key)) {
    onProgress(`Keras trains ${variant}`);
    const missing = missingPeers();
    const weights = cacheFolder('weights', 'efficientnet-lite0.safetensors');
    const parameters = [peerFile('keras_photos.py'), '--data', folder, '--weights', weights];
    parameters.push('--variant', variant, '--epochs', String(epochs));
    const ran = missing ? Promise.reject(new Error(missing)) : runCommand(peerPython(), parameters, peerEnvironment());
    shared.set(key, ran);
  }
  return shared.get(key) as Promise<Ran>;
}

/** Numbers of pictures and epochs, and floating-point operations per picture: in all layers, and in the last two blocks. */
interface Counts {
  train: number;
  validation: number;
  epochs: number;
  all: number;
  top: number;
}

interface Photos {
  name: string;
  work: string;
  epochs: number;
  /** options of `tunebook train` */
  parameters: readonly string[];
  keras: KerasVariant;
  goals: Goal[];
  requirements?: Requirement[];
  /** floating-point operations in the backbone; training takes three times those of a forward pass. Default: 0 */
  flops?: (counts: Counts) => number;
  /** run once before the measurement, so that the cache is full */
  warm?: boolean;
  /** how many times tunebook runs; Keras runs once */
  runs: number;
}

function photos({
  name,
  work,
  epochs,
  parameters,
  keras,
  goals,
  requirements,
  flops,
  warm = false,
  runs,
}: Photos): Row {
  return {
    name,
    work,
    unit: 's',
    goals,
    requirements,
    async measure(settings) {
      const { photos: folder } = settings;
      if (!existsSync(folder)) throw new Error(`there are no photos in ${folder}: name a folder with --photos`);
      const measurement: Measurement = { values: {}, memory: {}, accuracy: {}, notes: [] };
      const planned = settings.quick ? 2 : epochs;
      const all = ['--data', folder, '--epochs', String(planned), ...parameters];
      const own: Ran[] = [];
      let env = benchCache(name);
      if (warm) await tunebookTrain(all, env);
      for (let run = 0; run < (settings.quick ? 1 : runs); run++) {
        settings.onProgress(`tunebook trains, run ${run + 1}`);
        if (run > 0 && !warm) env = benchCache(name);
        own.push(await tunebookTrain(all, env));
      }
      measurement.values.tunebook = median(own.map(({ seconds }) => seconds));
      measurement.memory!.tunebook = median(own.map(({ memory }) => memory));
      measurement.accuracy!.tunebook = own[0]!.answer.accuracy as number;
      measurement.rounds = own.length;
      if (flops) {
        const { train, validation } = own[0]!.answer.pictures as Counts;
        measurement.flops = flops({ train, validation, epochs: planned, ...(await networkFlops(settings)) });
      }
      try {
        const ran = await kerasTrain(keras, planned, settings);
        measurement.values.keras = ran.seconds;
        measurement.memory!.keras = ran.memory;
        measurement.accuracy!.keras = ran.answer.accuracy as number;
      } catch (error) {
        measurement.notes.push(`Keras: ${messageOf(error)}`);
      }
      return measurement;
    },
  };
}

/** Floating-point operations of EfficientNet-Lite0 for one picture. */
function networkFlops({ shared }: Settings): Promise<Pick<Counts, 'all' | 'top'>> {
  const count = async () => {
    const peer = startPeer('tunebook');
    try {
      const work = {
        kind: 'forward',
        network: 'efficientnet-lite0',
        batch: 1,
        size: 224,
        blocks: TRAINED_BLOCKS,
      } as const;
      const { flops, flopsOfBlocks } = await peer.prepare(work);
      return { all: flops!, top: flopsOfBlocks! };
    } finally {
      peer.end();
    }
  };
  if (!shared.has('flops')) shared.set('flops', count());
  return shared.get('flops') as Promise<Pick<Counts, 'all' | 'top'>>;
}

/** Number of blocks that the hybrid row trains: the last block and the convolution after it. */
const TRAINED_BLOCKS = 2;

const keras = (ratio: number): Goal[] => [
  { peers: ['keras'], ratio },
  { peers: ['keras'], ratio: 1, of: 'memory' },
];
/** Keras gives its accuracy in float32, which may be rounded up. */
const ROUNDING = 1e-6;
const asGood: Requirement = {
  text: 'accuracy of Keras',
  isMet: ({ accuracy }) =>
    accuracy?.tunebook === undefined || accuracy.keras === undefined
      ? undefined
      : accuracy.tunebook >= accuracy.keras - ROUNDING,
};
const VIEWS = 8;
const head = 'photos to a trained head, 20 epochs';

/**
 * From the start of the command to a trained and evaluated model: EfficientNet-Lite0 at 224 px. Keras runs the code of its guide, which
 * augments (flip, rotation) and runs the frozen part again in every epoch.
 */
export const photoRows: readonly Row[] = [
  photos({
    name: 'photos-cold',
    work: `${head}, nothing cached`,
    epochs: 20,
    parameters: [],
    keras: 'feature-extraction',
    goals: keras(8),
    requirements: [asGood],
    flops: ({ train, validation, all }) => (train + validation) * all,
    runs: 2,
  }),
  photos({
    name: 'photos-views',
    work: `${head}, nothing cached, ${VIEWS} augmented views`,
    epochs: 20,
    parameters: ['--augment', 'light', '--views', String(VIEWS)],
    keras: 'feature-extraction',
    goals: keras(3),
    requirements: [asGood],
    flops: ({ train, validation, all }) => (VIEWS * train + train + validation) * all,
    runs: 1,
  }),
  photos({
    name: 'photos-warm',
    work: `${head}, features cached`,
    epochs: 20,
    parameters: [],
    keras: 'feature-extraction',
    goals: keras(30),
    requirements: [asGood],
    warm: true,
    runs: 5,
  }),
  photos({
    name: 'hybrid',
    work: 'photos to the last block fine-tuned, 10 epochs',
    epochs: 10,
    parameters: ['--variant', 'hybrid', '--recipe', 'none', '--blocks', String(TRAINED_BLOCKS)],
    keras: 'hybrid',
    goals: keras(3),
    requirements: [asGood],
    flops: ({ train, validation, epochs, all, top }) =>
      (train + validation) * (all - top) + epochs * (3 * train + validation) * top,
    runs: 2,
  }),
  photos({
    name: 'fine-tune-all',
    work: 'photos to all layers fine-tuned, 5 epochs',
    epochs: 5,
    parameters: ['--variant', 'fine-tune-all', '--recipe', 'none'],
    keras: 'fine-tune',
    goals: keras(1.1),
    requirements: [asGood],
    flops: ({ train, validation, epochs, all }) => epochs * (3 * train + validation) * all,
    runs: 1,
  }),
];
