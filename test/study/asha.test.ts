import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Executor,
  loadStudy,
  type RunTask,
  type StudyConfiguration,
  type StudyState,
  study,
} from '../../src/study';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { fakeExecutor } from './fakeExecutor';

describe('asynchronous successive halving', () => {
  let configuration: StudyConfiguration;

  before(async () => {
    const dropout = [0.4, 0.5, 0.1, 0.7, 0.2, 0.8, 0.3, 0, 0.6];
    configuration = {
      data: await stripesFolder(2),
      settings: { epochs: 9 },
      axes: { dropout },
      seeds: 2,
      budget: { pruning: 'asha' },
    };
  });

  /** The better, the higher the dropout; the learning curves do not cross. */
  const accuracyOf = ({ settings }: RunTask, epoch: number) => settings.dropout * 0.9 + epoch / 100;
  const execute = (executor: Executor, more: object = {}) =>
    study({ ...configuration, out: join(temporaryFolder(), 'study'), executor: async () => executor, ...more });

  it('continues the best third whenever there is one, without waiting for the others', async () => {
    const executor = fakeExecutor(accuracyOf);
    const { rows, left } = await execute(executor);
    const asked = executor.orders.map(({ task }) => `${task.settings.dropout}:${task.pauseAfter ?? 9}:${task.seed}`);
    assert.deepEqual(asked, [
      ...['0.4:9:1', '0.5:1:1', '0.1:1:1', '0.7:1:1', '0.7:3:1'], // the best of three
      ...['0.2:1:1', '0.8:1:1', '0.8:3:1', '0.3:1:1', '0:1:1', '0.6:1:1'],
      ...['0.8:9:1', '0.4:9:2', '0.8:9:2'], // when all have begun, the best of two; then the other seed, also of the baseline
    ]);
    const outcome = Object.fromEntries(rows.map(({ axes, n, pruned }) => [String(axes.dropout), [n, pruned]]));
    assert.deepEqual(outcome, {
      ...{ 0.4: [2, 0], 0.8: [2, 0], 0.7: [0, 1], 0.6: [0, 1], 0.5: [0, 1] },
      ...{ 0: [0, 1], 0.1: [0, 1], 0.2: [0, 1], 0.3: [0, 1] },
    });
    assert.equal(left, 0);
  });

  it('keeps what pruned runs computed, and adds the time of a run before and after its pauses', async () => {
    const { folder, records } = await execute(fakeExecutor(accuracyOf));
    const pruned = records.filter(({ state }) => state === 'pruned');
    assert.equal(pruned.length, 7);
    assert.ok(
      pruned.every(({ curve, epochs, accuracy }) => curve.length === epochs && epochs < 9 && accuracy !== null),
    );
    const whole = records.find(({ axes, seed }) => axes.dropout === 0.8 && seed === 1)!;
    assert.deepEqual([whole.state, whole.epochs, whole.seconds], ['done', 9, 1 + 3 + 9]);
    const runs = readdirSync(join(folder, 'runs'));
    assert.equal(runs.length, records.length);
    assert.ok(runs.every((name) => !name.startsWith('.')));
    const read = loadStudy(folder);
    assert.deepEqual(read.records, records);
    assert.equal(read.left, 0);
    assert.match(readFileSync(join(folder, 'table.csv'), 'utf8'), /^0.5,0,.*,0,1$/m);
  });

  it('continues after an interruption with the same runs', async () => {
    const whole = fakeExecutor(accuracyOf);
    await execute(whole);
    const out = join(temporaryFolder(), 'study');
    const first = fakeExecutor(accuracyOf);
    const listener = { shouldStop: () => first.orders.length >= 8 };
    const part = await execute(first, { out, listener });
    assert.ok(part.left > 0);
    const rest = fakeExecutor(accuracyOf);
    await execute(rest, { out, resume: true });
    const asked = [...first.orders.slice(0, 7), ...rest.orders].map(({ task }) => [task.id, task.pauseAfter]);
    assert.deepEqual(
      asked,
      whole.orders.map(({ task }) => [task.id, task.pauseAfter]),
    );
  });

  it('keeps all of several workers busy, and still ends with complete runs', async () => {
    let most = 0;
    const executor = fakeExecutor(accuracyOf, { slots: 4 });
    const listener = { onStudy: ({ running }: StudyState) => (most = Math.max(most, running.length)) };
    const { rows, left } = await execute(executor, { listener });
    assert.equal(most, 4);
    assert.equal(left, 0);
    assert.equal(rows.find(({ axes }) => axes.dropout === 0.8)!.n, 2);
    const epochs = executor.orders.reduce((sum, { task }) => sum + (task.pauseAfter ?? 9), 0);
    assert.ok(epochs < 0.75 * 9 * 2 * 9, String(epochs));
  });

  it('completes a run also if there are fewer configurations than its factor, and of runs that fail or diverge none continues', async () => {
    const few = { axes: { dropout: [0, 0.1] }, seeds: 1 };
    const executor = fakeExecutor(accuracyOf);
    const { rows } = await execute(executor, few);
    assert.deepEqual(
      rows.map(({ n, pruned }) => [n, pruned]),
      [
        [1, 0],
        [1, 0],
      ],
    );
    const failing = fakeExecutor(({ settings }, epoch) => (settings.dropout === 0 ? 0.5 : epoch > 1 ? null : 0.6));
    const { failed } = await execute(failing, few);
    assert.equal(failed, 1);
    const diverging = fakeExecutor(({ settings }) => (settings.dropout === 0.1 ? Number.NaN : 0.5));
    const diverged = await execute(diverging, { ...few, resume: false });
    assert.deepEqual([diverged.left, diverging.orders.length], [0, 2]);
  });

  it('has its own factor and fewest epochs, which are refused elsewhere', async () => {
    const executor = fakeExecutor(accuracyOf);
    await execute(executor, { budget: { pruning: 'asha', reduction: 2, minEpochs: 4 } });
    assert.deepEqual([...new Set(executor.orders.map(({ task }) => task.pauseAfter))], [undefined, 5, 9]);
    const refused = (budget: object) => execute(executor, { budget });
    await assert.rejects(refused({ pruning: 'asha', reduction: 1 }), /budget.reduction must be a whole number >= 2/);
    await assert.rejects(refused({ pruning: 'asha', minEpochs: 0 }), /budget.minEpochs must be a whole number >= 1/);
    await assert.rejects(refused({ reduction: 3 }), /budget.reduction is for pruning 'asha', got pruning 'none'/);
    await assert.rejects(refused({ pruning: 'aha' }), /unknown pruning "aha"; it can be none, median, halving, asha/);
  });
});
