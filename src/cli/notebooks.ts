import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { messageOf, UserError } from '../errors';
import { cacheFolder, projectFolder } from '../paths';
import { findParameters, type Parameter, setParameters, unknownParameter } from './parameters';

interface Cell {
  cell_type: string;
  source: string | string[];
  metadata?: { tags?: string[] };
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
    .option('--out <DIR>', 'where the executed notebooks go', join('build', 'notebooks'))
    .option('--html', 'write an HTML page beside each')
    .action(runNotebooks);
}

async function runNotebooks(names: string[], options: Options): Promise<void> {
  const jobs = prepareJobs(join(projectFolder, 'notebooks'), names, options.set);
  for (const job of jobs) await runJob(job, options);
}

/**
 * What is to be run.
 *
 * @param folder the folder with the notebooks
 * @param names notebooks with or without `.ipynb`; none: all of them
 * @param assignments `name=value`; each name must be a parameter of at least one of the notebooks
 * @throws {UserError} for a notebook or a parameter that does not exist, or a value of the wrong type
 */
export function prepareJobs(folder: string, names: readonly string[], assignments: readonly string[]): Job[] {
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
    for (const [index, source] of parameterCells(file)) {
      const parameters = findParameters(source);
      declared.push(...parameters);
      const own = new Map([...values].filter(([key]) => parameters.some((parameter) => parameter.name === key)));
      for (const key of own.keys()) used.add(key);
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

/** Index and text of the cells tagged `parameters`. */
function parameterCells(file: string): [number, string][] {
  let cells: Cell[];
  try {
    cells = (JSON.parse(readFileSync(file, 'utf8')) as { cells: Cell[] }).cells;
  } catch (error) {
    throw new UserError(`${file} is no notebook: ${messageOf(error)}`);
  }
  return cells.flatMap((cell, index): [number, string][] => {
    const isParameters = cell.cell_type === 'code' && cell.metadata?.tags?.includes('parameters');
    return isParameters ? [[index, Array.isArray(cell.source) ? cell.source.join('') : cell.source]] : [];
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
  for await (const progress of runPython({ notebook: file, kernel: 'tslab', sources, out: target, html: page })) {
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

async function* runPython(job: Record<string, unknown>): AsyncGenerator<Progress> {
  const python = cacheFolder('python', 'bin', 'python');
  if (!existsSync(python)) throw new UserError(`no Python environment at ${python}; 'npm run setup' makes it`);
  const script = join(projectFolder, 'kernel-setup', 'notebooks', 'run_notebook.py');
  const child = spawn(python, [script], { env: await jupyterEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-4000);
  });
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  child.stdin.end(JSON.stringify(job));
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Progress;
  const code = await ended;
  if (code !== 0) {
    process.stderr.write(complaints);
    throw new UserError(`running a notebook ended with ${code ?? 'a signal'}; 'npm run doctor' tells what is missing`);
  }
}

/** The environment of everything that starts a kernel, as kernel-setup has it. */
export async function jupyterEnvironment(): Promise<NodeJS.ProcessEnv> {
  const module = pathToFileURL(join(projectFolder, 'kernel-setup', 'lib', 'environment.mjs')).href;
  const environment = (await import(module)) as { jupyterEnvironment(): NodeJS.ProcessEnv };
  return environment.jupyterEnvironment();
}
