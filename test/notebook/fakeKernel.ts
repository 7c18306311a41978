import type { DisplayWriter } from '../../src/notebook/kernel';

/** A message for the notebook, with the time in milliseconds at which it was sent. */
export interface Sent {
  data: Record<string, unknown>;
  metadata: object;
  id: string | undefined;
  isUpdate: boolean;
  at: number;
}

const path = '/fake/node_modules/tslab/dist/jupyter.js';

/** Replace tslab while `work` runs, and collect the messages. */
export async function inFakeKernel(work: (sent: Sent[]) => Promise<void>, write?: DisplayWriter): Promise<void> {
  const sent: Sent[] = [];
  const collect: DisplayWriter = ({ data, metadata, transient }, isUpdate) =>
    sent.push({ data, metadata, id: transient.display_id, isUpdate, at: performance.now() });
  require.cache[path] = { exports: { lastWriteDisplayData: write ?? collect } } as NodeJS.Module;
  try {
    await work(sent);
  } finally {
    delete require.cache[path];
  }
}

/** The text that `work` prints with one of the console's functions. */
export async function printed(name: 'log' | 'error', work: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const original = console[name];
  console[name] = (...parts: unknown[]) => void lines.push(parts.join(' '));
  try {
    await work();
  } finally {
    console[name] = original;
  }
  return lines;
}
