import { existsSync, renameSync } from 'node:fs';
import type { Dataset, Example } from '../data';
import { openRun } from '../runs';
import { copyRun } from '../runs/copyRun';
import { readMetrics } from '../runs/readMetrics';
import { type TestResult, testResultOf } from '../training';
import type { AutoFolder } from './folder';
import type { AutoListener } from './options';
import { bestOf } from './record';

/**
 * Evaluates the best candidate on the test pictures, once, and writes the final run. Where the same candidate was best in an earlier
 * call, its run is there already, and the test pictures are not looked at again; the run of another candidate is kept beside it.
 *
 * @returns whether the final run is there; it is not if the listener asked to stop before
 */
export async function finish(
  folder: AutoFolder,
  { classes }: Dataset,
  test: readonly Example[],
  listener: AutoListener,
): Promise<boolean> {
  const { state, run } = folder;
  const best = bestOf(state.records)!;
  if (state.finished === best.name && existsSync(run)) return true;
  const from = folder.candidate(best.folder!);
  const evaluated = test.length > 0 ? await evaluateOn(from, classes, test, listener) : undefined;
  if (evaluated === 'stopped') return false;
  if (existsSync(run)) {
    let number = 1;
    while (existsSync(`${run}-${number}`)) number++;
    renameSync(run, `${run}-${number}`);
    listener.onMessage?.(`the final run of the earlier search is kept in '${run}-${number}'`);
  }
  await copyRun(from, run, evaluated ? { test: evaluated } : {});
  state.finished = best.name;
  folder.write();
  return true;
}

async function evaluateOn(
  run: string,
  classes: readonly string[],
  test: readonly Example[],
  listener: AutoListener,
): Promise<TestResult | 'stopped' | undefined> {
  const { trainingHashes = [], validationHashes = [] } = readMetrics(run);
  const model = await openRun(run);
  try {
    const { predictions, skipped } = await model.predictExamples(test, listener);
    if (predictions.length + skipped.length < test.length) return 'stopped';
    const known = new Set([...trainingHashes, ...validationHashes]);
    return predictions.length > 0 ? testResultOf(predictions, skipped, classes, known, listener) : undefined;
  } finally {
    model.dispose();
  }
}
