import { type Command, Option } from 'commander';
import { UserError } from '../core/errors';
import { fits, type RangeOption } from '../data';
import type { DataOptions } from '../data/public';

/** The help text of `--data`, for every command that has it. */
export const DATA_HELP =
  "a folder with one subfolder for each class, or train/ and validation/ with such subfolders; a table (.csv, .tsv, .txt, .jsonl, .parquet) with a column of paths or pictures and one of classes, or a folder with one, as of Hugging Face or Kaggle; a .zip or .tar.gz of these; the sample 'emoji' or 'letters'; or the name of a public dataset from `tunebook datasets`";

const KEYS = [
  'classes',
  'images',
  'fileColumn',
  'labelColumn',
  'splitColumn',
  'groupColumn',
  'range',
  'bands',
] as const;

/** Add the options for reading `--data`. */
export function addDataOptions(command: Command): Command {
  return addTableOptions(
    command.option(
      '--classes <which>',
      'which folder of a path is the class: top, leaf or a depth such as 2',
      classFolders,
    ),
  );
}

/** Add the options of {@link addDataOptions} that also apply to tables. */
export function addTableOptions(command: Command): Command {
  return addReadingOptions(command)
    .option('--images <dir>', 'folder that paths in a table are relative to')
    .option('--file-column <name>', 'column of paths in a table, by name or number')
    .option('--label-column <name>', 'column of classes in a table')
    .option('--split-column <name>', 'column of parts (train, validation, test), is_valid, or folds')
    .option('--group-column <name>', 'column of groups; pictures of a group stay in one part of a split');
}

/** Add the options for reading pictures that do not have 8 bits of red, green and blue. */
export function addReadingOptions(command: Command): Command {
  return command
    .option(
      '--range <how>',
      'values of black and white in pictures with more than 8 bits, and in DICOM files: auto, full, percentile or LOW,HIGH',
      range,
    )
    .option(
      '--bands <list>',
      'bands of TIFF files and NumPy arrays to use, counted from 0: as red, green and blue (2,1,0), as gray (7), or as many as the network takes channels (default: all)',
      numbers,
    );
}

/** The option for making pictures square, of commands that do not train. */
export const fitOption = (fallback: string): Option =>
  new Option('--fit <how>', `how pictures become square; default: ${fallback}`).choices(fits);

function range(text: string): RangeOption {
  if (text === 'auto' || text === 'full' || text === 'percentile') return text;
  const limits = numbers(text);
  if (limits.length !== 2) throw new UserError(`--range: expected auto, full, percentile or LOW,HIGH, got '${text}'`);
  return [limits[0]!, limits[1]!];
}

function numbers(text: string): number[] {
  return text.split(',').map((part) => {
    const value = part.trim() === '' ? Number.NaN : Number(part);
    if (!Number.isFinite(value)) throw new UserError(`expected numbers separated by commas, got '${text}'`);
    return value;
  });
}

function classFolders(text: string): 'top' | 'leaf' | number {
  if (text === 'top' || text === 'leaf') return text;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UserError(`--classes: expected top, leaf or a depth such as 2, got '${text}'`);
}

/** Separate the options of {@link addDataOptions} from the other options of a command. */
export function splitDataOptions<T extends DataOptions>(
  options: T,
): { how: DataOptions; rest: Omit<T, keyof DataOptions> } {
  const rest: Partial<T> = { ...options };
  for (const key of KEYS) delete rest[key];
  const how = Object.fromEntries(KEYS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
  return { how, rest: rest as Omit<T, keyof DataOptions> };
}
