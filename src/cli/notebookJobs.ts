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
    /** of a cell tagged `parameters`: values that make its notebook run in a fraction of the time */
    tunebook?: { quick?: Record<string, unknown> };
  };
}

/** A notebook to run: its file, and the texts of the cells that --set changes, by the cell's index. */
export interface Job {
  name: string;
  /** where its executed copy goes, relative to the folder for them and below it */
  target: string;
  file: string;
  sources: Record<number, string>;
}

/**
 * What is to be run.
 *
 * @param folder the folder with the notebooks
 * @param names notebooks with or without `.ipynb`; none: all of them
 * @param assignments `name=value`; each name must be a parameter of at least one of the notebooks
 * @param options `quick`: begin with the quick values that a notebook's parameters carry in their metadata
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
    // one from outside keeps its own name only, as its path would lead out of the folder for outputs
    return { name, target: `${name.split(sep)[0] === '..' ? basename(name) : name}.ipynb`, file, sources };
  });
  for (const key of values.keys()) {
    if (!used.has(key)) throw unknownParameter(key, declared);
  }
  return jobs;
}

/**
 * The files that the executed notebooks go to, before any of them runs.
 *
 * @param options `inPlace`: a notebook may be written over by its executed self
 * @throws {UserError} where two would go to one file, or one over a notebook that is read
 */
export function checkTargets(jobs: readonly Job[], out: string, { inPlace = false }: { inPlace?: boolean } = {}): void {
  const taken = new Map<string, string>();
  const inputs = new Set(jobs.map(({ file }) => realpathSync(file)));
  for (const { name, target } of jobs) {
    const file = pathBelow(out, target, 'an executed notebook');
    const other = taken.get(file);
    if (other !== undefined)
      throw new UserError(`${other} and ${name} would both be written to ${file}: run them one by one`);
    taken.set(file, name);
    if (inPlace || !existsSync(file) || !inputs.has(realpathSync(file))) continue;
    throw new UserError(
      `${file} is a notebook that is run, and would be written over: give another --out, or --in-place to have its outputs in it`,
    );
  }
}

/** Names of the notebooks in a folder, in order. */
function notebooksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.ipynb'));
  return files.map((file) => basename(file, '.ipynb')).sort();
}

/** A notebook by its name, with or without the folder of all and `.ipynb`; or all in a subfolder. */
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

/** @throws {UserError} if the file is missing or no notebook */
export function readCells(file: string): Cell[] {
  if (!existsSync(file)) throw new UserError(`no notebook ${file}`);
  const notebook = readJson(file) as { cells?: unknown } | null;
  const isCell = (cell: unknown): cell is Cell => typeof cell === 'object' && cell !== null;
  if (Array.isArray(notebook?.cells) && notebook.cells.every(isCell)) return notebook.cells;
  throw new UserError(`${file} is no notebook: it has no list of cells`);
}

/** Index and text of the cells tagged `parameters`, and their quick values as `--set` would have them. */
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
