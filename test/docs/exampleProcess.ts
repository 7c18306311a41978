import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

/** A module to run, and the folder to run it in. */
export interface Job {
  module: string;
  folder: string;
}

/** What a module's `// => TEXT` lines gave, line by line; and why it ended early, if it did; lines from 0. */
export interface Outcome {
  shown: [line: number, text: string][];
  error?: { line: number; text: string };
}

/** One line, whole: what stands behind `// =>`. */
const shownAs = { depth: 4, breakLength: Infinity, compact: true, maxArrayLength: 200, maxStringLength: null } as const;

// runs examples one after the other in one process, so that TensorFlow is loaded once
let shown: Outcome['shown'] = [];
Object.assign(globalThis, {
  __shown: <T>(line: number, value: T): T => {
    shown.push([line, inspect(value, shownAs)]);
    return value;
  },
});

process.on('message', async ({ module, folder }: Job) => {
  shown = [];
  process.chdir(folder);
  const outcome: Outcome = { shown };
  try {
    await import(pathToFileURL(module).href);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
    const line = /example\.mts:(\d+)/.exec(error instanceof Error ? (error.stack ?? '') : '')?.[1] ?? '1';
    outcome.error = { line: Number(line) - 1, text };
  }
  process.send?.(outcome);
});
