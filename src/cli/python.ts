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

/**
 * Run a script of kernel-setup/notebooks with the project's Python: it reads a job as JSON and writes JSON lines.
 *
 * @throws {UserError} if Python is not set up or the script fails
 */
export async function* runPython<Line>(script: string, job: Record<string, unknown>): AsyncGenerator<Line> {
  const python = pythonProgram();
  if (!existsSync(python)) throw new UserError(`no Python environment at ${python}: run '${setupCommand}'`);
  const file = join(projectFolder, 'kernel-setup', 'notebooks', script);
  const child = spawn(python, [file], { env: await jupyterEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors = (errors + data.toString()).slice(-4000);
  });
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  child.stdin.end(JSON.stringify(job));
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Line;
  const code = await ended;
  if (code !== 0) {
    printAside(errors.trimEnd());
    throw new UserError(`${script} ended with ${code ?? 'a signal'}; run 'npx tunebook doctor' to see what is missing`);
  }
}
