import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, shown, UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { parseJson, readBounded } from '../core/readBounded';
import { checkShape, count, listOf, number, object, oneOf, optional, type Shape, text } from '../core/shape';
import { type AppliedCorrections, checkReading, type Reading } from '../data';
import { INPUT_CHANNELS, INPUT_SIZE, type Preprocessing } from '../models';
import { completeSettings, settingNames, settingsTable, type TrainSettings, variants } from '../training';

/** What config.json of a run folder holds: everything that is needed to repeat the run and to use its model. */
export interface RunConfiguration {
  /** all options of the training */
  settings: TrainSettings;
  /** what the folder `model` holds: a head on the backbone's features, or the whole fine-tuned network */
  model: 'head' | 'whole';
  /** class names, in the order of the model's outputs */
  classes: string[];
  /** what the run was trained and validated on */
  data: {
    /** folder of the pictures */
    folder: string;
    /** SHA-256 over the content of the pictures: see `TrainResult.dataFingerprint` */
    fingerprint: string;
    /** SHA-256 over which picture is in which part: see `data.splitFingerprint` */
    split: string;
    /** number of training pictures */
    train: number;
    /** number of validation pictures */
    validation: number;
    /** the value range and the bands of pictures that do not have 8 bits a sample; `predict` reads new pictures the same way */
    reading?: Reading;
    /** what `corrections.csv` has changed in the dataset */
    corrections?: AppliedCorrections;
  };
  /** SHA-256 of the backbone's weights */
  weightsHash: string;
  /** how pictures are prepared for the backbone. Runs of earlier versions lack it, they were made as the registry says */
  preprocessing?: Preprocessing;
  /** of the programs that trained it */
  versions: { tunebook: string; node: string; tfjs: string; tensorflow: string };
  /** what it was trained on, and what computed its frozen layers. Runs of earlier versions lack the engine, which was TensorFlow */
  device: { kind: string; name: string; threads: number; engine?: string };
}

/** Bytes of a config.json: 20,000 classes with long names. */
const LARGEST = 8 * 2 ** 20;
const MOST_CLASSES = 20_000;
const MOST_PICTURES = 1e9;

const line = text({ longest: 500 });

/** Settings that `train` accepts. Unknown ones, which a later version may have written, are left out. */
const settings: Shape<TrainSettings> = (value, where) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === undefined ? 'lacks' : `has ${shown(value, 40)} as`;
    throw new Error(`${found} ${where}, expected an object`);
  }
  const known = settingNames.filter((name) => Object.hasOwn(value, name));
  const given = Object.fromEntries(known.map((name) => [name, (value as Record<string, unknown>)[name]]));
  try {
    return completeSettings(Object.hasOwn(given, 'recipe') ? given : withoutRecipe(given));
  } catch (error) {
    throw new Error(`has ${where} that \`train\` does not accept: ${messageOf(error)}`);
  }
};

/** Settings of a version without recipes, in which most variants ignored `headEpochs`. */
function withoutRecipe(given: Partial<TrainSettings>): Partial<TrainSettings> {
  const { variant = settingsTable.variant.default } = given;
  const headFirst = Object.hasOwn(variants, variant) && variants[variant].headEpochs > 0;
  return { ...given, recipe: 'none', ...(!headFirst && { headEpochs: 0 }) };
}

const ofChannels = (range: { min?: number }) => listOf(number(range), { least: 1, most: INPUT_CHANNELS.max });

const configuration = object<RunConfiguration>({
  settings,
  model: oneOf('head', 'whole'),
  classes: listOf(text({ longest: 1000 }), { least: 1, most: MOST_CLASSES }),
  data: object({
    folder: text({ longest: 4096 }),
    fingerprint: line,
    split: line,
    train: count(MOST_PICTURES),
    validation: count(MOST_PICTURES),
    reading: optional((value) => checkReading('with data.reading', value)),
    corrections: optional(
      object<AppliedCorrections>({ relabeled: count(MOST_PICTURES), leftOut: count(MOST_PICTURES), fingerprint: line }),
    ),
  }),
  weightsHash: line,
  preprocessing: optional(
    object<Preprocessing>({
      inputSize: number({ ...INPUT_SIZE, integer: true }),
      crop: number({ min: 0.1, max: 1 }),
      interpolation: oneOf('bicubic', 'bilinear'),
      channels: optional(number({ ...INPUT_CHANNELS, integer: true })),
      mean: ofChannels({}),
      std: ofChannels({ min: 1e-6 }),
      range: optional(listOf(number({}), { least: 2, most: 2 })) as Shape<Preprocessing['range']>,
      channelOrder: optional(oneOf('rgb', 'bgr')),
    }) as Shape<Preprocessing>,
  ),
  versions: object({ tunebook: line, node: line, tfjs: line, tensorflow: line }),
  device: object({ kind: line, name: line, threads: number({ min: 0 }), engine: optional(line) }),
});

/**
 * Read a text file of a run folder. The folder may come from anywhere, so only a plain file inside it, of limited size, is read.
 *
 * @param largest the most bytes that it may have
 * @throws {UserError} that names the file
 */
export function readRunFile(folder: string, name: string, largest: number): string {
  const file = join(folder, name);
  if (!existsSync(file)) {
    throw new UserError(
      `'${folder}' is not a run folder: it has no ${name}; give a folder that \`train --out\` or a study has written`,
    );
  }
  return readBounded(file, { largest, root: folder }).toString('utf8');
}

/**
 * Read config.json of a run folder; the type and range of every value are checked. Settings that an earlier version did not
 * write have their defaults.
 *
 * @throws {UserError} that names the first value of a wrong type or out of its range
 *
 * @example
 * readConfiguration('runs/first').classes; // ['cat', 'dog']
 */
export function readConfiguration(folder: string): RunConfiguration {
  const name = 'its config.json';
  return checkShape(parseJson(readRunFile(folder, 'config.json', LARGEST), name), configuration, name);
}

/** The error about a run that cannot be read. One that says that the folder is not a run folder stays as it is. */
export function runError(folder: string, error: unknown): UserError {
  const reason = printableLine(messageOf(error)); // it may quote names of classes
  if (reason.startsWith(`'${folder}' is not a run folder`)) return error as UserError;
  return new UserError(
    `the run in '${folder}' cannot be read: ${reason}; take the file from a copy, or make the run again`,
  );
}
