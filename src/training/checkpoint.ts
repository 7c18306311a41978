import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { checkFolder } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { parseJson } from '../core/readBounded';
import { checkShape, count, listOf, nullable, number, object, optional, type Shape, text } from '../core/shape';
import { type NamedArray, readSafetensors, writeSafetensors } from '../models';
import { tf } from '../tensorflow';
import type { EarlyStoppingState } from './earlyStopping';
import type { PlateauState } from './plateau';
import { layersOf } from './weights';

/** Where training stood at the end of an epoch, beside the tensors. */
export interface TrainingState {
  epoch: number;
  /** steps taken */
  step: number;
  history: EpochRecord[];
  earlyStopping: EarlyStoppingState;
  plateau: PlateauState | null;
  /** settings and data that must be the same for going on */
  fingerprint: string;
}

/** A number that JSON may hold: what is none, as after a training that diverged, is null there. */
const lossy = nullable(number()) as Shape<number>;

const stateShape: Shape<TrainingState> = object<TrainingState>({
  epoch: count(1e6),
  step: count(),
  history: listOf(
    object<EpochRecord>({
      ...{ epoch: count(1e6), loss: lossy, accuracy: lossy, validationLoss: optional(lossy) },
      ...{ validationAccuracy: optional(lossy), learningRate: lossy, seconds: number({ min: 0 }) },
    }),
    { most: 1e6 },
  ),
  earlyStopping: object<EarlyStoppingState>({ bestEpoch: count(1e6), best: nullable(number()), wait: count(1e6) }),
  plateau: nullable(
    object<PlateauState>({ factor: number({ min: 0 }), best: nullable(number()), wait: count(), cooldown: count() }),
  ),
  fingerprint: text(),
});

const fileIn = (folder: string, name: 'last' | 'best') => join(folder, `${name}.safetensors`);

/**
 * Make sure that states can be kept in a folder, before any work is done for them.
 *
 * @returns whether states of an earlier training lie in it
 * @throws {UserError} if it cannot be written
 */
export function checkStateFolder(folder: string): boolean {
  checkFolder(folder, 'the checkpoint');
  return [folder, join(folder, 'stage-1')].some((place) => existsSync(fileIn(place, 'last')));
}

/**
 * Keep the state of training: all that is needed to go on as if there had been no break. Numbers keep every bit.
 *
 * @param tensors everything that changes: weights, slots of the optimizer, averages, weights of the best epoch
 */
export function saveState(folder: string, state: TrainingState, tensors: ReadonlyMap<string, tf.Tensor>): void {
  const arrays = new Map([...tensors].map(([name, tensor]) => [name, toArray(tensor)]));
  writeSafetensors(fileIn(folder, 'last'), arrays, { state: JSON.stringify(state) });
}

/**
 * The state that {@link saveState} kept, or undefined if there is none.
 *
 * @param variables that get the kept values, by the names they were kept under
 * @throws {UserError} if the file is damaged, or is of another training
 */
export function loadState(
  folder: string,
  fingerprint: string,
  variables: ReadonlyMap<string, { shape: number[] }>,
): { state: TrainingState; arrays: Map<string, NamedArray> } | undefined {
  const file = fileIn(folder, 'last');
  if (!existsSync(file)) return undefined;
  const { arrays, notes } = readSafetensors(file);
  const state = checkShape(
    parseJson(notes.state ?? 'null', `the state in ${file}`),
    stateShape,
    `the state in ${file}`,
  );
  const fits = [...variables].every(([name, { shape }]) => arrays.get(name)?.shape.join() === shape.join());
  if (state.fingerprint !== fingerprint || !fits) {
    throw new UserError(
      `${file} is of a training with other settings, data or model: give the same ones, or another folder`,
    );
  }
  return { state, arrays };
}

/** Keep all weights of a model under the names `layer/weight`, as `assignWeights` reads them. */
export function saveBest(folder: string, model: tf.LayersModel, record: EpochRecord): void {
  const arrays = new Map<string, NamedArray>();
  for (const layer of layersOf(model)) {
    for (const weight of layer.weights) {
      const name = weight.originalName.split('/').at(-1)!.replace(/_\d+$/, '');
      arrays.set(`${layer.name}/${name}`, toArray(weight.read()));
    }
  }
  writeSafetensors(fileIn(folder, 'best'), arrays, { record: JSON.stringify(record) });
}

const toArray = (tensor: tf.Tensor): NamedArray => ({
  shape: tensor.shape,
  data: tensor.dataSync() as Float32Array,
});

/** Give a variable the values of an array. */
export function assignArray(variable: tf.Variable, { data, shape }: NamedArray): void {
  tf.tidy(() => variable.assign(tf.tensor(data, shape)));
}
