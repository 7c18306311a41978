import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { wait } from './workers';

const tunebook = join(projectFolder, 'kernel-setup', 'tunebook.mjs');

/** Seconds without a heartbeat after which a run is taken over in tests: short, but long enough for a busy machine. */
export const LEASE = 4;

/** Run `tunebook` with these parameters until it ends. */
export function runTunebook(...parameters: string[]) {
  return spawnSync(process.execPath, [tunebook, ...parameters], { encoding: 'utf8' });
}

/** `tunebook worker` or another command as a separate process, with its output. */
export class TestProcess {
  readonly process: ChildProcess;
  log = '';

  constructor(parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [tunebook, ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) stream.on('data', (part) => (this.log += part));
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Wait until its output matches a pattern. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.log) || this.ended);
    if (!pattern.test(this.log)) throw new Error(`it ended without saying ${pattern}: ${this.log}`);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.ended) this.process.kill(signal);
    await until(() => this.ended);
  }
}

/** `tunebook worker`. */
export function startWorker(address: string, ...options: string[]): TestProcess {
  return new TestProcess(['worker', '--queue', address, '--lease', String(LEASE), ...options]);
}

export async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await happened())) await wait(20);
}
