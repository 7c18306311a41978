import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { messageOf, shown, UserError } from '../core/errors';
import { csv, parseCsv } from '../core/escape/csv';
import { sha256, writeFileAtomically } from '../core/files';
import { readBounded } from '../core/readBounded';
import type { Dataset, Example } from './dataset';

/** What was decided about a picture: its label is right, it belongs to another class, or it should not be used. */
export type CorrectionAction = 'keep' | 'relabel' | 'leave out';

/** What was decided about one picture, a row of `corrections.csv`. */
export interface Correction {
  /** Path of the picture inside the folder of the dataset, with `/` between folders. */
  file: string;
  /** What was decided. */
  action: CorrectionAction;
  /** The class that it gets. Only with `'relabel'`. */
  label?: string;
  /** The class that it had. A correction does not apply to a picture that has another class by now. */
  was: string;
}

/** What says where the corrections of a dataset are. */
type DatasetPlace = Pick<Dataset, 'folder' | 'correctionsFile'>;

const name = 'corrections.csv';
const columns = ['file', 'action', 'label', 'was'] as const;
const actions: readonly CorrectionAction[] = ['keep', 'relabel', 'leave out'];
const limits = { bytes: 64 * 2 ** 20, rows: 1e6, text: 4096 };

/**
 * The file with the corrections of a dataset, which may not exist: `corrections.csv` in its folder, or where
 * {@link Dataset.correctionsFile} says.
 */
export const correctionsFile = (dataset: DatasetPlace): string => dataset.correctionsFile ?? join(dataset.folder, name);

/** The file to read: an archive may come with corrections, which count until there are others. */
function currentFile(dataset: DatasetPlace): string {
  const file = correctionsFile(dataset);
  return existsSync(file) ? file : join(dataset.folder, name);
}

/** The name of a picture in the file. */
export const correctionName = (folder: string, file: string): string => relative(folder, file).split(sep).join('/');

/**
 * Read the corrections of a dataset. Of two rows of the same picture the later one counts.
 *
 * @returns none if there is no file
 * @throws {UserError} in one line that names the row, as a file that is not understood must not be ignored or overwritten
 */
export function readCorrections(dataset: DatasetPlace): Correction[] {
  const file = currentFile(dataset);
  if (!existsSync(file)) return [];
  const fail = (why: string): never => {
    throw new UserError(`${file} ${why}: correct it, or give it another name`);
  };
  let rows: string[][] = [];
  try {
    const text = readBounded(file, { largest: limits.bytes }).toString('utf8');
    rows = parseCsv(text, { columns: columns.length + 1, rows: limits.rows + 1 });
  } catch (error) {
    fail(`cannot be read, ${messageOf(error)}`);
  }
  const [header = [], ...body] = rows;
  if (header.join() !== columns.join()) {
    fail(`has the columns ${shown(header.join(','))}, expected ${columns.join(',')}`);
  }
  const found = new Map<string, Correction>();
  for (const [i, row] of body.entries()) {
    if (row.length === 1 && row[0] === '') continue;
    const [picture = '', action = '', label = '', was = ''] = row;
    const line = `line ${i + 2}`;
    if (row.length !== columns.length) fail(`has ${row.length} cells in ${line}, expected ${columns.length}`);
    if (!actions.includes(action as CorrectionAction)) {
      fail(`has the action ${shown(action)} in ${line}, expected ${actions.join(', ')}`);
    }
    if (picture === '' || was === '' || row.some((cell) => cell.length > limits.text)) fail(`has an unusable ${line}`);
    if (action === 'relabel' && label === '') fail(`has no label in ${line}, expected the class that the picture gets`);
    found.set(picture, {
      file: picture,
      action: action as CorrectionAction,
      ...(action === 'relabel' && { label }),
      was,
    });
  }
  return [...found.values()];
}

/**
 * Write the corrections of a dataset in one step: the file is never half-written. No picture is moved or deleted.
 *
 * @throws {UserError} if it cannot be written
 */
export function writeCorrections(dataset: DatasetPlace, corrections: readonly Correction[]): void {
  const file = correctionsFile(dataset);
  const sorted = [...corrections].sort((a, b) => (a.file < b.file ? -1 : 1));
  const rows = sorted.map(({ file, action, label = '', was }) => [file, action, label, was]);
  try {
    writeFileAtomically(file, csv([[...columns], ...rows]));
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${messageOf(error)}; the decision is not saved`);
  }
}

/**
 * Apply the corrections beside a dataset: pictures get their new labels, and those that are left out are listed as skipped. What
 * does not fit the dataset any more is not applied, and said in {@link Dataset.warnings}.
 *
 * @throws {UserError} if the file cannot be understood
 */
export function applyCorrections(dataset: Dataset): Dataset {
  const corrections = readCorrections(dataset);
  if (corrections.length === 0) return dataset;
  const byName = new Map(corrections.map((correction) => [correction.file, correction]));
  const labels = new Map(dataset.classes.map((className, label) => [className, label]));
  const problems: string[] = [];
  const applied: Correction[] = [];
  const examples: Example[] = [];
  const skipped = [...dataset.skipped];
  for (const example of dataset.examples) {
    const correction = byName.get(correctionName(dataset.folder, example.file));
    if (correction) byName.delete(correction.file);
    const label = correction?.label === undefined ? undefined : labels.get(correction.label);
    if (!correction || correction.action === 'keep' || example.label === label) {
      examples.push(example);
    } else if (dataset.classes[example.label] !== correction.was) {
      problems.push(`'${correction.file}' is '${dataset.classes[example.label]}' now, and was '${correction.was}'`);
      examples.push(example);
    } else if (correction.action === 'leave out') {
      applied.push(correction);
      skipped.push({ file: example.file, reason: `left out in ${name}` });
    } else if (label === undefined) {
      problems.push(`'${correction.file}' gets '${correction.label}', which is not a class`);
      examples.push(example);
    } else {
      applied.push(correction);
      examples.push({ ...example, label });
    }
  }
  for (const { file, action } of byName.values()) {
    if (action !== 'keep') problems.push(`'${file}' is not a picture of the dataset`);
  }
  const relabeled = applied.filter(({ action }) => action === 'relabel').length;
  const leftOut = applied.length - relabeled;
  const note = `${name}: ${relabeled} ${relabeled === 1 ? 'picture has' : 'pictures have'} another label, ${leftOut} left out`;
  const warning = `${problems.length} rows of ${name} are not applied: ${problems.slice(0, 3).join('; ')}`;
  return {
    ...dataset,
    examples,
    skipped,
    ...(problems.length > 0 && { warnings: [...(dataset.warnings ?? []), warning] }),
    ...(applied.length > 0 && {
      notes: [...(dataset.notes ?? []), note],
      corrections: { relabeled, leftOut, fingerprint: fingerprintOf(applied) },
    }),
  };
}

const fingerprintOf = (applied: readonly Correction[]) =>
  sha256(JSON.stringify(applied.map(({ file, action, label }) => [file, action, label ?? ''])));
