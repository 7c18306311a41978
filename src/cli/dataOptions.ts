import { type Command, Option } from 'commander';
import { UserError } from '../core/errors';
import { fits, type RangeOption } from '../data';
import type { DataOptions } from '../data/public';

/** What `--data` can be, for the help of every command that takes it. */
export const DATA_HELP =
  "folder with one subfolder a class, or train/ and validation/ with such; a CSV, TSV or text file with a column of paths and one of classes; the sample 'emoji'; or a public dataset, as `tunebook datasets` lists";

const KEYS = [
  'classes',
  'images',
  'fileColumn',
  'labelColumn',
  'splitColumn',
  'groupColumn',
  'range',
  'bands',
  'fit',
] as const;

/** The options that say how `--data` is read. */
export function addDataOptions(command: Command): Command {
  return addTableOptions(
    command.option('--classes <which>', "folder that names a picture's class: top, leaf or a depth", classFolders),
  );
}

/** Those of {@link addDataOptions} that are not for folders only. */
export function addTableOptions(command: Command): Command {
  return addReadingOptions(command)
    .option('--images <dir>', 'folder that paths in a table are relative to')
    .option('--file-column <name>', 'column of paths in a table, by name or number')
    .option('--label-column <name>', 'column of classes')
    .option('--split-column <name>', 'column that says train, validation or test, or is_valid, or a fold')
    .option('--group-column <name>', 'column of groups, which stay on one side of a split');
}

/** How pictures that do not have 8 bits of red, green and blue are read. */
export function addReadingOptions(command: Command): Command {
  return command
    .option(
      '--range <how>',
      'black and white of pictures with more than 8 bits: auto, full, percentile or LOW,HIGH',
      range,
    )
    .option('--bands <list>', 'bands that are red, green and blue, or gray, counted from 0: 2,1,0', numbers)
    .addOption(new Option('--fit <how>', 'how pictures become square; default: crop').choices(fits));
}

function range(text: string): RangeOption {
  if (text === 'auto' || text === 'full' || text === 'percentile') return text;
  const ends = numbers(text);
  if (ends.length !== 2) throw new UserError(`--range: expected auto, full, percentile or LOW,HIGH, got '${text}'`);
  return [ends[0]!, ends[1]!];
}

function numbers(text: string): number[] {
  return text.split(',').map((part) => {
    const value = part.trim() === '' ? Number.NaN : Number(part);
    if (!Number.isFinite(value)) throw new UserError(`expected numbers with commas between, got '${text}'`);
    return value;
  });
}

function classFolders(text: string): 'top' | 'leaf' | number {
  if (text === 'top' || text === 'leaf') return text;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UserError(`--classes: expected top, leaf or a depth such as 2, got '${text}'`);
}

/** Take what {@link addDataOptions} added out of a command's options. */
export function splitDataOptions<T extends DataOptions>(
  options: T,
): { how: DataOptions; rest: Omit<T, keyof DataOptions> } {
  const rest: Partial<T> = { ...options };
  for (const key of KEYS) delete rest[key];
  const how = Object.fromEntries(KEYS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
  return { how, rest: rest as Omit<T, keyof DataOptions> };
}
