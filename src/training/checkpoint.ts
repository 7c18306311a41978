import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../core/errors';
import { checkFolder } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { parseJson } from '../core/readBounded';
import { checkShape, count, listOf, nullable, number, object, optional, type Shape, text } from '../core/shape';
import { type NamedArray, readSafetensors, writeSafetensors } from '../models';
import { readSafetensorsNotes } from '../models/weights/safetensors';
import { tf } from '../tensorflow';
import type { EarlyStoppingState } from './earlyStopping';
import type { PlateauState } from './plateau';
import { layersOf } from './weights';

/** The state of a training at the end of an epoch, without the tensors. */
export interface TrainingState {
  epoch: number;
  /** number of steps so far */
  step: number;
  history: EpochRecord[];
  earlyStopping: EarlyStoppingState;
  plateau: PlateauState | null;
  /** the factor by which the listener has changed all learning rates; missing in states of earlier versions */
  chosenFactor?: number;
  /** hash of the settings and data, which must be the same to continue */
  fingerprint: string;
}

/** A number in JSON: NaN and Infinity, as after a training that diverged, are null there. */
const lossy = nullable(number()) as Shape<number>;

const stateShape: Shape<TrainingState> = object<TrainingState>({
  epoch: count(1e6),
  step: count(),
  history: listOf(
    object<EpochRecord>({
      ...{ epoch: count(1e6), loss: lossy, accuracy: lossy, validationLoss: optional(lossy) },
      ...{ validationAccuracy: optional(lossy), validationMacroF1: optional(lossy), validationAuc: optional(lossy) },
      ...{ validationInterval: optional(object({ low: lossy, high: lossy })), validationBaseline: optional(lossy) },
      ...{ learningRate: lossy, seconds: number({ min: 0 }) },
    }),
    { most: 1e6 },
  ),
  earlyStopping: object<EarlyStoppingState>({ bestEpoch: count(1e6), best: nullable(number()), wait: count(1e6) }),
  plateau: nullable(
    object<PlateauState>({ factor: number({ min: 0 }), best: nullable(number()), wait: count(), cooldown: count() }),
  ),
  chosenFactor: optional(number({ min: 0 })),
  fingerprint: text(),
});

const fileIn = (folder: string, name: 'last' | 'best') => join(folder, `${name}.safetensors`);

/** The note in each file that says that a training wrote it. */
const NOTES = { last: 'state', best: 'record' } as const;

/**
 * Checks, before any work, that states of the stages of a training can be written to a folder.
 *
 * @returns whether it holds the state of an earlier training
 * @throws {UserError} if it cannot be written, or as {@link checkReplaced}
 */
export function checkStateFolder(folder: string): boolean {
  checkFolder(folder, 'the checkpoint');
  for (const name of readdirSync(folder)) if (/^stage-\d+$/.test(name)) checkReplaced(join(folder, name));
  return [folder, join(folder, 'stage-1')].some((place) => existsSync(fileIn(place, 'last')));
}

/**
 * Checks that only files of earlier trainings would be replaced in a folder: other programs call their weights `best.safetensors`, too.
 *
 * @throws {UserError} if it has a file of that name that no training of this package wrote
 */
export function checkReplaced(folder: string): void {
  for (const name of ['last', 'best'] as const) {
    const file = fileIn(folder, name);
    const why = existsSync(file) ? whyNoState(file, NOTES[name]) : undefined;
    if (why === undefined) continue;
    throw new UserError(`${why}, and would be replaced: give another folder for the checkpoint`);
  }
}

/** Why no training of this package wrote a file, or undefined if one did. */
function whyNoState(file: string, note: string): string | undefined {
  try {
    return Object.hasOwn(readSafetensorsNotes(file), note) ? undefined : `${file} is no state of a training`;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Saves the state of a training: all that is needed to continue as if it had not been interrupted, bit by bit.
 *
 * @param tensors everything that changes: weights, state of the optimizer, averages, weights of the best epoch
 */
export function saveState(folder: string, state: TrainingState, tensors: ReadonlyMap<string, tf.Tensor>): void {
  const arrays = new Map([...tensors].map(([name, tensor]) => [name, toArray(tensor)]));
  writeSafetensors(fileIn(folder, 'last'), arrays, { state: JSON.stringify(state) });
}

/**
 * Reads the state that {@link saveState} wrote, or undefined if there is none.
 *
 * @param variables those that will get the saved values, by their names in the file
 * @throws {UserError} if the file is damaged, or belongs to another training
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
      `${file} belongs to a training with other settings, data or model: give the same ones, or another folder`,
    );
  }
  return { state, arrays };
}

/**
 * Saves all weights of a model under the names `layer/weight`, as `assignWeights` reads them.
 *
 * @param values those of the weights that have other values now than in the best epoch
 */
export function saveBest(
  folder: string,
  model: tf.LayersModel,
  record: EpochRecord,
  values: ReadonlyMap<tf.Variable, tf.Tensor>,
): void {
  const arrays = new Map<string, NamedArray>();
  for (const layer of layersOf(model)) {
    for (const weight of layer.weights) {
      const name = weight.originalName.split('/').at(-1)!.replace(/_\d+$/, '');
      const variable = weight.read() as tf.Variable;
      arrays.set(`${layer.name}/${name}`, toArray(values.get(variable) ?? variable));
    }
  }
  writeSafetensors(fileIn(folder, 'best'), arrays, { record: JSON.stringify(record) });
}

/** A tensor's values, copied when they are written: the state of a large network, all at once, would take as much memory as training it. */
const toArray = (tensor: tf.Tensor): NamedArray => ({
  shape: tensor.shape,
  get data() {
    return tensor.dataSync() as Float32Array;
  },
});

/** Sets a variable to the values of an array. */
export function assignArray(variable: tf.Variable, { data, shape }: NamedArray): void {
  tf.tidy(() => variable.assign(tf.tensor(data, shape)));
}
