import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type ExecuteOptions, executeRun } from '../../src/study/execute';
import type { RunTask } from '../../src/study/plan';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';

describe('a run of a study', function () {
  this.timeout(120_000);
  let task: RunTask;

  before(async () => {
    const settings = { epochs: 3, inputSize: 64 };
    task = (await plannedTasks({ data: await stripesFolder(6), settings, seeds: 1 }))[0]!;
  });

  const execute = async (options: ExecuteOptions) => (await executeRun(task, join(temporaryFolder(), 'run'), options))!;

  it('is pruned by what the study monitors, a loss in the other direction than the rest', async () => {
    const stateAt = async (monitor: ExecuteOptions['monitor'], below: number) =>
      (await execute({ monitor, pruneBelow: [below, below, below] })).state;
    assert.equal(await stateAt('loss', 1e-6), 'pruned'); // no loss is that low
    assert.equal(await stateAt('loss', 1e6), 'done');
    assert.equal(await stateAt('macroF1', 1.1), 'pruned');
    assert.equal(await stateAt('auc', 0), 'done');
  });

  it('pauses between two epochs, and continues to the same result as without a pause', async () => {
    const whole = await execute({});
    const place = temporaryFolder();
    const until = async (pauseAfter: number) =>
      (await executeRun({ ...task, pauseAfter }, join(place, 'run'), { checkpoint: join(place, 'state') }))!;
    const paused = await until(1);
    assert.deepEqual([paused.state, paused.epochs], ['pruned', 1]);
    assert.deepEqual(paused.curves!.loss, whole.curves!.loss!.slice(0, 1));
    const rest = await until(3);
    assert.deepEqual([rest.state, rest.loss, rest.curves], ['done', whole.loss, whole.curves]);
    assert.equal((await execute({ checkpoint: join(place, 'other') })).state, 'done'); // and does not pause unless asked to
  });

  it('records all measures at its end, and after each epoch the one that the study monitors', async () => {
    const { macroF1, auc, interval, mostFrequent, accuracy, curves, curve } = await execute({ monitor: 'auc' });
    assert.deepEqual([curve.length, curves!.loss!.length, curves!.auc!.length], [3, 3, 3]);
    assert.equal(curves!.auc!.at(-1), auc);
    assert.equal(curves!.macroF1!.at(-1), macroF1);
    assert.ok(interval!.low < accuracy! && accuracy! <= interval!.high);
    assert.equal(mostFrequent, 1 / 3);
    assert.deepEqual(Object.keys((await execute({})).curves!), ['loss']);
  });
});
