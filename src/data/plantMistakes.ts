import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { UserError } from '../core/errors';
import { csv } from '../core/escape/csv';
import { checkNewFolder } from '../core/files';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import { writeFolderSync } from '../core/writeFolder';
import type { Dataset } from './dataset';
import { checkLabelled } from './split';
import { anotherClass } from './withWrongLabels';

/** Options of {@link plantMistakes}. */
export interface PlantOptions {
  /** Part of the pictures that get another class, from 0 to 1. Default: 0.1. */
  labels?: number;
  /** Part of the pictures that are copied under another name, from 0 to 1. Default: 0.05. */
  duplicates?: number;
  /** Decides which pictures. Default: 0. */
  seed?: number;
}

/** What {@link plantMistakes} did; paths are inside the new folder, with `/` between folders. */
export interface PlantedMistakes {
  /** The new folder, with a subfolder for each class. */
  folder: string;
  /** Pictures in a wrong class, with that class and the one that they had. */
  wrongLabels: { file: string; label: string; was: string }[];
  /** Copies, each with the picture that it is a copy of. They have no group. */
  duplicates: { file: string; of: string }[];
}

/**
 * Copy the pictures of a dataset into a new folder, with wrong labels and duplicates planted: to see how many of them a check
 * finds, and what they cost. The dataset itself is not changed. Groups are kept, in a `labels.csv`.
 *
 * @param dataset labelled pictures of at least two classes, each in a file
 * @param folder a folder that is empty or does not exist
 * @throws {UserError} on an unknown option or a value out of range, for pictures that are not files, and for a folder with files
 *
 * @example
 * ```ts
 * import { data, imageFolder } from 'tunebook';
 *
 * const { wrongLabels, duplicates } = data.plantMistakes(imageFolder('photos'), 'untidy', { labels: 0.25 });
 * [wrongLabels.length, duplicates.length]; // => [ 6, 1 ]
 * ```
 */
export function plantMistakes(dataset: Dataset, folder: string, options?: PlantOptions): PlantedMistakes {
  const { labels, duplicates, seed } = withDefaults('plantMistakes', options, {
    labels: 0.1,
    duplicates: 0.05,
    seed: 0,
  });
  checkNumber('plantMistakes: labels', labels, { min: 0, max: 1 });
  checkNumber('plantMistakes: duplicates', duplicates, { min: 0, max: 1 });
  checkLabelled(dataset);
  const { classes, examples } = dataset;
  if (classes.length < 2) throw new UserError(`plantMistakes: got ${classes.length} class; give at least two`);
  const other = examples.find(({ pixels, reading }) => pixels !== undefined || reading !== undefined);
  if (other)
    throw new UserError(
      `plantMistakes: '${other.file}' is a part of a file; give a folder with a file for each picture`,
    );
  checkNewFolder(folder, 'the pictures');
  const random = new Random(seed, 'planted mistakes');
  const order = random.shuffled([...examples.keys()]);
  const wrong = new Set(order.slice(0, Math.round(labels * examples.length)));
  const copied = new Set(order.slice(examples.length - Math.round(duplicates * examples.length)));
  const result: PlantedMistakes = { folder, wrongLabels: [], duplicates: [] };
  const groups: [string, string][] = [];
  const taken = new Set<string>();
  writeFolderSync(folder, (temporary) => {
    const add = (from: string, label: number, note: string): string => {
      const name = freeName(`${classes[label]}/${basename(from, extname(from))}${note}`, extname(from), taken);
      copyFileSync(from, join(temporary, name));
      return name;
    };
    for (const name of classes) mkdirSync(join(temporary, name), { recursive: true });
    for (const [i, example] of examples.entries()) {
      const label = wrong.has(i) ? anotherClass(example.label, classes.length, random) : example.label;
      const file = add(example.file, label, '');
      if (wrong.has(i)) result.wrongLabels.push({ file, label: classes[label]!, was: classes[example.label]! });
      if (example.group !== undefined) groups.push([file, example.group]);
      if (copied.has(i)) result.duplicates.push({ file: add(example.file, label, '-copy'), of: file });
    }
    if (groups.length > 0) writeFileSync(join(temporary, 'labels.csv'), csv([['file', 'group'], ...groups]));
  });
  return result;
}

/** A name that is not taken, on file systems without upper and lower case, too; it is taken from then on. */
function freeName(stem: string, ending: string, taken: Set<string>): string {
  let name = `${stem}${ending}`;
  for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${stem}-${i}${ending}`;
  taken.add(name.toLowerCase());
  return name;
}
