import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf, UserError } from '../errors';
import { projectFolder } from '../paths';
import { findParameters, type Parameter, setParameters, unknownParameter } from './parameters';
import { runPython } from './python';

interface Cell {
  cell_type: string;
  source: string | string[];
  metadata?: {
    tags?: string[];
    /** of a cell tagged `parameters`: values that make its notebook run in a fraction of the time */
    tunebook?: { quick?: Record<string, unknown> };
  };
}

/** A line that kernel-setup/notebooks/run_notebook.py prints. */
interface Progress {
  event: 'started' | 'finished' | 'error' | 'written' | 'failed';
  cell: number;
  total: number;
  source: string;
  seconds: number;
  ename: string;
  evalue: string;
  traceback: string[];
  file: string;
  message: string;
}

interface Options {
  set: string[];
  quick?: boolean;
  out: string;
  html?: boolean;
}

/** A notebook to run: its file, and the texts of the cells that --set changes, by the cell's index. */
interface Job {
  name: string;
  file: string;
  sources: Record<number, string>;
}

/** Where text goes: the process, or a test. */
interface Terminal {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** The command `notebooks`: run notebooks as a person would, on the real kernel. */
export function notebooksCommand(): Command {
  return new Command('notebooks')
    .description('run notebooks from top to bottom on the TypeScript kernel')
    .argument('[NAME...]', 'notebooks in notebooks/, like 00-quick-start; none for all')
    .option(
      '--set <name=value>',
      "replace a value in the cell tagged 'parameters'; may be repeated",
      (assignment: string, all: string[]) => [...all, assignment],
      [],
    )
    .option(
      '--quick',
      'fewer epochs, pictures and seeds, as each notebook says: a first look in a fraction of the time',
    )
    .option('--out <DIR>', 'where the executed notebooks go', join('build', 'notebooks'))
    .option('--html', 'write an HTML page beside each')
    .action(runNotebooks);
}

async function runNotebooks(names: string[], options: Options): Promise<void> {
  const jobs = prepareJobs(join(projectFolder, 'notebooks'), names, options.set, options);
  for (const job of jobs) await runJob(job, options);
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
  const known = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ipynb'))
        .map((file) => basename(file, '.ipynb'))
        .sort()
    : [];
  const chosen = names.length > 0 ? names.map((name) => basename(name, '.ipynb')) : known;
  for (const name of chosen) {
    if (known.includes(name)) continue;
    throw new UserError(`no notebook '${name}'; the notebooks are ${known.join(', ') || '(none)'}`);
  }
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
    return { name, file, sources };
  });
  for (const key of values.keys()) {
    if (!used.has(key)) throw unknownParameter(key, declared);
  }
  return jobs;
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

/** Index and text of the cells tagged `parameters`, and their quick values as `--set` would have them. */
function parameterCells(file: string): { index: number; source: string; quickValues: [string, string][] }[] {
  let cells: Cell[];
  try {
    cells = (JSON.parse(readFileSync(file, 'utf8')) as { cells: Cell[] }).cells;
  } catch (error) {
    throw new UserError(`${file} is no notebook: ${messageOf(error)}`);
  }
  return cells.flatMap(({ cell_type, source, metadata }, index) => {
    if (cell_type !== 'code' || !metadata?.tags?.includes('parameters')) return [];
    const quickValues = Object.entries(metadata.tunebook?.quick ?? {}).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return [{ index, source: Array.isArray(source) ? source.join('') : source, quickValues }];
  });
}

/**
 * Run one notebook and write it with its outputs, also when a cell fails.
 *
 * @param job from {@link prepareJobs}
 * @param options `out`: the folder to write to; `html`: a page beside it
 * @param terminal where the progress and a failing cell's traceback are printed
 * @throws {UserError} if a cell fails or the kernel does not start
 */
export async function runJob(
  { name, file, sources }: Job,
  { out, html }: { out: string; html?: boolean },
  terminal: Terminal = process,
): Promise<void> {
  const { stdout, stderr } = terminal;
  stdout.write(`${name}\n`);
  const target = join(resolve(out), `${name}.ipynb`);
  const page = html ? target.replace(/ipynb$/, 'html') : undefined;
  let failure: string | undefined;
  const job = { notebook: file, kernel: 'tslab', sources, out: target, html: page };
  for await (const progress of runPython<Progress>('run_notebook.py', job)) {
    if (progress.event === 'started') stdout.write(startLine(progress));
    if (progress.event === 'finished') stdout.write(`  ${progress.seconds.toFixed(1)} s\n`);
    if (progress.event === 'written') stdout.write(`  wrote ${relative(process.cwd(), progress.file)}\n`);
    if (progress.event === 'error') {
      stdout.write(`  error after ${progress.seconds.toFixed(1)} s\n`);
      stderr.write(`${progress.traceback.join('\n') || `${progress.ename}: ${progress.evalue}`}\n`);
      failure = `${name}: cell ${progress.cell} of ${progress.total} failed with ${progress.ename}`;
    }
    if (progress.event === 'failed') failure = `${name}: ${progress.message}`;
  }
  if (failure) throw new UserError(failure);
}

/** `  [ 3/12] const model = ...`, without an end of line: the time follows when the cell is done. */
function startLine({ cell, total, source }: Progress): string {
  const lines = source.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('//')) ?? lines[0] ?? '';
  const shown = first.length > 72 ? `${first.slice(0, 69)}...` : first;
  return `  [${String(cell).padStart(String(total).length)}/${total}] ${shown.padEnd(72)}`;
}
