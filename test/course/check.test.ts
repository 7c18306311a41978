import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { Random } from '../../src/core/random';
import { check, exercises } from '../../src/course';
import type { ChapterValues } from '../../src/course/exercise';
import { groupedAccuracy, wilsonInterval } from '../../src/metrics';

const classes = ['bird', 'cat', 'dog'];

/** Predictions as a training with this seed could make them: of groups of two, some confident, some wrong. */
function randomRun(seed: number, pictures: number, epochs: number): NonNullable<ChapterValues['run']> {
  const random = new Random(seed, 'exercises');
  const predictions = Array.from({ length: pictures }, (_, i) => {
    const label = i % 5 === 0 ? 0 : 1 + (i % 2);
    const predicted = random.uniform() < 0.6 ? label : random.integer(3);
    const confidence = 0.4 + 0.6 * random.uniform();
    const probabilities = classes.map((_, at) => (at === predicted ? confidence : (1 - confidence) / 2));
    return { file: `${i}.png`, label, predicted, probabilities, group: `g${Math.floor(i / 4)}` };
  });
  const history = Array.from({ length: epochs }, (_, at) => ({
    ...{ epoch: at + 1, loss: 1 / (at + 1), accuracy: 0.5, learningRate: 0.01, seconds: 0.1 },
    ...{ validationLoss: random.uniform() + 1, validationAccuracy: random.uniform() },
  }));
  const examples = [0, 0, 1, 1, 1, 2].map((label, i) => ({ file: `t${i}.png`, label }));
  const accuracy = predictions.filter(({ label, predicted }) => label === predicted).length / pictures;
  return { classes, predictions, history, accuracy, split: { train: examples, validation: [], test: [] } as never };
}

const trainings = ['none', 'colours', 'mirrored', 'real posters', 'early stopping', 'dropout 0.5'];
const records = [1, 2, 3].flatMap((seed) =>
  trainings.map((training, at) => ({
    axes: { training },
    seed,
    accuracy: 0.5 + 0.03 * at * (seed - 1.5),
    loss: 1 - 0.1 * at * (seed - 1.9),
  })),
);
const says = (exercise: number, answer?: unknown) => check.exercise(exercise, answer).says;

describe('check', () => {
  const nonsense = [
    undefined,
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'constructor',
    {},
    [],
    [undefined],
    -1e9,
    1n,
    true,
  ];

  it('takes every right answer, and no nonsense, whatever the seed, and after one epoch as after many', () => {
    for (const [seed, epochs] of [
      [1, 20],
      [2, 1],
      [3, 3],
    ] as const) {
      const run = { ...randomRun(seed, 60, epochs), test: { predictions: randomRun(seed + 9, 30, 1).predictions } };
      const right = run.predictions.map(({ label, predicted }) => label === predicted);
      check.chapter('00-quick-start', { run });
      const ofCats = run.predictions.filter(({ label }) => label === 1).length / 60;
      assert.equal(says(1, ofCats), 'right');
      const recall = classes.map((_, c) => {
        const all = run.predictions.filter(({ label }) => label === c);
        return all.filter(({ predicted }) => predicted === c).length / all.length;
      });
      const worst = classes[recall.indexOf(Math.min(...recall))]!;
      assert.equal(says(2, ` ${worst.toUpperCase()}`), 'right');
      const losses = run.history.map(({ validationLoss }) => validationLoss!);
      assert.equal(says(3, 1 + losses.indexOf(Math.min(...losses))), 'right');

      check.chapter('06-monitor', { run });
      const sure = run.predictions.filter(
        ({ label, predicted, probabilities }) => label !== predicted && probabilities[predicted]! >= 0.9,
      );
      assert.equal(says(1, sure.length), 'right');
      const grouped = groupedAccuracy(
        right,
        run.predictions.map(({ group }) => group),
      );
      const single = wilsonInterval(right.filter(Boolean).length, 60);
      assert.equal(says(3, (grouped.high - grouped.low) / (single.high - single.low)), 'right');

      check.chapter('08-your-own-photos', { run });
      const wrong = run.test.predictions.filter(({ label, predicted }) => label !== predicted).length;
      assert.equal(says(1, wrong), 'right');
      assert.equal(says(2, run.accuracy - (30 - wrong) / 30), 'right');
      for (const name of ['00-quick-start', '06-monitor', '08-your-own-photos']) {
        check.chapter(name, { run });
        for (const [i] of exercises[name]!.entries()) {
          for (const answer of nonsense) assert.equal(check.exercise(i + 1, answer).right, false, `${name} ${i + 1}`);
        }
      }
    }
  });

  it('compares trainings seed by seed', () => {
    check.chapter('03-augment', { records });
    assert.equal(says(1, 0.03), 'right'); // 0.03 times (3 - 1) times the mean of -0.5, 0.5 and 1.5
    assert.match(says(1, -0.03), /^the sign is reversed/);
    assert.match(says(1, 0.045), /^this is compared with 'none'/);
    assert.match(says(1, 3), /^the difference is not in percentage points/);
    assert.equal(says(2, 2), 'right');
    assert.match(says(2, 1), /^this is how often 'none'/);
    assert.equal(says(3, 'hue'), 'right');
    assert.match(says(3, 'zoom'), /^a lamp is still red or green/);
    check.chapter('04-regularize', { records, overfitted: { history: [] } });
    assert.equal(says(2, -0.04), 'right'); // the mean of -0.4 times -0.9, 0.1 and 1.1
    assert.equal(says(3, []), 'right');
    assert.match(says(3, ['colours']), /does not belong/);
    assert.match(says(3, ['coluors']), /is none of the possible answers: colours/);
    const better = records.map((run) => (run.axes.training === 'mirrored' ? { ...run, accuracy: 0.9 } : run));
    check.chapter('04-regularize', { records: better, overfitted: { history: [] } });
    assert.equal(says(3, ['mirrored']), 'right');
    assert.match(says(3, []), /a name is missing/);
  });

  it('knows when early stopping ends, also where the loss never rises', () => {
    const history = (losses: number[]) => ({
      history: losses.map((validationLoss, at) => ({
        ...randomRun(1, 9, 1).history[0]!,
        epoch: at + 1,
        validationLoss,
      })),
    });
    check.chapter('04-regularize', { records, overfitted: history([3, 2, 1, 1.5, 1.2, 0.5]) });
    assert.equal(says(1, 5), 'right');
    assert.match(says(1, 3), /^the weights of this epoch are kept/);
    check.chapter('04-regularize', { records, overfitted: history([3, 2, 1]) });
    assert.equal(says(1, 3), 'right');
  });

  it('counts a configuration as better seed by seed, and the trainings that a plan saves', () => {
    const rows = [1, 2, 3].flatMap((seed) =>
      [0, 0.5].map((dropout) => ({ head: 'linear', seed, dropout, accuracy: dropout * (seed - 2) })),
    );
    check.chapter('09-ablation-study', { heads: { runs: { objects: () => rows } } });
    assert.equal(says(2, 1), 'right');
    assert.equal(says(1, 100), 'right');
    assert.match(says(1, 20), /each is trained with 5 seeds/);
  });

  it('compares trainings by seeds, and finds those that won with every seed', () => {
    const ran = (training: string, accuracies: readonly (number | null)[], seconds: number) =>
      accuracies.map((accuracy, i) => ({ axes: { training }, seed: i + 1, accuracy, seconds: seconds + i }));
    const records = [
      ...[ran('frozen', [0.5, 0.6, 0.4], 4), ran('all, one rate', [0.1, 0.1, 0.1], 9)],
      ...[ran('last third', [0.6, 0.7, 0.5], 29), ran('last block', [0.55, 0.75, 0.4], 9)],
    ].flat();
    check.chapter('02-freeze-and-train-the-top', { records });
    assert.equal(says(1, 3 * 3 * 512 * 256 + 256 + 256 + 1), 'right');
    assert.match(says(1, 6_423_041), /224 pixels/);
    assert.equal(says(2, ['last third']), 'right'); // 'last block' is equal with one seed
    assert.match(says(2, ['last third', 'last block']), /does not belong/);
    assert.equal(says(3, 2), 'right');
    assert.match(says(3, 1), /'last block' is the more accurate/);
    const chosen = records.map((run) => ({ ...run, axes: { t: run.axes.training.replace('last third', 'recipe') } }));
    check.chapter('07-transfer-variants', { records: chosen });
    assert.equal(says(1, 3), 'right');
    assert.equal(says(2, 6), 'right'); // a mean of 30 seconds and one of 5
    assert.equal(says(2, 6.1), 'right');
    assert.match(says(2, 25), /difference in seconds/);
    assert.match(says(2, 1 / 6), /other way round|too small/);
    assert.equal(says(3, 'a'), 'right');
    assert.match(says(3, 'S'), /from behind/);
  });

  it('compares the best learning rate with the highest, also where a training has failed', () => {
    const ran = (rate: number, accuracies: readonly (number | null)[]) =>
      accuracies.map((accuracy, seed) => ({ axes: { rate }, seed, accuracy, seconds: 1 }));
    const records = [ran(0, [0.5, 0.4]), ran(0.003, [0.1, 0.2]), ran(0.0005, [0.7, 0.6]), ran(0.00003, [0.5, null])];
    check.chapter('05-learning-rate', { records: records.flat() });
    assert.equal(says(3, 0.5), 'right');
    assert.match(says(3, 0.2), /with the frozen backbone/);
    assert.match(says(3, 0.65), /the accuracy itself/);
    assert.match(says(3, -0.5), /^the sign is reversed/);
    assert.match(says(3, 50), /not in percentage points/);
    assert.equal(says(1, 4), 'right');
    assert.match(says(1, 0.25), /other way round/);
    assert.equal(says(2, 60), 'right');
    assert.match(says(2, 1920), /a whole batch/);
    for (const name of ['02-freeze-and-train-the-top', '05-learning-rate', '07-transfer-variants']) {
      check.chapter(name, { records: records.flat() });
      for (const [i] of exercises[name]!.entries()) {
        const nonsenses = name.startsWith('02') && i === 1 ? nonsense.filter((each) => !Array.isArray(each)) : nonsense;
        for (const answer of nonsenses) assert.equal(check.exercise(i + 1, answer).right, false, `${name} ${i + 1}`);
      }
    }
  });

  it('finds the networks that cannot be told from the best, and how many planted labels were found', () => {
    const row = (backbone: string, low: number, accuracy: number) => ({
      ...{ backbone, 'probe accuracy': accuracy, 'probe low': low, 'probe high': accuracy + 0.1 },
    });
    const table = { objects: () => [row('a', 0.3, 0.4), row('b', 0.6, 0.7), row('c', 0.55, 0.65)] };
    check.chapter('01-choose-a-model', { comparison: { table } });
    assert.equal(says(2, ['c', 'b']), 'right');
    assert.match(says(2, ['b']), /^a name is missing/);
    assert.match(says(2, ['a', 'b']), /too many is in the list, and one is missing/);
    const suspects = Array.from({ length: 30 }, (_, i) => ({ file: `${i}` }));
    check.chapter('10-clean-your-pictures', { suspects, planted: ['0', '5', '25', 'not found'] });
    assert.equal(says(1, 0.1), 'right');
    assert.match(says(1, 0.5), /recall$/);
    assert.equal(says(2, 0.75), 'right');
  });

  it('leads on from common mistakes, and never says the right answer', () => {
    const run = randomRun(4, 61, 12);
    check.chapter('00-quick-start', { run });
    const value = run.predictions.filter(({ label }) => label === 1).length / 61;
    assert.match(says(1, 1 / 3), /guessing each class equally/);
    assert.match(says(1, 0.5), /among the training pictures/);
    assert.match(says(1, 100 * value), /25% is 0\.25/);
    assert.match(says(1, Promise.resolve(value)), /^this is a promise/);
    for (const answer of [0.01, 0.99, -3, 100, 'x'])
      assert.ok(!says(1, answer).includes(String(value).slice(0, 4)), says(1, answer));
  });

  it('is shown as one line', () => {
    check.chapter('01-choose-a-model');
    assert.equal(inspect(check.exercise(1, 3211521)), 'Exercise 1: right');
    assert.equal(inspect(check.exercise(1, 3211392)), 'Exercise 1: not yet, the last layer has parameters, too');
    assert.equal(inspect(check.exercise(1)), 'Exercise 1: not yet, no answer yet: write it in place of undefined');
  });

  it('says which chapter, exercise or value does not exist or is missing', () => {
    assert.throws(
      () => check.chapter('06-monitr'),
      /^UserError: check\.chapter: no exercises to check in "06-monitr".*06-monitor/,
    );
    assert.throws(() => check.chapter('__proto__'), /^UserError: check\.chapter: no exercises/);
    assert.throws(() => check.chapter('06-monitor', { records }), /needs no value 'records'; it needs run/);
    check.chapter('06-monitor');
    assert.throws(() => check.exercise(1, 2), /exercise 1 needs run: run the cells above/);
    assert.throws(() => check.exercise(4, 2), /06-monitor has the exercises 1 to 3, got 4/);
    assert.throws(() => check.exercise(1.5, 2), /got 1\.5/);
  });
});
