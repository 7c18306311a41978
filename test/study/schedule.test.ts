import assert from 'node:assert/strict';
import type { Plan, RunTask } from '../../src/study/plan';
import type { RunRecord } from '../../src/study/runRecord';
import { medianRule, openTasks } from '../../src/study/schedule';

/** A plan of the variants a, b, ... with a number of seeds. */
function plan(variants: string, seeds: number, monitor: Plan['monitor'] = 'accuracy'): Plan {
  const configurations = [...variants].map((variant) => ({ variant }));
  const tasks = Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    configurations.map((axes) => ({ axes, seed, hash: `${axes.variant}${seed}` }) as unknown as RunTask),
  );
  return { configurations, monitor, tasks } as unknown as Plan;
}

const record = (hash: string, accuracy: number, more: Partial<RunRecord> = {}) =>
  ({ hash, accuracy, state: 'done', curve: [accuracy], ...more }) as RunRecord;
const records = (...all: RunRecord[]) => new Map(all.map((one) => [one.hash, one]));
const hashes = (tasks: RunTask[]) => tasks.map(({ hash }) => hash).join(' ');

describe("a study's schedule", () => {
  it('goes seed by seed and leaves out finished runs', () => {
    assert.equal(hashes(openTasks(plan('abc', 2), new Map(), { pruning: 'none' })), 'a1 b1 c1 a2 b2 c2');
    assert.equal(
      hashes(openTasks(plan('abc', 2), records(record('a1', 0.5), record('b2', 0.5)), { pruning: 'none' })),
      'b1 c1 a2 c2',
    );
  });

  it('runs configurations of the same settings once', () => {
    const twins = plan('ab', 1);
    twins.tasks[1]!.hash = 'a1';
    assert.equal(hashes(openTasks(twins, new Map(), { pruning: 'none' })), 'a1');
  });

  it('gives up a configuration with a pruned run, but never the baseline', () => {
    const pruned = records(record('a1', 0.2, { state: 'pruned' }), record('b1', 0.2, { state: 'pruned' }));
    assert.equal(hashes(openTasks(plan('abc', 2), pruned, { pruning: 'median' })), 'c1 a2 c2');
  });

  it('continues with the better half after each part of the seeds, and with the baseline', () => {
    const study = plan('abcd', 4); // two rungs of two seeds
    assert.equal(hashes(openTasks(study, new Map(), { pruning: 'halving' })), 'a1 b1 c1 d1 a2 b2 c2 d2');
    const first = [record('a1', 0.1), record('b1', 0.9), record('c1', 0.5), record('d1', 0.8)];
    const second = [record('a2', 0.1), record('b2', 0.8), record('c2', 0.5), record('d2', 0.9)];
    assert.equal(hashes(openTasks(study, records(...first, ...second.slice(1)), { pruning: 'halving' })), 'a2');
    const both = records(...first, ...second);
    assert.equal(hashes(openTasks(study, both, { pruning: 'halving' })), 'a3 b3 d3 a4 b4 d4');
    for (const task of openTasks(study, both, { pruning: 'halving' })) both.set(task.hash, record(task.hash, 0.5));
    assert.deepEqual(openTasks(study, both, { pruning: 'halving' }), []);
  });

  it('waits for the rest of a rung', () => {
    const study = plan('abcd', 4);
    const ended = study.tasks.slice(0, 7).map(({ hash }) => record(hash, 0.5));
    assert.equal(hashes(openTasks(study, records(...ended), { pruning: 'halving' })), 'd2');
  });

  it("computes the median of five runs' running averages at each epoch, after the first quarter", () => {
    const curves = [
      [0.1, 0.3],
      [0.2, 0.4],
      [0.3, 0.5],
      [0.4, 0.6],
      [0.5, 0.7],
    ];
    const five = curves.map((curve, i) => record(`a${i}`, curve[1]!, { curve }));
    const [first, second, third] = medianRule(five, 4, 'accuracy');
    assert.equal(first, null);
    assert.ok(Math.abs(second! - 0.4) < 1e-12);
    assert.equal(third, null);
    assert.deepEqual(medianRule(five.slice(1), 4, 'accuracy'), [null, null, null, null]);
  });

  it('keeps the half with the lower loss where the study monitors the loss, whatever the accuracies are', () => {
    const study = plan('abcd', 2, 'loss'); // two rungs of a seed
    const ended = { a1: 0.9, b1: 0.2, c1: 0.1, d1: 0.5 };
    const first = Object.entries(ended).map(([hash, loss]) => record(hash, loss, { loss }));
    assert.equal(hashes(openTasks(study, records(...first), { pruning: 'halving' })), 'a2 b2 c2');
    const unknown = first.map((one) => (one.hash === 'b1' ? { ...one, loss: null } : one)); // it comes last
    assert.equal(hashes(openTasks(study, records(...unknown), { pruning: 'halving' })), 'a2 c2 d2');
  });

  it('takes the curves of what the study monitors, and not those of runs that did not record it', () => {
    const withLoss = Array.from({ length: 5 }, (_, i) =>
      record(`a${i}`, 0.5, { curve: [0.5, 0.5], curves: { loss: [1 + i, i] } }),
    );
    assert.deepEqual(medianRule(withLoss, 2, 'loss'), [3, 2.5]);
    const old = record('b', 0.5, { curve: [0.5, 0.5] });
    const diverged = record('c', 0.5, { curve: [0.5, 0.5], curves: { loss: [1, null as unknown as number] } });
    assert.deepEqual(medianRule([...withLoss.slice(1), old, diverged], 2, 'loss'), [null, null]);
    assert.deepEqual(medianRule([...withLoss, old, diverged], 2, 'loss'), [3, 2.5]);
  });
});
