import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executeRun } from '../../src/study/execute';
import type { Executor, RunOrder } from '../../src/study/executor';
import type { RunTask } from '../../src/study/plan';
import type { RunRecord } from '../../src/study/runRecord';

/** Make one real run of a study, from which {@link instantRuns} makes copies. */
export async function makeTemplate(task: RunTask, folder: string): Promise<void> {
  const record = await executeRun(task, folder, {});
  if (record?.state !== 'done') throw new Error(`the run to copy from failed: ${record?.error}`);
}

/**
 * Makes runs in milliseconds, so that the queue's own time can be measured: copies a complete run, with the settings and the name of the
 * task.
 */
export function instantRuns(template: string): Executor {
  const read = (name: string) => JSON.parse(readFileSync(join(template, name), 'utf8'));
  const [usual, configuration]: [RunRecord, object] = [read('run.json'), read('config.json')];
  const make = ({ task, folder }: RunOrder): RunRecord => {
    const began = performance.now();
    const started = new Date().toISOString();
    rmSync(folder, { recursive: true, force: true });
    cpSync(template, folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...configuration, settings: task.settings }));
    const { id, hash, axes, seed } = task;
    const seconds = (performance.now() - began) / 1000;
    const record = { ...usual, ...{ id, hash, axes, seed, seconds, started }, ended: new Date().toISOString() };
    writeFileSync(join(folder, 'run.json'), JSON.stringify(record));
    return record;
  };
  return { slots: 1, run: async (order) => make(order), close: async () => {} };
}
