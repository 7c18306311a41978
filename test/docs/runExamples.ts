import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';
import type { Job, Outcome } from './exampleProcess';
import { PreparedFolder } from './preparedFolder';
import { mistake, runnable } from './program';
import type { Example } from './publicNames';

/** Milliseconds after which an example counts as hanging. */
const LIMIT = 60_000;

/** Runs examples in a process with a cache of its own, each in a copy of the prepared folder. */
export class ExampleRunner {
  readonly #root = temporaryFolder();
  readonly #cache = join(this.#root, 'cache');
  readonly #prepared = new PreparedFolder(join(this.#root, 'prepared'));
  #child?: ChildProcess;
  #count = 0;

  constructor() {
    mkdirSync(this.#cache);
    for (const part of ['weights', 'samples']) symlinkSync(cacheFolder(part), join(this.#cache, part));
    mkdirSync(join(this.#root, 'node_modules'));
    symlinkSync(projectFolder, join(this.#root, 'node_modules', 'tunebook'));
  }

  /** @returns what is wrong, a text for each mistake */
  async run(example: Example): Promise<string[]> {
    const { text, expected } = runnable(example);
    const job = { module: join(this.#root, `example-${this.#count}.mjs`), folder: join(this.#root, `${this.#count}`) };
    this.#count++;
    writeFileSync(job.module, text);
    await this.#prepared.copyTo(job.folder, example.code);
    const { shown, error } = await this.#runJob(job);
    rmSync(job.folder, { recursive: true });
    const values = new Map(shown);
    const wrong = error === undefined ? [] : [mistake(example, error.line, error.text)];
    for (const [line, text] of expected) {
      const value = values.get(line);
      if (value === text || (value === undefined && error !== undefined)) continue;
      const received = value ?? 'nothing: no statement ends on this line, or it was not reached';
      wrong.push(mistake(example, line, `received ${received}\n    expected ${text}`));
    }
    return wrong;
  }

  close(): void {
    this.#child?.kill('SIGKILL');
  }

  #runJob(job: Job): Promise<Outcome> {
    this.#child ??= fork(join(__dirname, 'exampleProcess.js'), [], {
      execArgv: ['--enable-source-maps'],
      env: { ...process.env, TUNEBOOK_CACHE: this.#cache },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child = this.#child;
    return new Promise((resolve) => {
      const done = (outcome: Outcome) => {
        clearTimeout(timer);
        child.off('message', done).off('exit', ended);
        resolve(outcome);
      };
      const ended = (code: number | null, signal: string | null) => {
        this.#child = undefined;
        done({ shown: [], error: { line: 0, text: `its process ended: ${signal ?? `exit code ${code}`}` } });
      };
      const timer = setTimeout(() => {
        this.#child = undefined;
        child.kill('SIGKILL');
        done({ shown: [], error: { line: 0, text: `not done after ${LIMIT / 1000} s` } });
      }, LIMIT);
      child.on('message', done).on('exit', ended);
      child.send(job);
    });
  }
}
