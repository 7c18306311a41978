import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The output of a command, and the time and memory that it took. */
export interface Ran {
  /** the JSON value in its last line */
  answer: Record<string, unknown>;
  seconds: number;
  /** largest resident memory, in bytes */
  memory: number;
}

/** Milliseconds between two readings of a process's memory. Linux records the peak itself, so only the last moment can be missed. */
const LOOK = 50;

/** Seconds after which a command is ended, so that one that hangs does not prevent the other rows from being measured. */
const LONGEST = 600;

/** Run a command whose last line of output is JSON. @throws {Error} with the last line of its errors if it fails */
export async function runCommand(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const began = performance.now();
  const child = spawn(program, parameters, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST * 1000 });
  let memory = 0;
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    errors = `${errors}${text}`.slice(-2000);
  });
  const watch = setInterval(() => {
    memory = Math.max(memory, peakMemory(child.pid));
  }, LOOK);
  const code = await new Promise((done) => {
    child.on('error', (error) => {
      errors += error.message;
      done(-1);
    });
    child.on('close', (ended, signal) => {
      if (signal === 'SIGTERM') errors += `\nit did not end in ${LONGEST} s`;
      done(ended);
    });
  });
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(errors.trim().split('\n').at(-1) || `it ended with ${code}`);
  return { answer: JSON.parse(output.trim().split('\n').at(-1)!), seconds, memory };
}

/** The largest resident memory of a process so far, in bytes; 0 if it has ended. */
export function peakMemory(pid: number | string = 'self'): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
