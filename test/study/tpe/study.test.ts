import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportHtml, reportText } from '../../../src/report';
import { type Executor, importance, loadStudy, type RunTask, type StudyConfiguration, study } from '../../../src/study';
import { temporaryFolder } from '../../folders';
import { stripesFolder } from '../../pictures';
import { fakeExecutor } from '../fakeExecutor';

describe('a study with the design tpe', () => {
  let configuration: StudyConfiguration;

  before(async () => {
    configuration = {
      data: await stripesFolder(2),
      settings: { epochs: 9 },
      axes: {
        learningRate: { min: 1e-5, max: 1e-1, scale: 'log' },
        dropout: { min: 0, max: 0.8 },
        head: ['linear', 'dense'],
      },
      seeds: 1,
      design: 'tpe',
      configurations: 20,
    };
  });

  /** The best: a learning rate of 1e-2, dropout 0.3, a dense head. */
  const accuracyOf = ({ settings, seed }: RunTask, epoch = 9) =>
    0.9 -
    0.05 * Math.abs(Math.log10(settings.learningRate) + 2) -
    0.3 * Math.abs(settings.dropout - 0.3) -
    (settings.head === 'dense' ? 0 : 0.1) -
    (9 - epoch) / 100 -
    seed / 1000;
  const execute = (executor: Executor, more: object = {}) =>
    study({ ...configuration, out: join(temporaryFolder(), 'study'), executor: async () => executor, ...more });
  const chosen = ({ orders }: { orders: readonly { task: RunTask }[] }) => orders.map(({ task }) => task.axes);

  it('chooses each configuration by the results of the ones before, the baseline first', async () => {
    const executor = fakeExecutor(accuracyOf);
    const { rows, left } = await execute(executor);
    assert.equal(rows.length, 20);
    assert.equal(left, 0);
    assert.deepEqual(rows[0]!.axes, { learningRate: 0.003, dropout: 0.2, head: 'linear' });
    const later = chosen(executor).slice(10);
    assert.ok(later.filter(({ head }) => head === 'dense').length >= 8, JSON.stringify(later));
    const again = fakeExecutor(accuracyOf);
    await execute(again);
    assert.deepEqual(chosen(again), chosen(executor));
    const other = fakeExecutor(accuracyOf);
    await execute(other, { designSeed: 1 });
    assert.notDeepEqual(chosen(other), chosen(executor));
  });

  it('says which axes its results depend on, in its results, and in reports', async () => {
    const result = await execute(fakeExecutor(accuracyOf));
    const found = importance(result);
    assert.equal(found.axes.length, 3);
    assert.equal(found.axes.at(-1)!.axis === 'learningRate', false, JSON.stringify(found));
    assert.deepEqual(importance(loadStudy(result.folder)), found);
    const text = await reportText(result.folder);
    assert.match(text, /^axis +share of the variance +95% interval$/m);
    assert.match(text, /20 configurations are few for 3 axes: about 30 are needed/);
    assert.match(await reportHtml(result.folder), /<h2[^>]*>Importance of the axes<\/h2>.*several together/s);
    // a range that no setting can have
    const file = join(result.folder, 'study.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"max": 0.8', '"max": 1e99'));
    assert.throws(() => importance(loadStudy(result.folder)), /axis 'dropout': max must be a number/);
    assert.doesNotMatch(await reportText(result.folder), /share of the variance/);
  });

  it('completes all seeds of a configuration before it chooses the next', async () => {
    const executor = fakeExecutor(accuracyOf);
    const { rows } = await execute(executor, { seeds: 3, configurations: 4 });
    assert.deepEqual(
      executor.orders.map(({ task }) => task.seed),
      [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3],
    );
    assert.ok(rows.every(({ n }) => n === 3));
  });

  it('writes down what it has chosen before that runs, and continues with the same after an interruption', async () => {
    const whole = fakeExecutor(accuracyOf);
    await execute(whole);
    const out = join(temporaryFolder(), 'study');
    const written: number[] = [];
    const first = fakeExecutor((task, epoch) => {
      const { configurations } = JSON.parse(readFileSync(join(out, 'study.json'), 'utf8'));
      if (epoch === 9)
        written.push(configurations.findIndex((axes: object) => JSON.stringify(axes) === JSON.stringify(task.axes)));
      return accuracyOf(task, epoch);
    });
    const part = await execute(first, { out, listener: { shouldStop: () => first.orders.length >= 12 } });
    assert.deepEqual(
      written,
      Array.from({ length: 11 }, (_, i) => i),
    );
    assert.equal(part.left, 9);
    assert.equal(loadStudy(out).left, 9);
    const rest = fakeExecutor(accuracyOf);
    const all = await execute(rest, { out, resume: true });
    assert.deepEqual([...chosen(first).slice(0, 11), ...chosen(rest)], chosen(whole));
    assert.equal(all.rows.length, 20);
    const more = fakeExecutor(accuracyOf);
    await execute(more, { out, resume: true, configurations: 22 });
    assert.equal(more.orders.length, 2);
  });

  it('leaves out configurations of study.json that do not fit the axes', async () => {
    const out = join(temporaryFolder(), 'study');
    await execute(fakeExecutor(accuracyOf), { out, configurations: 6 });
    const file = join(out, 'study.json');
    const content = JSON.parse(readFileSync(file, 'utf8'));
    content.configurations[1].learningRate = 5;
    content.configurations[2].head = 'other';
    writeFileSync(file, JSON.stringify(content));
    const again = fakeExecutor(accuracyOf);
    const { rows } = await execute(again, { out, resume: true, configurations: 6 });
    assert.deepEqual([rows.length, again.orders.length], [6, 2]);
    assert.ok(rows.every(({ axes }) => (axes.learningRate as number) <= 0.1 && axes.head !== 'other'));
  });

  it('works with several workers, and with asynchronous halving', async () => {
    const executor = fakeExecutor(accuracyOf, { slots: 4 });
    const { rows } = await execute(executor);
    assert.equal(rows.length, 20);
    assert.equal(new Set(rows.map(({ axes }) => JSON.stringify(axes))).size, 20);
    const halving = fakeExecutor(accuracyOf);
    const result = await execute(halving, { budget: { pruning: 'asha' }, seeds: 2 });
    assert.equal(result.rows.length, 20);
    assert.ok(result.rows.filter(({ pruned }) => pruned > 0).length > 8);
    assert.ok(result.rows.filter(({ n }) => n === 2).length >= 2);
    await assert.rejects(execute(halving, { budget: { pruning: 'halving' } }), /take pruning 'asha' or 'median'/);
  });

  it('ends when there is no other configuration', async () => {
    const { rows, left } = await execute(fakeExecutor(accuracyOf), {
      axes: { head: ['linear', 'dense'], blocks: { min: 1, max: 3 } },
    });
    assert.deepEqual([rows.length, left], [6, 0]);
  });
});
