import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../src/errors';
import { cacheFolder, projectFolder } from '../../src/paths';
import { median } from '../measure';
import { missingPeers, peerEnvironment, peerFile, peerPython } from '../peers';
import { type Ran, runCommand } from '../process';
import type { Goal, Measurement, Row, Settings } from '../row';

/** 200 photos of five flowers to train on and 150 to judge by. */
const FLOWERS = join(dirname(projectFolder), 'shared', 'data', 'flowers');

type KerasVariant = 'feature-extraction' | 'hybrid' | 'fine-tune';

/**
 * tunebook's cache in a folder of its own, empty but for the weights, so that neither what is cached already nor what the
 * bench leaves behind plays a part.
 */
export function benchCache(name: string): NodeJS.ProcessEnv {
  const folder = join(projectFolder, 'build', 'bench', `cache-${name}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(cacheFolder('weights'), join(folder, 'weights'));
  return { ...peerEnvironment(), TUNEBOOK_CACHE: folder };
}

/** `tunebook train`, from the start of the process to its end. */
export function tunebookTrain(parameters: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return runCommand(
    process.execPath,
    [join(projectFolder, 'kernel-setup', 'tunebook.mjs'), 'train', '--json', ...parameters],
    env,
  );
}

function kerasTrain(variant: KerasVariant, epochs: number, { shared, onProgress }: Settings): Promise<Ran> {
  const key = `keras ${variant} ${epochs}`;
  if (!shared.has(key)) {
    onProgress(`Keras trains ${variant}`);
    const missing = missingPeers();
    const weights = cacheFolder('weights', 'efficientnet-lite0.safetensors');
    const parameters = [peerFile('keras_photos.py'), '--data', FLOWERS, '--weights', weights];
    parameters.push('--variant', variant, '--epochs', String(epochs));
    const ran = missing ? Promise.reject(new Error(missing)) : runCommand(peerPython(), parameters, peerEnvironment());
    shared.set(key, ran);
  }
  return shared.get(key) as Promise<Ran>;
}

interface Photos {
  name: string;
  work: string;
  epochs: number;
  /** of `tunebook train` */
  parameters: readonly string[];
  keras: KerasVariant;
  goals: Goal[];
  /** run once before, so that the cache is full */
  warm?: boolean;
  /** how often tunebook runs; Keras runs once */
  runs: number;
}

function photos({ name, work, epochs, parameters, keras, goals, warm = false, runs }: Photos): Row {
  return {
    name,
    work,
    unit: 's',
    goals,
    async measure(settings) {
      if (!existsSync(FLOWERS))
        throw new Error('the photos (shared/data/flowers beside the project) are not on this machine');
      const measurement: Measurement = { values: {}, memory: {}, accuracy: {}, notes: [] };
      const all = ['--data', FLOWERS, '--epochs', String(settings.quick ? 2 : epochs), ...parameters];
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
      try {
        const ran = await kerasTrain(keras, settings.quick ? 2 : epochs, settings);
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

const keras = (ratio: number): Goal[] => [{ peers: ['keras'], ratio }];
const head = 'photos to a trained head, 20 epochs';

/**
 * From the start of the command to a trained and evaluated model: EfficientNet-Lite0 at 224 px. Keras runs the code of
 * its guide, which augments (flip, rotation) and passes through the frozen part in every epoch.
 */
export const photoRows: readonly Row[] = [
  photos({
    name: 'photos-cold',
    work: `${head}, nothing cached`,
    epochs: 20,
    parameters: [],
    keras: 'feature-extraction',
    goals: keras(8),
    runs: 3,
  }),
  photos({
    name: 'photos-views',
    work: `${head}, nothing cached, 8 augmented views`,
    epochs: 20,
    parameters: ['--augment', 'light', '--views', '8'],
    keras: 'feature-extraction',
    goals: keras(3),
    runs: 2,
  }),
  photos({
    name: 'photos-warm',
    work: `${head}, features cached`,
    epochs: 20,
    parameters: [],
    keras: 'feature-extraction',
    goals: keras(30),
    warm: true,
    runs: 5,
  }),
  photos({
    name: 'hybrid',
    work: 'photos to the last block fine-tuned, 10 epochs',
    epochs: 10,
    parameters: ['--variant', 'hybrid', '--blocks', '2'],
    keras: 'hybrid',
    goals: keras(3),
    runs: 2,
  }),
  photos({
    name: 'fine-tune-all',
    work: 'photos to all layers fine-tuned, 10 epochs',
    epochs: 10,
    parameters: ['--variant', 'fine-tune-all'],
    keras: 'fine-tune',
    goals: keras(1.1),
    runs: 1,
  }),
];
