import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../core/errors';
import { colored, printable, printableLine } from '../core/escape/printable';
import { checkFolder } from '../core/files';
import { isClone, projectFolder } from '../core/paths';
import { pathBelow } from '../core/safePath';
import { comparedValues, type Difference, differences } from './compareOutputs';
import { checkTargets, type Job, prepareJobs, readCells } from './notebookJobs';
import { print } from './print';
import { type PythonScript, startPython } from './python';

/** A line that kernel-setup/notebooks/run_notebook.py prints. */
interface Progress {
  event: 'started' | 'finished' | 'error' | 'written' | 'failed' | 'done';
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
  compare?: string;
  inPlace?: true;
}

/** The folder for executed notebooks, in which nothing else is kept. */
const DEFAULT_OUT = join('build', 'notebooks');

/** Where text is written: the process's output, or a test's. */
interface Terminal {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** `tunebook notebooks`: execute notebooks on the kernel, without a browser. */
export function notebooksCommand(): Command {
  return new Command('notebooks')
    .description('run notebooks from top to bottom on the TypeScript kernel')
    .argument(
      '[NAME...]',
      isClone
        ? 'notebooks in notebooks/, such as 00-quick-start or own/my-photos, or a folder of them, such as solutions; default: all of the course'
        : 'your notebooks, such as my-photos.ipynb, or those of the course, such as 00-quick-start; default: all of the course',
    )
    .option(
      '--set <name=value>',
      "replace a value in the cell tagged 'parameters'; may be repeated",
      (assignment: string, all: string[]) => [...all, assignment],
      [],
    )
    .option(
      '--quick',
      'use fewer epochs, pictures and seeds, as given in each notebook, to run in a fraction of the time',
    )
    .option('--out <DIR>', 'folder for the executed notebooks', DEFAULT_OUT)
    .option('--in-place', 'allow --out to be the folder of the notebooks themselves, and save the outputs in them')
    .option('--html', 'also write each notebook as an HTML page')
    .option(
      '--compare <DIR>',
      'compare the outputs, except for times, with notebooks that were executed before; exit code 1 if anything differs',
    )
    .action(runNotebooks);
}

async function runNotebooks(names: string[], options: Options): Promise<void> {
  const jobs = jobsFor(names, options);
  const { compare } = options;
  if (options.inPlace && (options.quick || options.set.length > 0)) {
    throw new UserError('--in-place changes only the outputs of a notebook: leave out --set and --quick');
  }
  checkTargets(jobs, options.out, { inPlace: options.inPlace, isOwn: options.out === DEFAULT_OUT });
  checkFolder(options.out, 'the executed notebooks');
  const earlier = jobs.map(({ target }) =>
    compare === undefined ? [] : readCells(pathBelow(compare, target, 'an executed notebook')),
  );
  let differing = 0;
  const runner = new NotebookRunner();
  try {
    for (const [i, job] of jobs.entries()) {
      await runner.run(job, options);
      if (compare === undefined) continue;
      const cells = readCells(join(resolve(options.out), job.target));
      const found = differences(earlier[i]!, cells);
      print(comparison(found, comparedValues(cells), compare));
      differing += found.length > 0 ? 1 : 0;
    }
  } finally {
    await runner.end();
  }
  if (differing > 0)
    throw new UserError(`${differing} of ${jobs.length} notebooks have other outputs than in ${compare}`);
}

/** In a clone, names are those of notebooks in it. Where tunebook is a package, they can also be files of the user's. */
function jobsFor(names: readonly string[], options: Options): Job[] {
  const own = names.map((name) => [name, `${name}.ipynb`].map((file) => resolve(file)).find(existsSync));
  if (!isClone && names.length > 0 && own.every((file) => file !== undefined)) {
    return prepareJobs(process.cwd(), own, options.set, options);
  }
  return prepareJobs(join(projectFolder, 'notebooks'), names, options.set, options);
}

function comparison(found: readonly Difference[], values: number, folder: string): string {
  if (found.length === 0) return `  ${values} values, the same as in ${folder}\n`;
  return found
    .map(
      ({ cell, before, after }) => `  cell ${cell} differs:\n    before  ${cut(before)}\n    now     ${cut(after)}\n`,
    )
    .join('');
}

const cut = (text: string) => (text.length > 160 ? `${text.slice(0, 157)}...` : text);

/**
 * Runs notebooks, one after the other, each on a kernel without values. It keeps a kernel for the notebooks of a folder, so that the types of
 * packages are read once: {@link NotebookRunner.end} ends it.
 */
export class NotebookRunner {
  private script: Promise<PythonScript<Progress>> | undefined;

  /**
   * Run one notebook and save it with its outputs, also if a cell fails.
   *
   * @param job from {@link prepareJobs}
   * @param options `out`: the folder to write to; `html`: whether to write an HTML page, too
   * @param terminal where the progress and a failing cell's traceback are printed
   * @throws {UserError} if a cell fails or the kernel does not start
   */
  async run(
    { name, target: targetName, file, sources }: Job,
    { out, html }: { out: string; html?: boolean },
    terminal: Terminal = process,
  ): Promise<void> {
    const { stdout, stderr } = terminal;
    stdout.write(`${printableLine(name)}\n`);
    const target = pathBelow(out, targetName, 'an executed notebook');
    const page = html ? target.replace(/ipynb$/, 'html') : undefined;
    let failure: string | undefined;
    for await (const progress of this.progress({ notebook: file, kernel: 'tslab', sources, out: target, html: page })) {
      if (progress.event === 'started') stdout.write(printable(startLine(progress)));
      if (progress.event === 'finished') stdout.write(`  ${progress.seconds.toFixed(1)} s\n`);
      if (progress.event === 'written')
        stdout.write(`  wrote ${printableLine(relative(process.cwd(), progress.file))}\n`);
      if (progress.event === 'error') {
        stdout.write(`  error after ${progress.seconds.toFixed(1)} s\n`);
        stderr.write(`${colored(progress.traceback.join('\n') || `${progress.ename}: ${progress.evalue}`)}\n`);
        failure = `${name}: cell ${progress.cell} of ${progress.total} failed with ${progress.ename}`;
      }
      if (progress.event === 'failed') failure = `${name}: ${progress.message}`;
    }
    if (failure) throw new UserError(failure);
  }

  /** What one job reports, to its end. */
  private async *progress(job: Record<string, unknown>): AsyncGenerator<Progress> {
    this.script ??= startPython<Progress>('run_notebook.py');
    const { send, lines } = await this.script;
    send(job);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new UserError('run_notebook.py ended before the notebook did');
      if (value.event === 'done') return;
      yield value;
    }
  }

  /** End the kernel. */
  async end(): Promise<void> {
    if (!this.script) return;
    const { end, lines } = await this.script;
    this.script = undefined;
    end();
    for await (const _ of lines);
  }
}

/** `  [ 3/12] const model = ...`, without a line break: the time is appended when the cell is done. */
function startLine({ cell, total, source }: Progress): string {
  const lines = source.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('//')) ?? lines[0] ?? '';
  const shown = first.length > 72 ? `${first.slice(0, 69)}...` : first;
  return `  [${String(cell).padStart(String(total).length)}/${total}] ${shown.padEnd(72)}`;
}
