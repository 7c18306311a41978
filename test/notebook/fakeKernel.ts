import type { DisplayWriter } from '../../src/notebook/kernel';

/** A message as it would go to the notebook, with the time it was sent at in milliseconds. */
export interface Sent {
  data: Record<string, unknown>;
  metadata: object;
  id: string | undefined;
  isUpdate: boolean;
  at: number;
}

const path = '/fake/node_modules/tslab/dist/jupyter.js';

/** Stand in for tslab while `work` runs, and collect what it would send. */
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

/** What `work` prints through one of the console's functions. */
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
