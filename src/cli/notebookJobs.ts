import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { readJson } from '../core/readBounded';
import { pathBelow } from '../core/safePath';
import type { ExecutedCell } from './compareOutputs';
import { findParameters, type Parameter, setParameters, unknownParameter } from './parameters';

interface Cell extends ExecutedCell {
  metadata?: {
    tags?: string[];
    /** of a cell tagged `parameters`: values for a short run of the notebook */
    tunebook?: { quick?: Record<string, unknown> };
  };
}

/** A notebook to run, and the new texts of the cells that `--set` or `--quick` change, by the cell's index. */
export interface Job {
  name: string;
  /** path of the executed copy, relative to the output folder */
  target: string;
  file: string;
  sources: Record<number, string>;
}

/**
 * Prepare the notebooks to run.
 *
 * @param folder the folder with the notebooks
 * @param names notebooks with or without `.ipynb`; none: all of them
 * @param assignments `name=value`; each name must be a parameter of at least one of the notebooks
 * @param options `quick`: use the values for a short run from the metadata of the parameter cells
 * @throws {UserError} for a notebook or a parameter that does not exist, or a value of the wrong type
 */
export function prepareJobs(
  folder: string,
  names: readonly string[],
  assignments: readonly string[],
  { quick = false }: { quick?: boolean } = {},
): Job[] {
  const known = notebooksIn(folder);
  const chosen = names.length > 0 ? names.flatMap((name) => findNotebooks(folder, name)) : known;
  const values = parseAssignments(assignments);
  const used = new Set<string>();
  const declared: Parameter[] = [];
  const jobs = chosen.map((name) => {
    const file = join(folder, `${name}.ipynb`);
    const sources: Record<number, string> = {};
    for (const { index, source, quickValues } of parameterCells(file)) {
      const parameters = findParameters(source);
      declared.push(...parameters);
      const own = new Map(quick ? quickValues : []);
      for (const [key, value] of values) {
        if (!parameters.some(({ name }) => name === key)) continue;
        own.set(key, value);
        used.add(key);
      }
      if (own.size > 0) sources[index] = setParameters(source, own);
    }
    // of a notebook outside the folder only the name is used, as its path would lead out of the output folder
    return { name, target: `${name.split(sep)[0] === '..' ? basename(name) : name}.ipynb`, file, sources };
  });
  for (const key of values.keys()) {
    if (!used.has(key)) throw unknownParameter(key, declared);
  }
  return jobs;
}

/**
 * Check the files that the executed notebooks will be written to, before any of them runs.
 *
 * @param options `inPlace`: a notebook may be overwritten by its executed copy; `isOwn`: all files in the folder are executed copies
 * @throws {UserError} if two notebooks have the same output file, or a notebook would be overwritten that is no executed copy
 */
export function checkTargets(
  jobs: readonly Job[],
  out: string,
  { inPlace = false, isOwn = false }: { inPlace?: boolean; isOwn?: boolean } = {},
): void {
  const taken = new Map<string, string>();
  const inputs = new Set(jobs.map(({ file }) => realpathSync(file)));
  for (const { name, target, file: source } of jobs) {
    const file = pathBelow(out, target, 'an executed notebook');
    const other = taken.get(file);
    if (other !== undefined)
      throw new UserError(`${other} and ${name} would both be written to ${file}: run them one by one`);
    taken.set(file, name);
    if (inPlace || !existsSync(file)) continue;
    if (!inputs.has(realpathSync(file))) {
      if (isOwn || cellsOf(file) === cellsOf(source)) continue;
      throw new UserError(
        `${file} has other cells than ${name}, and would be overwritten: give another --out, or remove that file`,
      );
    }
    throw new UserError(
      `${file} is one of the notebooks to run, and would be overwritten: give another --out, or --in-place to save the outputs in it`,
    );
  }
}

/** The texts of all cells but those with parameters, which differ between executed copies. */
const cellsOf = (file: string): string =>
  JSON.stringify(
    readCells(file)
      .filter(({ metadata }) => !metadata?.tags?.includes('parameters'))
      .map(({ source }) => [source].flat().join('')),
  );

/** Names of the notebooks in a folder, in order. */
function notebooksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.ipynb'));
  return files.map((file) => basename(file, '.ipynb')).sort();
}

/** Find a notebook by its name, with or without `notebooks/` and `.ipynb`; or all notebooks of a subfolder. */
function findNotebooks(folder: string, name: string): string[] {
  const path = relative(folder, resolve(folder, name.replace(/^(?:\.\/)?notebooks\//, ''))).replace(/\.ipynb$/, '');
  if (existsSync(join(folder, `${path}.ipynb`))) return [path];
  const inside = notebooksIn(join(folder, path)).map((own) => join(path, own));
  if (path !== '' && inside.length > 0) return inside;
  const known = notebooksIn(folder);
  throw new UserError(
    `no notebook '${name}'; the notebooks are ${known.join(', ') || '(none)'}${didYouMean(name, known)}`,
  );
}

function parseAssignments(assignments: readonly string[]): Map<string, string> {
  return new Map(
    assignments.map((assignment) => {
      const at = assignment.indexOf('=');
      if (at < 1) throw new UserError(`--set: expected name=value, got '${assignment}'`);
      return [assignment.slice(0, at).trim(), assignment.slice(at + 1)];
    }),
  );
}

/** Read the cells of a notebook. @throws {UserError} if the file is missing or not a notebook */
export function readCells(file: string): Cell[] {
  if (!existsSync(file)) throw new UserError(`no notebook ${file}`);
  const notebook = readJson(file) as { cells?: unknown } | null;
  const isCell = (cell: unknown): cell is Cell => typeof cell === 'object' && cell !== null;
  if (Array.isArray(notebook?.cells) && notebook.cells.every(isCell)) return notebook.cells;
  throw new UserError(`${file} is not a notebook: it has no list of cells`);
}

/** The cells tagged `parameters`: index, text, and the values for a short run, written as for `--set`. */
function parameterCells(file: string): { index: number; source: string; quickValues: [string, string][] }[] {
  return readCells(file).flatMap(({ cell_type, source, metadata }, index) => {
    if (cell_type !== 'code' || !metadata?.tags?.includes('parameters')) return [];
    const quickValues = Object.entries(metadata.tunebook?.quick ?? {}).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return [{ index, source: Array.isArray(source) ? source.join('') : source, quickValues }];
  });
}
