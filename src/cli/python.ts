import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { UserError } from '../core/errors';
import { projectFolder, pythonProgram, setupCommand } from '../core/paths';
import { printAside } from './print';

/** The environment variables for processes that start a kernel. */
export async function jupyterEnvironment(): Promise<NodeJS.ProcessEnv> {
  const module = pathToFileURL(join(projectFolder, 'kernel-setup', 'lib', 'environment.mjs')).href;
  const environment = (await import(module)) as { jupyterEnvironment(): NodeJS.ProcessEnv };
  return environment.jupyterEnvironment();
}

/** A running script of kernel-setup/notebooks. */
export interface PythonScript<Line> {
  /** Give it a job, a line of JSON. */
  send(job: Record<string, unknown>): void;
  /**
   * What it prints, to its end.
   *
   * @throws {UserError} if it fails
   */
  lines: AsyncGenerator<Line, void>;
  /** Say that there are no more jobs: it ends after those that it has. */
  end(): void;
}

/**
 * Start a script of kernel-setup/notebooks with the project's Python: it reads jobs as JSON and writes JSON lines.
 *
 * @throws {UserError} if Python is not set up
 */
export async function startPython<Line>(script: string): Promise<PythonScript<Line>> {
  const python = pythonProgram();
  if (!existsSync(python)) throw new UserError(`no Python environment at ${python}: run '${setupCommand}'`);
  const file = join(projectFolder, 'kernel-setup', 'notebooks', script);
  const child = spawn(python, [file], { env: await jupyterEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors = (errors + data.toString()).slice(-4000);
  });
  child.stdin.on('error', () => {}); // it has ended, which its exit code says
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  async function* lines() {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Line;
    const code = await ended;
    if (code !== 0) {
      printAside(errors.trimEnd());
      throw new UserError(
        `${script} ended with ${code ?? 'a signal'}; run 'npx tunebook doctor' to see what is missing`,
      );
    }
  }
  return {
    send: (job) => void child.stdin.write(`${JSON.stringify(job)}\n`),
    lines: lines(),
    end: () => void child.stdin.end(),
  };
}

/**
 * Run a script of kernel-setup/notebooks with a single job.
 *
 * @throws {UserError} if Python is not set up or the script fails
 */
export async function* runPython<Line>(script: string, job: Record<string, unknown>): AsyncGenerator<Line> {
  const running = await startPython<Line>(script);
  running.send(job);
  running.end();
  yield* running.lines;
}
