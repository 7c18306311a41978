import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, shown, UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { parseJson, readBounded } from '../core/readBounded';
import { checkShape, count, listOf, number, object, oneOf, optional, type Shape, text } from '../core/shape';
import { checkReading, type Reading } from '../data';
import { defaultSettings, type TrainSettings } from '../training';
import { trainSettings } from '../training/trainSettings';

/** What config.json of a run holds: all that is needed to repeat the run, and to use its model. */
export interface RunConfiguration {
  settings: TrainSettings;
  /** what model/ holds: a head over the backbone's features, or the whole fine-tuned network */
  model: 'head' | 'whole';
  classes: string[];
  data: {
    folder: string;
    /** of the pictures' content: see `TrainResult.dataFingerprint` */
    fingerprint: string;
    /** of which picture is in which part: see `splitFingerprint` */
    split: string;
    train: number;
    validation: number;
    /** what was black and white in pictures that do not have 8 bits, and which bands were the colours; new ones are read so, too */
    reading?: Reading;
  };
  weightsHash: string;
  versions: { tunebook: string; node: string; tfjs: string; tensorflow: string };
  device: { kind: string; name: string; threads: number };
}

/** Bytes of a config.json: 20,000 classes with long names. */
const LARGEST = 8 * 2 ** 20;
const MOST_CLASSES = 20_000;
const MOST_PICTURES = 1e9;

const line = text({ longest: 500 });

/** The settings that a training could have had: each is one that `train` takes. Those of a later version are left out. */
const settings: Shape<TrainSettings> = (value, where) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === undefined ? 'lacks' : `has ${shown(value, 40)} as`;
    throw new Error(`${found} ${where}, expected an object`);
  }
  const known = Object.keys(defaultSettings).filter((name) => Object.hasOwn(value, name));
  const given = Object.fromEntries(known.map((name) => [name, (value as Record<string, unknown>)[name]]));
  for (const name of ['backbone', 'augment']) if (name in given) line(given[name], `${where}.${name}`);
  try {
    const { cache: _, checkpoint: _1, resume: _2, listener: _3, ...checked } = trainSettings(given);
    return checked;
  } catch (error) {
    throw new Error(`has ${where} that no training takes: ${messageOf(error)}`);
  }
};

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
  }),
  weightsHash: line,
  versions: object({ tunebook: line, node: line, tfjs: line, tensorflow: line }),
  device: object({ kind: line, name: line, threads: number({ min: 0 }) }),
});

/**
 * The text of a file of a run, which may be a stranger's: a plain file in its folder, of no more bytes than it may have.
 *
 * @param largest bytes
 * @throws {UserError} that names the file
 */
export function readRunFile(folder: string, name: string, largest: number): string {
  const file = join(folder, name);
  if (!existsSync(file)) {
    throw new UserError(
      `'${folder}' is no run: there is no ${name} in it; give a folder that \`train --out\` or a study has written`,
    );
  }
  return readBounded(file, { largest, root: folder }).toString('utf8');
}

/**
 * What config.json in the folder of a run says, each value of its type and within its range. Settings that an earlier version
 * did not write have their defaults.
 *
 * @throws {UserError} that names the first value that is not
 *
 * @example
 * readConfiguration('runs/first').classes; // ['cat', 'dog']
 */
export function readConfiguration(folder: string): RunConfiguration {
  const name = 'its config.json';
  return checkShape(parseJson(readRunFile(folder, 'config.json', LARGEST), name), configuration, name);
}

/** What a person is told about a run that cannot be read; a folder that is none has been told already. */
export function runError(folder: string, error: unknown): UserError {
  const reason = printableLine(messageOf(error)); // names of classes may be in it
  if (reason.startsWith(`'${folder}' is no run`)) return error as UserError;
  return new UserError(
    `the run in '${folder}' cannot be read: ${reason}; take the file from a copy, or make the run again`,
  );
}
